"""What the service manager hears."""

import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.health import RESTART_BROWSER, Watchdog, restart_browser

ADDRESS = "@kiosk-test-health"


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        ears.bind(ADDRESS.replace("@", "\0"))
        ears.settimeout(5)
        yield ears


def said(manager: socket.socket) -> list[bytes]:
    manager.setblocking(False)
    heard: list[bytes] = []
    try:
        while True:
            heard.append(manager.recv(100))
    except BlockingIOError:
        return heard


def test_it_says_that_it_serves(manager: socket.socket) -> None:
    Watchdog({"NOTIFY_SOCKET": ADDRESS}).ready()
    assert manager.recv(100) == b"READY=1"


def test_turns_feed_it_four_times_in_a_period(manager: socket.socket) -> None:
    watchdog = Watchdog({"NOTIFY_SOCKET": ADDRESS, "WATCHDOG_USEC": "4000000"})
    assert watchdog.every_ms == 1000
    for now_ms in range(0, 4000, 100):
        watchdog.turn_completed(now_ms)
    assert said(manager) == [b"WATCHDOG=1"] * 4


@pytest.mark.parametrize("period", ["", "0", "-5", "soon", "1e6"])
def test_without_a_period_it_keeps_quiet(manager: socket.socket, period: str) -> None:
    watchdog = Watchdog({"NOTIFY_SOCKET": ADDRESS, "WATCHDOG_USEC": period})
    watchdog.turn_completed(0)
    watchdog.turn_completed(10**9)
    assert said(manager) == []


def test_without_a_manager_nothing_is_opened_or_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoSocket:
        def __init__(self, *_: object) -> None:
            raise AssertionError("a socket for nobody")

    monkeypatch.setattr(socket, "socket", NoSocket)
    watchdog = Watchdog({"WATCHDOG_USEC": "4000000"})
    watchdog.ready()
    watchdog.turn_completed(0)
    watchdog.close()


def test_a_manager_that_has_gone_is_told_again_when_it_is_back(tmp_path: Path) -> None:
    address = str(tmp_path / "manager")
    watchdog = Watchdog({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4000000"})
    watchdog.ready()
    watchdog.turn_completed(0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        watchdog.turn_completed(1_000)
        assert said(manager) == [b"WATCHDOG=1"]


def test_it_speaks_although_no_file_can_be_opened_any_more(manager: socket.socket) -> None:
    watchdog = Watchdog({"NOTIFY_SOCKET": ADDRESS, "WATCHDOG_USEC": "4000000"})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        watchdog.turn_completed(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert said(manager) == [b"WATCHDOG=1"]
    watchdog.close()


def test_a_browser_is_asked_for_in_the_runtime_folder(tmp_path: Path) -> None:
    restart_browser({"RUNTIME_DIRECTORY": f"{tmp_path}:/run/other"})
    assert [path.name for path in tmp_path.iterdir()] == [RESTART_BROWSER]


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all"])
def test_where_nobody_runs_a_browser_it_is_said(folder: str, caplog: pytest.LogCaptureFixture) -> None:
    restart_browser({"RUNTIME_DIRECTORY": folder})
    assert "screen: silent" in caplog.text


def test_the_units_agree_on_the_file_and_on_each_other() -> None:
    """Written there, looked at here, and what is restarted is the browser's unit."""
    deploy = Path(__file__).parents[2] / "hardware" / "deploy"
    units = {path.name: path.read_text("utf-8").splitlines() for path in deploy.glob("kiosk-*")}
    assert "RuntimeDirectory=kiosk" in units["kiosk-controller.service"]
    assert f"PathChanged=/run/kiosk/{RESTART_BROWSER}" in units["kiosk-browser-restart.path"]
    assert "Unit=kiosk-browser-restart.service" in units["kiosk-browser-restart.path"]
    restarts = [line for line in units["kiosk-browser-restart.service"] if line.startswith("ExecStart=")]
    assert restarts == ["ExecStart=/usr/bin/systemctl --no-block restart kiosk-browser.service"]
    assert {"Restart=always", "User=kiosk-screen"} <= set(units["kiosk-browser.service"])

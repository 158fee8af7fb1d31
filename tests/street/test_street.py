"""The whole street with its real programs: the story through what glows, power cuts, a taken port, nothing left behind."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.street.running_street import STOP_WITHIN_S, Visitor, running_street

MILESTONES = ("collect.found", "collect.take", "cut.try", "power.off", "proof.close", "proof")

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]


def test_the_story_is_told_by_following_what_glows_and_leaves_nothing_behind(tmp_path: Path) -> None:
    data = tmp_path / "a street" / ".demo"
    with running_street(data) as street:
        visitor = Visitor(street.address, "pl")
        said = visitor.follow(lambda now: now["guide"]["key"] == "proof" and now["kiosk"]["screen"] == "l.attract")
        centre = street.said[1].removeprefix("dashboard: ")
        facts = httpx.get(f"{centre}api/v1/facts", params={"limit": 1000}, trust_env=False).json()["facts"]
        children = [os.pidfd_open(pid) for pid in street.children()]
        status, errors = street.stop(signal.SIGTERM)
    assert list(dict.fromkeys(key for key in said if key in MILESTONES)) == list(MILESTONES)
    kinds = [fact["kind"] for fact in facts]
    counted = ("deposit.stored", "document.handed_over", "collection.ended", "boot.started", "door.opened")
    assert [kinds.count(kind) for kind in counted] == [1, 1, 1, 2, 2]
    assert (status, errors) == (0, "")
    assert len(children) == 2
    assert all(select.select([child], [], [], STOP_WITHIN_S)[0] for child in children)


def test_it_says_where_everything_is(tmp_path: Path) -> None:
    with running_street(tmp_path) as street:
        visitor = Visitor(street.address, "en")
        assert [line.split(":")[0] for line in street.said] == ["street", "dashboard", "clerk desk", "mqtt", "stop", "reset"]
        assert street.said[4] == "stop: Ctrl-C"
        page = visitor.get("/?lang=en")
        assert "Cut power" in page.text
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "<script>" not in page.text
        assert visitor.get("/kiosk/").headers["content-security-policy"].count("frame-ancestors 'self'") == 1
        for line in street.said[1:3]:
            assert httpx.get(line.split(": ")[1], trust_env=False).status_code == 200
        while (refused := visitor.act(do="take"))[1]["error"] == "preparing":
            next(visitor.looks())
        assert refused == (409, {"error": "no_door_open", "text": "No door is open."})
        assert visitor.act(do="fly")[0] == 400
        assert visitor.act(do="register", case="?", phone="1")[0] == 409


def test_a_taken_port_is_a_named_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sim", "street", "--port", port, "--data", str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"kiosk-sim: AddressTaken: 127.0.0.1 port {port} cannot be used: Address already in use\n"


def test_a_folder_that_cannot_be_used_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    command = [sys.executable, "-m", "sim", "street", "--port", "0", "--data", str(tmp_path / "file" / "demo")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("kiosk-sim: FolderWrong: ")


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "mine.key"
    key.parent.mkdir()
    key.write_text("mine", "utf-8")
    command = [sys.executable, "-m", "sim", "street", "--port", "0", "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"kiosk-sim: FolderWrong: {tmp_path}: is not empty and was no street's")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [key]


def test_a_second_street_on_the_same_folder_is_a_named_error_and_harms_nothing(tmp_path: Path) -> None:
    with running_street(tmp_path) as street:
        held = sorted(path for path in tmp_path.rglob("*") if path.is_file())
        command = [sys.executable, "-m", "sim", "street", "--port", "0", "--data", str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith(f"kiosk-sim: FolderTaken: {tmp_path}: another street runs on this folder")
        assert set(held) <= {path for path in tmp_path.rglob("*") if path.is_file()}
        assert len(street.children()) == 2


def test_others_reach_it_by_every_name_of_this_computer(tmp_path: Path) -> None:
    with running_street(tmp_path, "0.0.0.0") as street:
        far = street.said[6].removeprefix("from other computers: ").split()
        own, centre = (httpx.URL(line.split(": ")[1]).port for line in street.said[:2])
        for host in ("localhost", *(httpx.URL(address).host for address in far)):
            page = httpx.get(street.address, headers={"Host": f"{host}:{own}"}, trust_env=False)
            assert f'href="http://{host}:{centre}/?language=' in page.text
            asked = [asked_as(host, f"http://127.0.0.1:{centre}{path}") for path in ("/", "/clerk")]
            assert asked == [200, 200]
        assert asked_as("evil.example", f"http://127.0.0.1:{centre}/") == 403
        assert "127.0.0.1" not in street.said[6]
        assert "this computer only" in street.said[3]


def asked_as(host: str, address: str) -> int:
    """The status of a request that names this host."""
    return httpx.get(address, headers={"Host": f"{host}:1"}, trust_env=False).status_code


def test_the_lamp_of_the_found_compartment_shines(tmp_path: Path) -> None:
    with running_street(tmp_path) as street:
        visitor = Visitor(street.address, "en")
        visitor.follow(lambda now: now["kiosk"]["screen"] == "l.found")
        shining = next(lit for now in visitor.looks() if (lit := [door for door in now["doors"] if door["lamp"]]))
        assert [door["name"] for door in shining] == [f"{shining[0]['n']}, closed, its lamp is lit"]


def test_no_pin_lies_about(tmp_path: Path) -> None:
    with running_street(tmp_path) as street:
        visitor = Visitor(street.address, "pl")
        pin = next(now["phone"][0]["pin"] for now in visitor.looks() if now["phone"])
        visitor.follow(lambda now: now["kiosk"]["screen"] == "l.found")
        street.stop()
    assert len(pin) == 6
    held = [path for path in tmp_path.rglob("*") if path.is_file() and pin.encode() in path.read_bytes()]
    assert held == []


def test_a_file_of_the_screen_that_nobody_has_seen_waits_for_the_machine(tmp_path: Path) -> None:
    """Or a day that begins anew for its first visitor would leave a page without its script."""
    with running_street(tmp_path) as street:
        visitor = Visitor(street.address, "pl")
        assert next(now for now in visitor.looks() if now["phase"] == "free")
        assert visitor.act(do="power") == (200, {})
        answer = visitor.get("/kiosk/kiosk.js")
    assert answer.status_code == 200
    assert "WebSocket" in answer.text

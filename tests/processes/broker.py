"""A private Mosquitto on a free port of the loopback."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.processes.child import Child, free_port

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def require_mosquitto() -> None:
    """Fails under make, skips elsewhere, when Mosquitto is not there."""
    if MOSQUITTO:
        return
    said = "Mosquitto is missing: apt-get install mosquitto"
    if "MAKELEVEL" in os.environ:
        pytest.fail(said)
    pytest.skip(said)


class Broker:
    """Mosquitto without persistence: what it loses at a kill must be sent again by somebody."""

    def __init__(self, folder: Path, access: Sequence[str] = ("allow_anonymous true",)) -> None:
        """`access` are the lines of its configuration that say who may come."""
        require_mosquitto()
        self.port = free_port()
        self._file = folder / "mosquitto.conf"
        lines = ["per_listener_settings false", "persistence false", "log_dest stderr", "log_type error", "log_type information"]
        lines += ["set_tcp_nodelay true", "max_queued_messages 0", f"listener {self.port} 127.0.0.1", *access]
        if os.geteuid() == 0:
            lines.append("user root")  # else it drops to a user that cannot read the folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file.write_text("\n".join(lines) + "\n", "utf-8")
        self._child: Child | None = None

    def start(self) -> None:
        """Run it; returns when it listens."""
        self._child = Child([MOSQUITTO, "-c", str(self._file)])
        self._child.until_line(r"mosquitto version \S+ running")

    def kill(self) -> None:
        """Gone without a word."""
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.close()

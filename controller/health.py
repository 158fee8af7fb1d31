"""What the service manager is told: that turns are completed (sd_notify), and that the screen's browser is to be started again."""

import contextlib
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path

LOG = logging.getLogger("kiosk")
RESTART_BROWSER = "restart-browser"
"""The file in the service's runtime folder at which kiosk-browser-restart.path looks."""


class Watchdog:
    """Fed by completed turns, at most four times in the manager's period; silent where no manager asked for it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        period_us = environment.get("WATCHDOG_USEC", "")
        self.every_ms = int(period_us) // 4000 if period_us.isdigit() else 0
        self._fed_ms: int | None = None
        # Open from the start: a machine that runs out of files must not look as if it hung.
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) if self._address else None

    def ready(self) -> None:
        """The machine serves."""
        self._notify(b"READY=1")

    def turn_completed(self, now_ms: int) -> None:
        """A turn has come to its end."""
        if self.every_ms and (self._fed_ms is None or now_ms - self._fed_ms >= self.every_ms):
            self._fed_ms = now_ms
            self._notify(b"WATCHDOG=1")

    def _notify(self, text: bytes) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the manager is gone; it will notice our silence if it comes back
                self._socket.sendto(text, self._address)

    def close(self) -> None:
        """Nothing more is said."""
        if self._socket is not None:
            self._socket.close()


def restart_browser(environment: Mapping[str, str] = os.environ) -> None:
    """Ask the service manager to start the browser again; where it gave us no runtime folder, nobody runs one for us."""
    folder = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
    if not folder:
        LOG.warning("screen: silent, and no service manager runs its browser")
        return
    try:
        Path(folder, RESTART_BROWSER).write_bytes(b"")  # its unit looks for a file that was written and closed
    except OSError as error:
        LOG.warning("screen: silent, and its browser cannot be restarted (%s)", type(error).__name__)

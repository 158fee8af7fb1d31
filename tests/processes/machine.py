"""The controller as a child: its own folder with site file and keys, and a service manager's socket that hears it come up."""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from central.randomness import SystemRandomness
from central.signer import make_keys
from contracts.key_files import KEY_BYTES, write_key
from tests.processes.child import ROOT, WITHIN_S, Child, free_port
from tests.processes.page import Page

MACHINE = "urzedomat-gronowa-1"
NUMBERS = count(1)
NO_VOICE = "[speech]\nplayer = []\n"
"""Whether a sound card is here is nothing that a test depends on."""


class Notifications:
    """What a service manager hears: READY=1 and WATCHDOG=1."""

    def __init__(self) -> None:
        self.address = f"@kiosk-tests-{os.getpid()}-{next(NUMBERS)}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address.replace("@", "\0", 1))

    def until(self, text: str, within_s: float = WITHIN_S, unless: int | None = None) -> bool:
        """Wait until exactly this is said; false when the child `unless` has ended before. Raises TimeoutError."""
        child = [] if unless is None else [os.pidfd_open(unless)]
        try:
            while True:
                readable, _, _ = select.select([self._socket, *child], [], [], within_s)
                if not readable:
                    raise TimeoutError(f"the service manager never heard {text}")
                if self._socket not in readable:
                    return False
                if self._socket.recv(100) == text.encode():
                    return True
        finally:
            for end in child:
                os.close(end)

    def empty(self) -> None:
        """Forget what was said before."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(100)
        except BlockingIOError:
            pass

    def close(self) -> None:
        self._socket.close()


class Machine:
    """One machine's folder and, while it runs, its process."""

    def __init__(
        self,
        folder: Path,
        bus: str,
        broker_port: int,
        *,
        version: int = 5,
        machine: str = MACHINE,
        keys: Path | None = None,
        more: str = "",
        root: Path = ROOT,
        keepalive_s: int = 5,
        mqtt: tuple[str, ...] = (),
        program: str = "controller",
        given: int = subprocess.DEVNULL,
    ) -> None:
        """`bus` is a port text; `keys` a folder shared with the centre; `mqtt` are further keys of that table, `more` further lines.

        `program` reads `given`.
        """
        self.folder = folder
        self.root = root
        self._keepalive_s = keepalive_s
        self._program = program
        self._given = given
        self._mqtt = mqtt
        self.machine = machine
        self.site = folder / "site.toml"
        self.screen_port = free_port()
        self.keys = keys or folder / "keys"
        self.notified = Notifications()
        self.child: Child | None = None
        folder.mkdir(parents=True, exist_ok=True)
        make_keys(self.keys, (machine,), SystemRandomness())
        self.site.write_text(self._site(bus, broker_port, version) + more + ("" if "speech" in more else NO_VOICE), "utf-8")
        if not (folder / "seal.key").exists():
            write_key(folder / "seal.key", os.urandom(KEY_BYTES))
        if not (folder / "receipt.key").exists():
            write_key(folder / "receipt.key", os.urandom(KEY_BYTES))

    def _site(self, bus: str, broker_port: int, version: int) -> str:
        keys = os.path.relpath(self.keys, self.folder)
        files = (
            f'pin = "{keys}/pin-{self.machine}.key"', 'seal = "seal.key"', 'receipt = "receipt.key"', f'orders = ["{keys}/order.pub"]',
        )  # fmt: skip
        mqtt = (f"port = {broker_port}", f"version = {version}", f"keepalive_s = {self._keepalive_s}", *self._mqtt)
        return "\n".join(
            (
                f'machine = "{self.machine}"',
                'number = "U-01"',
                'place = "ul. Gronowa 22a"',
                f'bus = {{ port = "{bus}" }}',
                f"mqtt = {{ {', '.join(mqtt)} }}",
                f"kiosk = {{ port = {self.screen_port} }}",
                'city = { domain = "urzad.example" }',
                f"keys = {{ {', '.join(files)} }}",
                "",
            )
        )

    def spawn(self, *, watchdog_us: int = 0, before: Callable[[], None] | None = None) -> Child:
        """Run it without waiting for anything."""
        environment = {"NOTIFY_SOCKET": self.notified.address}
        if watchdog_us:
            environment["WATCHDOG_USEC"] = str(watchdog_us)
        if self.child is not None:
            self.child.close()
        self.notified.empty()
        self.child = Child(
            [sys.executable, "-m", self._program, "run", str(self.site)],
            more_environment=environment,
            before=before,
            root=self.root,
            given=self._given,
        )
        return self.child

    def start(self, *, watchdog_us: int = 0, before: Callable[[], None] | None = None) -> Child:
        """Run it; returns when it serves."""
        child = self.spawn(watchdog_us=watchdog_us, before=before)
        if not self.notified.until("READY=1", unless=child.process.pid):
            child.ended()
            raise ChildProcessError(f"the controller did not come up: {child.lines[-20:]}")
        return child

    @property
    def running(self) -> Child:
        """The process; only while there is one."""
        assert self.child is not None
        return self.child

    def page(self) -> Page:
        """A new page at its screen."""
        return Page(self.screen_port)

    def close(self) -> None:
        if self.child is not None:
            self.child.close()
        self.notified.close()

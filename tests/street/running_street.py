"""A real street as a child process, with hands and eyes for a test: no browser, the same addresses a page uses."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

WITHIN_S = 40
STOP_WITHIN_S = 15
TAKEN_S = 10.0
"""After so long a key that did nothing is pressed again."""


def shown(now: dict[str, Any]) -> tuple[object, ...]:
    """What a key changes."""
    kiosk = now["kiosk"]
    return kiosk["screen"], kiosk["lang"], kiosk["filled"], kiosk["typed"], kiosk["keys"]


class Visitor:
    """One page's worth of senses, in one language."""

    def __init__(self, address: str, lang: str) -> None:
        self.address = address
        self._lang = lang
        self._client = httpx.Client(base_url=address, trust_env=False, timeout=WITHIN_S)

    def looks(self) -> Iterator[dict[str, Any]]:
        """The street after every change."""
        with self._client.stream("GET", "/events", params={"lang": self._lang}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    yield msgspec.json.decode(line.removeprefix("data: "))

    def act(self, **deed: object) -> tuple[int, dict[str, Any]]:
        """Do something; status and answer."""
        response = self._client.post("/deeds", params={"lang": self._lang}, json={"lang": self._lang, **deed})
        return response.status_code, response.json()

    def get(self, path: str) -> httpx.Response:
        """A page or file."""
        return self._client.get(path)

    def follow(self, until: Callable[[dict[str, Any]], bool]) -> list[str]:
        """Do what glows until something is so; what the guide said on the way."""
        said: list[str] = []
        struck, again_s = (), 0.0
        for street in self.looks():
            guide = street["guide"]
            said += [guide["key"]] if said[-1:] != [guide["key"]] else []
            if until(street):
                return said
            asked = (guide["glow"], *shown(street))
            if asked == struck and time.monotonic() < again_s:
                continue  # the key is on its way: a second digit would be one too many
            self._follow(guide["glow"], street)
            struck, again_s = (asked if guide["glow"].startswith("kiosk:") else ()), time.monotonic() + TAKEN_S
        raise AssertionError(f"the street ended; it said {said}")

    def _follow(self, glow: str, street: dict[str, Any]) -> None:
        kind, _, name = glow.partition(":")
        if kind == "kiosk":
            self.act(do="key", key=name)
        elif kind == "register":
            self.act(do="register", case=street["next_case"], phone="601 234 123")
        elif kind in {"load", "scan", "slip", "reissue"}:
            self.act(do=kind, deposit=name)
        elif kind in {"jam", "stuck"}:
            self.act(do=kind, door=int(name))
        elif kind == "sms":
            self.act(do=kind, value=name)
        elif kind == "power" and street["power"] == "off":
            return  # it comes back by itself
        elif kind:
            self.act(do=kind)


class RunningStreet:
    """The process and what it printed."""

    def __init__(self, data: Path, host: str = "127.0.0.1") -> None:
        command = [sys.executable, "-m", "sim", "street", "--port", "0", "--data", str(data), "--host", host]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said = [self.process.stdout.readline().strip() for _ in range(7 if host == "0.0.0.0" else 6)]
        self.address = self.said[0].removeprefix("street: ").rstrip("/")

    def children(self) -> list[int]:
        """Process ids of its programs."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in task.read_text("ascii").split()]

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Ask it to stop; exit status and what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=STOP_WITHIN_S)
        return self.process.returncode, errors


@contextlib.contextmanager
def running_street(data: Path, host: str = "127.0.0.1") -> Generator[RunningStreet]:
    """A street for the length of a block."""
    street = RunningStreet(data, host)
    try:
        yield street
    finally:
        _, errors = street.stop()
        print(errors, file=sys.stderr)  # shown with a test that fails

"""The centre as a child, asked over its JSON interface; what changes there is waited for at its stream of events."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from central.randomness import SystemRandomness
from central.signer import make_keys
from tests.micropython.board_process import ROOT
from tests.processes.child import WITHIN_S, Child, free_port
from tests.processes.machine import MACHINE

HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')


class CentreProcess:
    """One centre's folder and, while it runs, its process. Its keys are in `keys`."""

    def __init__(
        self, folder: Path, broker_port: int, provider_url: str, *, version: int = 5, machine: str = MACHINE, mqtt: tuple[str, ...] = ()
    ) -> None:
        """`mqtt` are further keys of that table."""
        self.folder = folder
        self.keys = folder / "keys"
        self.port = free_port()
        self.child: Child | None = None
        folder.mkdir(parents=True, exist_ok=True)
        make_keys(self.keys, (machine,), SystemRandomness())
        self.file = folder / "centre.toml"
        self.file.write_text(
            "\n".join(
                (
                    f"http = {{ port = {self.port} }}",
                    f"mqtt = {{ {', '.join((f'port = {broker_port}', f'version = {version}', 'keepalive_s = 5', *mqtt))} }}",
                    f'sms = {{ url = "{provider_url}", quiet = false }}',
                    f"[machines.{machine}]",
                    f'description = "{ROOT}/hardware/urzedomat_24.toml"',
                    "",
                )
            ),
            "utf-8",
        )
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=WITHIN_S, trust_env=False)

    def spawn(self, *, before: Callable[[], None] | None = None) -> Child:
        """Run it without waiting for anything."""
        if self.child is not None:
            self.child.close()
        self.child = Child([sys.executable, "-m", "central", "run", str(self.file)], before=before)
        return self.child

    def start(self, *, before: Callable[[], None] | None = None) -> None:
        """Run it; returns when it is connected to the broker and answers."""
        child = self.spawn(before=before)
        child.until_line(r"^centre: http://")
        child.until_line(r"broker: connected")
        self.ask("/machines")

    @property
    def running(self) -> Child:
        """The process; only while there is one."""
        assert self.child is not None
        return self.child

    def ask(self, path: str, **query: Any) -> Any:
        """GET; raises httpx.HTTPStatusError."""
        return self._http.get(path, params=query).raise_for_status().json()

    def do(self, path: str, **body: Any) -> Any:
        """POST; raises httpx.HTTPStatusError."""
        return self._http.post(path, json=body).raise_for_status().json()

    def fill_in(self, path: str, **fields: str) -> None:
        """Send a form of the desk's pages as a browser does; raises httpx.HTTPStatusError."""
        url = f"http://127.0.0.1:{self.port}{path}"
        hidden = dict(HIDDEN.findall(self._http.get(url).raise_for_status().text))
        answer = self._http.post(url, data={**hidden, **fields})
        if not answer.has_redirect_location:
            answer.raise_for_status()

    def register(self, case: str = "26004711", phone: str = "601234123", machine: str = MACHINE) -> str:
        """Register a document; its key."""
        return str(self.do("/deposits", case=case, phone=phone, machine=machine)["key"])

    def load(self, key: str) -> str:
        """Have a compartment opened; the order's id."""
        return str(self.do(f"/deposits/{key}/load")["order"])

    def until(self, right: Callable[[], bool], within_s: float = WITHIN_S) -> None:
        """Ask again at each event of the stream until it is so; raises TimeoutError."""
        end = monotonic() + within_s
        with self._http.stream("GET", "/events") as events:
            if right():
                return
            for line in events.iter_lines():
                if line.startswith("event") and right():
                    return
                if monotonic() > end:
                    raise TimeoutError(f"the centre never said so; machines: {self.ask('/machines')}")

    def facts(self) -> list[dict[str, Any]]:
        """Everything it has, in the order of arrival."""
        found: list[dict[str, Any]] = []
        after = 0
        while page := self.ask("/facts", after=after, limit=1000)["facts"]:
            found += page
            after = page[-1]["id"]
        return found

    def kinds(self) -> list[str]:
        """The kinds of all facts, by sequence number."""
        return [fact["kind"] for fact in sorted(self.facts(), key=lambda fact: fact["seq"])]

    def close(self) -> None:
        self._http.close()
        if self.child is not None:
            self.child.close()

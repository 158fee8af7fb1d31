"""The centre as the street sees it: over its JSON interface and its stream of facts, like any other city system."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, TypeVar

import httpx
import msgspec

T = TypeVar("T")
AGAIN_S = 0.3
FACTS_KEPT = 400
OK = 200
CREATED = 201
ACCEPTED = 202


class CentreRefused(ValueError):
    """The centre cannot do this; `code` is its reason in one word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DepositSeen(msgspec.Struct, frozen=True):
    """A document at the centre."""

    key: str
    case: str
    phone: str
    state: str
    reason: str = ""
    compartment: int = 0
    sms: str = ""
    until: datetime | None = None
    slip: bool = False
    printed: datetime | None = None


class CompartmentSeen(msgspec.Struct, frozen=True):
    """A compartment in the machine's report."""

    n: int
    use: str


class ReportSeen(msgspec.Struct, frozen=True):
    """What the machine reports of itself."""

    compartments: list[CompartmentSeen] = []


class MachineSeen(msgspec.Struct, frozen=True):
    """A machine at the centre."""

    machine: str
    online: bool
    report: ReportSeen | None = None


class NewPaper(msgspec.Struct, frozen=True):
    """What a clerk writes when registering: `kind` is a type of document, `slip` for a person without a phone."""

    case: str
    phone: str
    machine: str
    language: str
    low: bool = False
    slip: bool = False
    kind: str = ""
    actor: str = "street"


class FactSeen(msgspec.Struct, frozen=True):
    """A fact at the centre; `id` is the order of arrival."""

    id: int
    seq: int
    kind: str
    entry: dict[str, Any] | None = None

    @property
    def fact(self) -> dict[str, Any]:
        """What the fact says."""
        return (self.entry or {}).get("fact") or {}


class _OrderMade(msgspec.Struct, frozen=True):
    order: str


class _Reason(msgspec.Struct, frozen=True):
    error: str = "refused"


class CentreDesk:
    """A clerk's view of one centre; `changed` is called when something there has changed."""

    def __init__(self, address: str, changed: Callable[[], None]) -> None:
        self.deposits: list[DepositSeen] = []
        self.facts: list[FactSeen] = []
        self.machines: list[MachineSeen] = []
        self.reached = False
        self._client = httpx.AsyncClient(base_url=f"{address}/api/v1", trust_env=False, timeout=5)
        self._changed = changed
        self._stale = asyncio.Event()

    async def watch(self) -> None:
        """Follow the centre until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow())
            both.create_task(self._refresh())

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def answers(self) -> bool:
        """Whether it can be reached now."""
        try:
            return (await self._client.get("/machines")).status_code == OK
        except httpx.HTTPError:
            return False

    async def register(self, paper: NewPaper) -> DepositSeen:
        """Register a document; raises CentreRefused."""
        found = msgspec.json.decode(await self._post("/deposits", msgspec.to_builtins(paper)), type=DepositSeen)
        self._stale.set()
        return found

    async def load(self, deposit: str) -> str:
        """Ask for a compartment, standing at the machine; the order's id. Raises CentreRefused."""
        return msgspec.json.decode(await self._do(deposit, "load"), type=_OrderMade).order

    async def reissue(self, deposit: str) -> None:
        """Another PIN; raises CentreRefused."""
        await self._do(deposit, "reissue")

    async def extend(self, deposit: str, until: datetime) -> None:
        """More time; raises CentreRefused."""
        await self._do(deposit, "extend", until=until.isoformat())

    async def withdraw(self, deposit: str) -> None:
        """The document is to be taken out and collected at the office; raises CentreRefused."""
        await self._do(deposit, "withdraw")

    @property
    def online(self) -> bool:
        """Whether the machine is connected."""
        return any(one.online for one in self.machines)

    def out_of_use(self) -> list[int]:
        """Compartments that nobody uses until somebody has looked, as the machine reports them."""
        reports = [one.report for one in self.machines if one.report is not None]
        return [one.n for report in reports for one in report.compartments if one.use == "quarantined"]

    def answer(self, order: str) -> FactSeen | None:
        """The machine's first word about an order."""
        return next((fact for fact in self.facts if fact.fact.get("order") == order), None)

    def look_again(self) -> None:
        """Something may have changed of which no fact will tell."""
        self._stale.set()

    def deposit(self, key: str) -> DepositSeen | None:
        """One document."""
        return next((one for one in self.deposits if one.key == key), None)

    async def _do(self, deposit: str, deed: str, **more: str) -> bytes:
        if not (deposit.isascii() and deposit.isalnum()):
            raise CentreRefused("deposit_unknown")
        answer = await self._post(f"/deposits/{deposit}/{deed}", {"actor": "street", **more})
        self._stale.set()
        return answer

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        try:
            response = await self._client.post(path, json=body)
        except httpx.HTTPError:
            raise CentreRefused("centre_away") from None
        if response.status_code not in {OK, CREATED, ACCEPTED}:
            raise CentreRefused(_decoded(response.content, _Reason, _Reason()).error)
        return response.content

    async def _refresh(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            with contextlib.suppress(httpx.HTTPError):
                deposits = await self._client.get("/deposits")
                machines = await self._client.get("/machines")
                before = (self.deposits, self.machines)
                self.deposits = _decoded(deposits.content, list[DepositSeen], self.deposits)
                self.machines = _decoded(machines.content, list[MachineSeen], [])
                if (self.deposits, self.machines) != before:
                    self._changed()

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                after = self.facts[-1].id if self.facts else 0
                timeout = httpx.Timeout(5, read=10)
                async with self._client.stream("GET", "/events", params={"after": after}, timeout=timeout) as stream:
                    self._reach(True)
                    async for event, data in _events(stream.aiter_lines()):
                        self._take(event, data)
            self._reach(False)
            await asyncio.sleep(AGAIN_S)

    def _take(self, event: str, data: str) -> None:
        self._stale.set()
        if event == "fact":
            self.facts = [*self.facts, *_decoded(f"[{data}]".encode(), list[FactSeen], [])][-FACTS_KEPT:]
            self._changed()

    def _reach(self, reached: bool) -> None:
        self._stale.set()
        if reached != self.reached:
            self.reached = reached
            self._changed()


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str]]:
    event, data = "", ""
    async for line in lines:
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data":
            data += value.strip()
        elif not line:
            if event:
                yield event, data
            event, data = "", ""


def _decoded(body: bytes, kind: type[T], otherwise: T) -> T:
    """What the centre said, or `otherwise` when it said something else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return otherwise

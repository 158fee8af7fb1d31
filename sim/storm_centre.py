"""The centre in the storm: the real one, on a database that survives it, behind links that can be cut."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import StaticPool

from central.blik.calls import BlikLine
from central.books.differences import Difference, differences
from central.centre import SUBSCRIPTIONS, Centre
from central.ports import Now, Sms, SmsResult
from central.settings import Settings
from central.signer import Signer
from central.store import deposits
from central.store.database import Store
from central.store.deposits import DepositRow
from central.tasks import read_tasks
from central.times import to_ms
from contracts.topics import Ack, decode, qos
from sim.broker import Message, Session
from sim.power_cuts import CutPoints, PowerCut
from sim.sms_network import SmsNetwork
from sim.stage import Stage

T = TypeVar("T")
Call = Callable[[Centre, Now], None]
BACKUPS_KEPT = 6
REPORTED_AGAIN_MS = 20_000
REPORTS_MAX = 60
UNTOLD = ("sms_refused", "sms_undelivered")
BACKUP_EVERY_MS = 15_000


class CentreAway(ConnectionError):
    """The centre does not answer; whether it did what it was asked nobody knows."""


class Disk(sqlite3.Connection):
    """The centre's database; it is not closed by those who lose it, and its commits are points where the power can go."""

    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None

    def commit(self) -> None:
        going = self.in_transaction
        if going and self.before is not None:
            self.before()
        super().commit()
        if going and self.after is not None:
            self.after()

    def close(self) -> None:
        """Stays: it stands for a disk."""


class StormCentre:
    """What stays when the centre goes, and the present life of it, if there is one."""

    def __init__(self, stage: Stage, sms: SmsNetwork, settings: Settings, signer: Signer, make_centre: type[Centre] = Centre) -> None:
        self.stage = stage
        self.sms = sms
        self.settings = settings
        self.signer = signer
        self.make_centre = make_centre
        self.gateway: BlikLine | None = None
        self.random = stage.stream("centre")
        self.randomness = stage.randomness("centre/ids")
        self.cuts = CutPoints(stage.plan.centre_cuts, self._kill)
        self.committed: dict[tuple[str, str], int] = {}
        self.alive = False
        self.restores = 0
        self._life = 0
        self._start_ms = 0
        self._session: Session | None = None
        self._centre: Centre | None = None
        self._calls: deque[Call] = deque()
        self._wake = asyncio.Event()
        self._backups: deque[Disk] = deque(maxlen=BACKUPS_KEPT)
        self._disk = self._new_disk()
        self.engine = self._engine()

    # --- life ----------------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A new process over the same database."""
        if not self.alive:
            self.stage.spawn(self._live(), "centre lives")

    async def _live(self) -> None:
        self.alive = True
        self._life += 1
        self._start_ms = self.stage.now_ms
        self._calls.clear()
        self.trace("starts")
        life = self._life
        try:
            centre = self._centre = self.make_centre(
                Store(self.engine), self, self, self.settings, self.signer, self.randomness, self.gateway
            )
            self.stage.spawn(self._connect(life), "centre connects")
            while self._lives(life):
                await self._next_call(centre)
                if not self._lives(life):
                    return
                call = self._calls.popleft() if self._calls else _tick
                call(centre, self.now())
        except PowerCut as cut:
            down_ms = self.cuts.taken().down_ms
            self.trace(f"CRASH at {cut}, gone for {down_ms} ms")
            self.stage.last_cuts["centre"] = str(cut)
            self._gone(down_ms)

    async def _next_call(self, centre: Centre) -> None:
        self._wake.clear()
        if self._calls:
            return
        due = centre.deadline()
        wait_s = None if due is None else max(0, due - self.now().mono_ms) / 1000
        timer = None if wait_s is None else self.stage.loop.call_later(wait_s, self._wake.set)
        await self._wake.wait()
        if timer is not None:
            timer.cancel()

    def _lives(self, life: int) -> bool:
        return self.alive and self._life == life

    def _kill(self) -> None:
        self.alive = False
        self._disk.rollback()

    def _gone(self, down_ms: int) -> None:
        self._wake.set()
        if self._session is not None:
            self.stage.broker.lose(self._session, 0)
            self._session = None
        self.stage.later(down_ms, self.start)

    def restore(self, down_ms: int) -> None:
        """The database is lost; an older backup takes its place."""
        self._kill()
        backup = self._backups[self.random.randrange(len(self._backups))] if self._backups else self._new_disk()
        self.restores += 1
        self._disk = self._new_disk()
        backup.backup(self._disk)
        self.engine = self._engine()
        self._note_committed()
        self.trace("RESTORED from an older backup")
        self.stage.last_cuts["centre"] = "restored from an older backup"
        self._gone(down_ms)

    async def keep_backups(self) -> None:
        """A backup every now and then."""
        while True:
            await asyncio.sleep(BACKUP_EVERY_MS / 1000)
            copy = self._new_disk()
            self._disk.backup(copy)
            self._backups.append(copy)

    def now(self) -> Now:
        """The centre's clocks, which are right."""
        return Now(self.stage.plan.start + _ms(self.stage.now_ms), self.stage.now_ms - self._start_ms)

    # --- database ------------------------------------------------------------------------------------------------------------------------

    def _new_disk(self) -> Disk:
        disk = sqlite3.connect(":memory:", factory=Disk, check_same_thread=False)
        disk.before, disk.after = self._before_commit, self._after_commit
        return disk

    def _engine(self) -> Engine:
        disk = self._disk
        return create_engine("sqlite://", creator=lambda: disk, poolclass=StaticPool)

    def _before_commit(self) -> None:
        if self.alive:
            self.cuts.at("commit.before")

    def _after_commit(self) -> None:
        self._note_committed()
        if self.alive:
            self.cuts.at("commit.after")

    def _note_committed(self) -> None:
        try:
            rows = self._disk.execute("SELECT machine, epoch, upto FROM cursors").fetchall()
        except sqlite3.OperationalError:
            rows = []
        self.committed = {(machine, epoch): upto for machine, epoch, upto in rows}

    # --- ports ---------------------------------------------------------------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Link."""
        if not self.alive or self._session is None:
            return
        what = topic.rsplit("/", 1)[1]
        self.cuts.at("link.before", what)
        if what == "ack":
            self.stage.watch.acknowledged(topic.split("/")[2], decode(payload, Ack))
        self.stage.watch.published("centre", topic, payload)
        self.stage.broker.publish(self._session, Message(topic, payload, retain, qos(topic)))
        self.cuts.at("link.after", what)

    def submit(self, sms: Sms) -> None:
        """SmsLine."""
        if not self.alive:
            return
        self.cuts.at("sms.before")
        self.trace(f"sms {sms.idx}")
        going, replies = self.sms.submit(sms.idx, sms.phone, sms.text)
        for one in going:
            self.stage.watch.said(one)
            self.stage.watch.texted(one)
        for reply in replies:
            result = SmsResult(reply.kind, reply.code, reply.provider_id)
            self.stage.later(reply.after_ms, lambda result=result: self.tell(_answer(sms.idx, result)))
        if going and sms.idx in self.sms.undelivered:
            self._tells_until_heard(sms.idx)
        for heard in self.sms.reports() if going and sms.idx not in self.sms.undelivered else []:
            self.stage.later(heard.after_ms, lambda heard=heard: self.tell(_report(sms.idx, heard.status)))
        self.cuts.at("sms.after")

    def _tells_until_heard(self, idx: str, left: int = REPORTS_MAX) -> None:
        """A provider tells again until it was heard that a message has not arrived."""

        def again() -> None:
            heard = self.rows(f"SELECT 1 FROM sms WHERE idx = '{idx}' AND delivery != ''")
            if not heard and left:
                self.tell(_report(idx, "UNDELIVERED"))
                self._tells_until_heard(idx, left - 1)

        self.stage.later(REPORTED_AGAIN_MS, again)

    # --- calls ---------------------------------------------------------------------------------------------------------------------------

    def tell(self, call: Call) -> None:
        """Something for a later turn of the centre; lost while it is away."""
        if self.alive:
            self._calls.append(call)
            self._wake.set()

    async def ask(self, act: Callable[[Centre, Now], T]) -> T:
        """A clerk at the desk asks for something; raises what the centre raises, and CentreAway."""
        answer: asyncio.Future[T] = self.stage.loop.create_future()

        def call(centre: Centre, now: Now) -> None:
            try:
                result = act(centre, now)
            except ValueError as refused:
                answer.set_exception(refused)
            else:
                answer.set_result(result)

        self.tell(call)
        done, _ = await asyncio.wait([answer], timeout=5)
        if not done:
            answer.cancel()
            raise CentreAway("the centre does not answer")
        return answer.result()

    def deposit(self, key: str) -> DepositRow | None:
        """The deposit as the desk's page shows it."""
        with self.engine.connect() as t:
            return deposits.read(t, key)

    def find(self, case: str) -> str | None:
        """The deposit of this case, as the desk's page shows it."""
        with self.engine.connect() as t:
            row = deposits.live_with_case(t, case)
            return row.key if row else None

    def listed(self, key: str) -> bool:
        """Whether the clerks' list says that no message reached the person of this deposit."""
        at_ms = to_ms(self.now().wall)
        with self.engine.connect() as t:
            return any(task.deposit == key and task.kind in UNTOLD for task in read_tasks(t, self.settings, at_ms))

    def differences(self) -> list[Difference]:
        """Where machine and centre say different things about money."""
        with self.engine.connect() as t:
            return differences(t, to_ms(self.now().wall))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the store, for the invariants."""
        with self.engine.connect() as t:
            return [tuple(row) for row in t.execute(text(query))]

    # --- link ----------------------------------------------------------------------------------------------------------------------------

    async def _connect(self, life: int) -> None:
        while self._lives(life):
            await asyncio.sleep(self.random.randrange(50, 1_500) / 1000)
            if not self._lives(life):
                return
            session = self.stage.broker.connect("centre", SUBSCRIPTIONS, self._heard, None)
            if session is None:
                continue
            self._session = session
            self.tell(lambda centre, now: centre.link_up(now))
            await session.ended.wait()
            await asyncio.sleep(self.random.randrange(20, 1_500) / 1000)
            if self._lives(life):
                self._session = None
                self.tell(lambda centre, now: centre.link_down(now))

    def _heard(self, message: Message) -> None:
        self.tell(lambda centre, now: centre.receive(message.topic, message.payload, now))

    def connected(self) -> bool:
        """Whether the centre is there and has its broker."""
        return self.alive and self._session is not None and self._session.alive

    def trace(self, what: str) -> None:
        """One line of the log."""
        self.stage.log("centre", what)


def _tick(centre: Centre, now: Now) -> None:
    centre.tick(now)


def _answer(idx: str, result: SmsResult) -> Call:
    return lambda centre, now: centre.sms_answered(idx, result, now)


def _report(idx: str, status: str) -> Call:
    return lambda centre, now: centre.delivery_reported(idx, status, now)


def _ms(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)

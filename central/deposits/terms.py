"""How long documents may be collected: the first deadline, more time for one, for a machine or a city, and after an outage.

All moments are UTC: forty-eight hours across a clock change are forty-eight hours.
"""

import msgspec
from sqlalchemy import Connection

from central.deposits.pins import Pins
from central.deposits.rules import DeskRefused, checked_actor
from central.order_desk import OrderDesk
from central.ports import Now
from central.settings import Settings
from central.sms.owed import owe, plan_reminders
from central.store import acts, deposits, letters, machines
from central.store.acts import Act
from central.store.deposits import DepositRow
from central.times import DAY_MS, HOUR_MS, MINUTE_MS, QUARTER_MS, from_ms, to_ms, up_to_quarter
from contracts.orders import ExtendAll

MARGIN_MS_MIN = 5 * MINUTE_MS
"""Even without a margin of the settings the order to the machine and the provider's answer need a moment."""
OUTAGE_MS_MIN = 15 * MINUTE_MS
EXTEND_MS_MAX = 60 * DAY_MS
EXTEND_VALID_S = 86_400


class Outage(msgspec.Struct, frozen=True):
    """A machine gave out no documents from `start_ms` to `end_ms`; `forced`: because a door was forced."""

    machine: str
    start_ms: int
    end_ms: int
    forced: bool = False


class Terms:
    """Sets and moves deadlines."""

    def __init__(self, settings: Settings, pins: Pins, desk: OrderDesk) -> None:
        self._settings = settings
        self._pins = pins
        self._desk = desk

    def due_until(self, kind: str, now: Now) -> int:
        """The deadline of a document told now: its term and a margin for the way of the message, up to the full quarter."""
        margin_ms = max(self._settings.terms.margin_h * HOUR_MS, MARGIN_MS_MIN)
        return up_to_quarter(to_ms(now.wall) + self._settings.hours(kind) * HOUR_MS + margin_ms)

    def renew(self, t: Connection, deposit: DepositRow, now: Now) -> None:
        """Ask for the deadline that a message accepted now may name; a later one stays."""
        self._pins.want(t, deposit.key, now, max(deposit.want_until_ms, self.due_until(deposit.kind, now)))

    def extend(self, t: Connection, deposit: DepositRow, until_ms: int, now: Now) -> None:
        """A later deadline for one document; its text goes when the machine holds it. Raises DeskRefused."""
        self._check(until_ms, now)
        if until_ms <= max(deposit.until_ms, deposit.want_until_ms):
            raise DeskRefused("until_wrong")
        # A document whose first message has not gone is told its deadline by that.
        self._pins.want(t, deposit.key, now, up_to_quarter(until_ms), "extended" if deposit.state == "told" else "")

    def after(self, t: Connection, outage: Outage, now: Now) -> None:
        """Every deadline that was running gets the length of the outage; after a forced door no message promises anything."""
        length_ms = outage.end_ms - outage.start_ms
        if length_ms <= OUTAGE_MS_MIN:
            return
        acts.write(t, Act(to_ms(now.wall), "centre", "outage", outage.machine, detail=f"{length_ms // MINUTE_MS} min"))
        for deposit in deposits.inside(t, outage.machine):
            # One whose message has not gone gets its full term when it goes.
            if deposit.state == "told" and deposit.until_ms > outage.start_ms:
                held_ms = max(deposit.until_ms, deposit.want_until_ms)
                self._pins.want(t, deposit.key, now, up_to_quarter(held_ms + length_ms), "" if outage.forced else "extended")

    def ask_all(self, t: Connection, wanted: tuple[str, ...], until_ms: int, actor: str, now: Now) -> str:
        """More time at these machines, once a second person agrees; the deed's id. Raises DeskRefused."""
        checked_actor(actor)
        if not wanted or any(machine not in self._settings.machines for machine in wanted):
            raise DeskRefused("machine_unknown")
        self._check(until_ms, now)
        ask = ExtendAll(until=from_ms(up_to_quarter(until_ms)))
        group = self._desk.new_id()
        for machine in wanted:
            self._desk.draft(t, machine, ask, actor, "extend_all", EXTEND_VALID_S, now, group=group)
            acts.write(t, Act(to_ms(now.wall), actor, "extend_all", machine))
        return group

    def all_extended(self, t: Connection, machine: str, until_ms: int, now: Now) -> None:
        """A machine says that no document there expires before that moment."""
        at_ms = to_ms(now.wall)
        if until_ms > at_ms + EXTEND_MS_MAX + QUARTER_MS:
            letters.security(t, machine, "terms_never_asked", "", at_ms)  # no order of ours reaches so far
            return
        for deposit in deposits.inside(t, machine):
            if deposit.until_ms >= until_ms:
                continue
            deposits.change(t, deposit.key, at_ms, until_ms=until_ms, want_until_ms=max(until_ms, deposit.want_until_ms))
            self.extended(t, deposit.key, at_ms)

    def extended(self, t: Connection, key: str, at_ms: int) -> None:
        """The machine holds a later deadline: the resident is told, unless the door was forced, and reminded anew."""
        deposit = deposits.read(t, key)
        if deposit is None or deposit.state != "told":
            return
        if not machines.has_fault(t, deposit.machine, "door_forced", f"door {deposit.compartment}"):
            owe(t, key, "extended", at_ms)
        plan_reminders(t, self._settings, key, at_ms)

    def _check(self, until_ms: int, now: Now) -> None:
        if not to_ms(now.wall) < until_ms <= to_ms(now.wall) + EXTEND_MS_MAX:
            raise DeskRefused("until_wrong")

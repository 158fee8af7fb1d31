"""What the desk asks of a machine as a whole: let a clerk in, put a compartment back into service, give everybody more time."""

from sqlalchemy import Connection

from central.deposits.rules import DeskRefused, checked_actor
from central.deposits.terms import Terms
from central.order_desk import OrderDesk, SamePerson
from central.ports import Now, Randomness
from central.settings import Settings
from central.signer import Signer
from central.store import acts, facts, machines
from central.store.acts import Act, Deed
from central.times import from_ms, to_ms
from contracts.orders import COMPARTMENT_MAX, AdmitClerk, Release

CODE_DIGITS = 8
CODE_VALID_S = 300
RELEASE_VALID_S = 300
REASON_MAX = 64


class ClerkCode:
    """A one-time code, to be shown once; it is stored nowhere, and this has no repr."""

    __slots__ = ("digits", "valid_s")

    def __init__(self, digits: str, valid_s: int) -> None:
        self.digits = digits
        self.valid_s = valid_s

    def __repr__(self) -> str:
        return "ClerkCode(…)"


class MachineDesk:
    """Deeds about machines, each one refused in one word or done."""

    def __init__(self, settings: Settings, signer: Signer, randomness: Randomness, desk: OrderDesk, terms: Terms) -> None:
        self._settings = settings
        self._signer = signer
        self._randomness = randomness
        self._desk = desk
        self._terms = terms

    def admit(self, t: Connection, machine: str, actor: str, now: Now) -> ClerkCode:
        """A one-time code with which this person enters clerk mode at this machine; only its mark is kept. Raises DeskRefused."""
        self._check(machine, actor)
        code = f"{self._randomness.below(10**CODE_DIGITS):0{CODE_DIGITS}}"
        until = from_ms(to_ms(now.wall) + CODE_VALID_S * 1000)
        ask = AdmitClerk(code=self._signer.clerk_mark(machine, code), until=until)
        self._desk.draft(t, machine, ask, actor, "clerk_mode", CODE_VALID_S, now)
        self._act(t, "admit_clerk", machine, actor, now)
        return ClerkCode(code, CODE_VALID_S)

    def release(self, t: Connection, machine: str, compartment: int, seen: int, empty: bool, reason: str, actor: str, now: Now) -> str:
        """Somebody who knew the machine's facts up to `seen` has looked: the compartment takes documents again; the order's id.

        Raises DeskRefused.
        """
        self._check(machine, actor)
        if not 1 <= compartment <= COMPARTMENT_MAX:
            raise DeskRefused("compartment_wrong")
        if not 1 <= len(reason) <= REASON_MAX or not reason.isprintable():
            raise DeskRefused("reason_wrong")
        epoch = machines.read(t, machine).epoch
        if not 0 <= seen <= (facts.read_cursor(t, machine, epoch).upto if epoch else 0):
            raise DeskRefused("seen_wrong")
        ask = Release(compartment=compartment, seen=seen, empty=empty)
        self._act(t, "release_empty" if empty else "release", machine, actor, now, str(compartment))
        return self._desk.draft(t, machine, ask, actor, reason, RELEASE_VALID_S, now)

    def extend_all(self, t: Connection, machine: str, until_ms: int, actor: str, now: Now) -> str:
        """More time for everybody at this machine, or with an empty name at all, once a second person agrees. Raises DeskRefused."""
        wanted = (machine,) if machine else tuple(self._settings.machines)
        return self._terms.ask_all(t, wanted, until_ms, actor, now)

    def agree(self, t: Connection, group: str, actor: str, now: Now) -> None:
        """The second person agrees. Raises DeskRefused."""
        checked_actor(actor)
        try:
            agreed = self._desk.approve(t, group, actor, now)
        except SamePerson:
            raise DeskRefused("same_person") from None
        if not agreed:
            raise DeskRefused("waits_no_more")
        self._act(t, "agree", "", actor, now)

    def decline(self, t: Connection, group: str, actor: str, now: Now) -> None:
        """What waits for a second person is not done. Raises DeskRefused."""
        checked_actor(actor)
        if not self._desk.drop(t, group, actor, now):
            raise DeskRefused("waits_no_more")
        self._act(t, "decline", "", actor, now)

    def _check(self, machine: str, actor: str) -> None:
        checked_actor(actor)
        if machine not in self._settings.machines or not self._signer.has_machine(machine):
            raise DeskRefused("machine_unknown")

    def _act(self, t: Connection, act: Deed, machine: str, actor: str, now: Now, detail: str = "") -> None:
        acts.write(t, Act(to_ms(now.wall), actor, act, machine, detail=detail))

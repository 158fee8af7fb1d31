"""The lock board's mind, without hardware: bytes, switch levels and time in; reply bytes, at most one coil and the lamps out."""

from contracts import lock_bus as bus
from firmware.coil_limits import CoilLimits
from firmware.door_switch import DoorSwitches
from firmware.lamps import Lamps

FIRMWARE = (1, 1, 0)
REMEMBERED = 8


class BoardFacts:
    """What does not change while the board is on."""

    def __init__(
        self,
        address: int,
        boot: int,
        unique_id: bytes,
        revision: int,
        description_hash: bytes,
        channels: int,
        limits: bus.Limits,
        debounce_ms: int,
        lamps: int = 0,
    ) -> None:
        self.address = address
        self.boot = boot
        self.unique_id = unique_id
        self.revision = revision
        self.description_hash = description_hash
        self.channels = channels
        self.limits = limits
        self.debounce_ms = debounce_ms
        self.lamps = lamps


class _Executed:
    """A wish that had its pulse."""

    def __init__(self, wish_id: bytes) -> None:
        self.wish_id = wish_id
        self.state = bus.RUNNING


class LockBoard:
    """Call sense, receive and tick; then set `coil` and `lamps`, and only then send take_output. Never raises for any bytes."""

    def __init__(self, facts: BoardFacts) -> None:
        self.coil: int | None = None
        self.limits = CoilLimits(facts.limits, facts.channels)
        self.switches = DoorSwitches(facts.channels, facts.debounce_ms)
        self.lamps = Lamps(facts.lamps)
        self._facts = facts
        self._decoder = bus.Decoder()
        self._output = b""
        self._key = False
        self._heard_ms = 0
        self._byte_ms = 0
        self._ends_ms = 0
        self._executed: list[_Executed] = []

    @property
    def last_wish(self) -> bytes:
        """The wish that had the latest pulse; empty before the first."""
        return self._executed[-1].wish_id if self._executed else b""

    def sense(self, closed: int, key: bool, now_ms: int) -> None:
        """One look at the switches (bit n = channel n, 1 = closed) and at the service key."""
        self._key = key
        self.switches.read(closed, now_ms)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line, in whatever pieces; requests to other boards and replies of theirs are among them."""
        self.tick(now_ms)
        if now_ms - self._byte_ms >= bus.GAP_MS:  # a plug that was out must not let an old order through when it is in again
            self._decoder.forget()
        self._byte_ms = now_ms
        for frame in self._decoder.feed(data):
            if frame.kind & bus.REPLY:
                continue
            self._heard_ms = now_ms
            if frame.address == self._facts.address:
                self._output = self._answer(frame, now_ms)  # half duplex: only the last request still wants its reply

    def tick(self, now_ms: int) -> None:
        """Ends a pulse that is over, and a pulse and lamps that the host no longer watches."""
        silent = now_ms - self._heard_ms >= self.limits.in_force.silence_ms
        if silent:
            self.lamps.darken()
        if self.coil is None:
            return
        if now_ms >= self._ends_ms:
            self._off(bus.DONE, now_ms)
        elif silent:
            self._off(bus.STOPPED, now_ms)

    def deadline(self) -> int | None:
        """When sense and tick must come again; None while nothing is under way."""
        due = self.switches.deadline()
        if self.coil is None and not self.lamps.lit:
            return due
        off = self._heard_ms + self.limits.in_force.silence_ms
        if self.coil is not None:
            off = min(off, self._ends_ms)
        return off if due is None else min(off, due)

    def take_output(self) -> bytes:
        """The reply to send now; empty most of the time."""
        output = self._output
        self._output = b""
        return output

    def _answer(self, frame: bus.Frame, now_ms: int) -> bytes:
        try:
            body = self._do(frame.kind, frame.body, now_ms)
            code = bus.UNKNOWN_KIND
        except bus.BusWrong:
            body = None
            code = bus.BAD_BODY
        if body is None:
            error = bus.encode_error(frame.kind, code)
            return bus.Frame(frame.address, frame.sequence, bus.ERROR | bus.REPLY, error).encode()
        return frame.answer(body)

    def _do(self, kind: int, body: bytes, now_ms: int) -> bytes | None:
        """The reply's body; None for an unknown kind; raises BusWrong and changes nothing for a wrong body."""
        if kind == bus.STATES:
            return self._states(bus.decode_ack(body))
        if kind == bus.UNLOCK:
            result, wait_ms = self._unlock(bus.decode_unlock(body), now_ms)
            return bus.encode_unlocked(result, wait_ms)
        if kind == bus.EXECUTED:
            return bus.encode_executed(self._facts.boot, self._state_of(bus.check_wish_id(body)))
        if kind == bus.SET_LIMITS:
            return self.limits.tighten(bus.decode_limits(body)).encode()
        if kind == bus.LAMPS and self._facts.lamps:
            self.lamps.light(*bus.decode_lamps(body))
            return bus.encode_lamps(self.lamps.lit, self.lamps.percent)
        if kind not in (bus.IDENTIFY, bus.STOP_ALL):
            return None
        if body:
            raise bus.BusWrong("body of wrong length")
        if kind == bus.IDENTIFY:
            return self._identity()
        if self.coil is not None:
            self._off(bus.STOPPED, now_ms)
        return b""

    def _identity(self) -> bytes:
        facts = self._facts
        protocol = bus.PROTOCOL_LAMPS if facts.lamps else bus.PROTOCOL  # without lamps an older controller understands it too
        named = (facts.revision, facts.description_hash, facts.unique_id)
        return bus.Identity(protocol, FIRMWARE, *named, facts.boot, facts.channels, facts.lamps).encode()

    def _states(self, ack: int) -> bytes:
        switches = self.switches
        coil = bus.NO_COIL if self.coil is None else self.coil
        flags = bus.FLAG_KEY if self._key else 0
        changed = switches.changed_since(ack)
        return bus.States(self._facts.boot, switches.rev, coil, flags, switches.closed, switches.known, changed).encode()

    def _unlock(self, order: bus.UnlockOrder, now_ms: int) -> tuple[int, int]:
        if self._state_of(order.wish_id) != bus.UNKNOWN:
            return bus.KNOWN, 0  # before all else: asking again must never hurt
        if order.boot != self._facts.boot:
            return bus.WRONG_BOOT, 0  # what ran before this boot is forgotten, so nobody may be sure it did not run
        if order.channel >= self._facts.channels:
            return bus.BAD_CHANNEL, 0
        if self.coil is not None:
            return bus.BUSY, self._ends_ms - now_ms
        result, wait_ms = self.limits.refusal(order.channel, order.pulse_ms, self._key, now_ms)
        if result == bus.STARTED:
            self._on(order, now_ms)
        return result, wait_ms

    def _state_of(self, wish_id: bytes) -> int:
        for executed in self._executed:
            if executed.wish_id == wish_id:
                return executed.state
        return bus.UNKNOWN

    def _on(self, order: bus.UnlockOrder, now_ms: int) -> None:
        self._executed.append(_Executed(order.wish_id))
        if len(self._executed) > REMEMBERED:
            del self._executed[0]
        self.limits.started(now_ms)
        self.coil = order.channel
        self._ends_ms = now_ms + order.pulse_ms

    def _off(self, state: int, now_ms: int) -> None:
        if self.coil is not None:
            self.limits.ended(self.coil, now_ms)
            self._executed[-1].state = state
        self.coil = None

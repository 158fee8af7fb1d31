"""A card terminal that speaks ZVT, from the published messages: its line, its customer, its host and what it stores (facts: payments 2, 3).

Clockless: call receive or tick, then write bytes_to_send until it is empty, and come back at deadline. What it has stored outlives a power
cut; a sale that was offered and not acknowledged reverses by itself.
"""

from collections import deque
from typing import Literal

import msgspec

from controller.devices.frames.wrong import FrameWrong
from controller.devices.frames.zvt import apdu, split
from controller.devices.frames.zvt_messages import PLN, read_zvt
from controller.devices.zvt_line import ZvtLine
from sim.bank import Bank, Charge

CARD_WITHIN_MS = 60_000
HOST_MS = 1_500
ASK_AGAIN_MS = 2_000
SAID_WITHIN_MS = 10_000
"""Until an intermediate status or a completion is acknowledged; then nobody is there."""
LAST4 = "4821"

OK, REFUSED = 0x8000, 0x84


class Stored(msgspec.Struct, frozen=True):
    """A sale in the terminal's store."""

    charge: Charge
    trace: int
    receipt: int


class _Sale:
    """A sale in progress."""

    def __init__(self, amount: int, answer_ms: int, asks: int) -> None:
        self.amount, self.answer_ms, self.asks = amount, answer_ms, asks
        self.phase: Literal["card", "host", "offered"] = "card"
        self.until_ms = 0
        self.offered_ms = 0
        self.again_ms: int | None = None
        self.charge: Charge | None = None
        self.trace = self.receipt = 0


class SimTerminal:
    """One terminal; `line` makes its end of a connection anew after each power cut."""

    def __init__(self, bank: Bank, line: "type[ZvtLine]", trace: int = 100, receipt: int = 10) -> None:
        self.bank = bank
        self.stored: list[Stored] = []
        self.currency = PLN
        self.settling = False
        self.powered = True
        self.mute_completion = False
        """The next completion is never said."""
        self._make_line = line
        self._trace, self._receipt = trace, receipt
        self._start()

    def _start(self) -> None:
        self._line: ZvtLine = self._make_line()
        self._registered = False
        self._sale: _Sale | None = None
        self._now_ms = 0
        self._queue: deque[bytes] = deque()
        self._said_ms: int | None = None
        self._after_offer = False

    # --- people and the world ------------------------------------------------------------------------------------------------------------

    @property
    def wants_card(self) -> bool:
        """Whether it shows that a card is to be presented."""
        return self._sale is not None and self._sale.phase == "card"

    def present_card(self, now_ms: int) -> None:
        """A card is held to it."""
        if self._sale is not None and self._sale.phase == "card":
            self._sale.phase, self._sale.until_ms = "host", now_ms + HOST_MS
            self._say(0x04FF, b"\x0e")

    def power_cut(self) -> None:
        """It goes dark: what was offered and not acknowledged is reversed when it comes back, for nothing of it was stored."""
        self.powered = False
        if self._sale is not None and self._sale.charge is not None:
            self.bank.settle(self._sale.charge, "released")
        self._start()

    def power_on(self, now_ms: int) -> None:
        """It comes back, and must be registered again."""
        self.powered, self._now_ms = True, now_ms

    # --- bytes and time ------------------------------------------------------------------------------------------------------------------

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line."""
        if not self.powered:
            return
        self._now_ms = now_ms
        for message in self._line.receive(data, now_ms):
            self._message(message)

    def tick(self, now_ms: int) -> None:
        """Time has passed."""
        if not self.powered:
            return
        self._now_ms = now_ms
        self._line.tick(now_ms)
        if self._said_ms is not None and (self._line.lost or now_ms >= self._said_ms + SAID_WITHIN_MS) and not self._after_offer:
            self._unheard()
        self._line.lost = False
        sale = self._sale
        if sale is None:
            return
        if sale.phase == "card" and now_ms >= sale.until_ms:
            self._end(0x6C)
        elif sale.phase == "host" and now_ms >= sale.until_ms:
            self._host(sale)
        elif sale.phase == "offered" and now_ms >= sale.until_ms:
            self._reverse(sale)
        elif sale.phase == "offered" and sale.again_ms is not None and now_ms >= sale.again_ms:
            sale.again_ms = None
            sale.asks -= 1
            if sale.asks < 0:
                self._reverse(sale)
            else:
                self._offer(sale)

    def bytes_to_send(self, now_ms: int) -> bytes:
        """What is to be written now."""
        return self._line.bytes_to_send(now_ms) if self.powered else b""

    def deadline(self) -> int | None:
        """When to call tick next."""
        if not self.powered:
            return None
        times = [self._line.deadline(), None if self._said_ms is None else self._said_ms + SAID_WITHIN_MS]
        times += [self._sale.until_ms, self._sale.again_ms] if self._sale is not None else []
        return min((time for time in times if time is not None), default=None)

    # --- one message at a time -----------------------------------------------------------------------------------------------------------

    def _say(self, command: int, data: bytes = b"") -> None:
        """Said when what was said before has been acknowledged."""
        self._queue.append(apdu(command, data))
        self._next()

    def _next(self) -> None:
        if self._said_ms is None and self._queue:
            message = self._queue.popleft()
            self._said_ms = self._now_ms
            self._after_offer = message[:2] == b"\x04\x0f" and self._sale is not None and self._sale.phase == "offered"
            if message[:2] == b"\x06\x0f" and self.mute_completion:
                self.mute_completion, self._said_ms = False, None
                self._next()
                return
            self._line.send(message)

    def _heard(self) -> None:
        self._said_ms, self._after_offer = None, False
        self._next()

    def _unheard(self) -> None:
        """Nobody acknowledges what is said: there is nobody to sell to."""
        self._said_ms, sale = None, self._sale
        self._queue.clear()
        if sale is not None and sale.charge is not None:
            self._reverse(sale)
        elif sale is not None:
            self._end(0x6C)

    def _message(self, message: bytes) -> None:
        try:
            command, _ = split(message)
            _, told = read_zvt(message)
        except FrameWrong:
            return
        if command == OK or command >> 8 == REFUSED:
            self._answered(command)
        elif command == 0x06B0:
            self._abort()
        elif self._sale is not None or self._queue or self._said_ms is not None:
            self._line.send(apdu(0x84A0))
        elif not self._registered and command != 0x0600:
            self._line.send(apdu(0x8483))
        else:
            self._command(command, told)

    def _command(self, command: int, told: dict[str, object]) -> None:
        if command in (0x0600, 0x0601) and told.get("currency", PLN) != self.currency:
            self._line.send(apdu(0x846F))
            return
        if command == 0x0601 and self.settling:
            self._line.send(apdu(0x84F0))
            return
        self._line.send(apdu(OK))
        match command:
            case 0x0600 | 0x0501 | 0x0670:
                self._registered = True
                self._say(0x060F, b"" if command == 0x0600 else b"\x00")
            case 0x0601:
                self._sale = _Sale(_int(told, "amount_minor"), 1000 * _int(told, "timeout_s", 30), _int(told, "max_status_infos", 3))
                self._sale.until_ms = self._now_ms + CARD_WITHIN_MS
                self._say(0x04FF, b"\x0a")
            case 0x0620:
                self._repeat()
            case 0x0630:
                self._give_back(str(told.get("receipt", "")))
            case 0x0650:
                self._say(0x060F)
            case _:
                self._say(0x061E, b"\x83")

    # --- a sale --------------------------------------------------------------------------------------------------------------------------

    def _host(self, sale: _Sale) -> None:
        approved = self.bank.approve(sale.amount)
        if isinstance(approved, int):
            self._say(0x040F, bytes([0x27, approved]))
            self._end(approved)
            return
        self._trace += 1
        self._receipt += 1
        sale.charge, sale.trace, sale.receipt = approved, self._trace, self._receipt
        sale.phase = "offered"
        self._offer(sale)

    def _offer(self, sale: _Sale) -> None:
        sale.until_ms = self._now_ms + sale.answer_ms
        self._say(0x040F, _told(sale.amount, sale.trace, sale.receipt))

    def _answered(self, command: int) -> None:
        sale = self._sale
        if self._said_ms is None:
            return
        if sale is None or sale.phase != "offered" or not self._after_offer:
            self._heard()
            return
        if command == OK:
            assert sale.charge is not None
            self.bank.settle(sale.charge, "charged")
            self.stored.append(Stored(sale.charge, sale.trace, sale.receipt))
            self._sale = None
            self._heard()
            self._say(0x060F)
        elif command == 0x849C:
            sale.again_ms = self._now_ms + ASK_AGAIN_MS
            sale.until_ms = self._now_ms + sale.answer_ms
            self._heard()
        else:
            self._heard()
            self._reverse(sale)

    def _reverse(self, sale: _Sale) -> None:
        assert sale.charge is not None
        self.bank.settle(sale.charge, "released")
        self._said_ms, self._after_offer = None, False
        self._queue.clear()
        self._sale = None
        self._say(0x040F, b"\x27\x6c")
        self._say(0x061E, b"\x6c")

    def _end(self, result: int) -> None:
        self._sale = None
        self._say(0x061E, bytes([result]))

    def _abort(self) -> None:
        if self._sale is not None and self._sale.phase == "card":
            self._line.send(apdu(OK))
            self._end(0x6C)
        else:
            self._line.send(apdu(0x8483))

    # --- what was stored -----------------------------------------------------------------------------------------------------------------

    def _repeat(self) -> None:
        if not self.stored:
            self._say(0x061E, b"\x64")
            return
        last = self.stored[-1]
        self._say(0x040F, _told(last.charge.amount, last.trace, last.receipt))
        self._say(0x060F)

    def _give_back(self, receipt: str) -> None:
        last = self.stored[-1] if self.stored else None
        if last is None or f"{last.receipt:04d}" != receipt or last.charge.state != "charged":
            self._say(0x061E, b"\xb5")
            return
        self.bank.settle(last.charge, "returned")
        self._say(0x040F, _told(last.charge.amount, last.trace, last.receipt))
        self._say(0x060F)


def _told(amount: int, trace: int, receipt: int) -> bytes:
    """The fields of an approved sale; the card number is masked."""
    card = f"22f1f0eeeeeeeeeeeeeeee{LAST4}"
    return bytes.fromhex(f"270004{amount:012d}4909850b{trace:06d}87{receipt:04d}0c0938480d0425{card}") + b"\x8b\xf1\xf0VISA DEBIT"


def _int(told: dict[str, object], name: str, otherwise: int = 0) -> int:
    value = told.get(name, otherwise)
    return value if isinstance(value, int) else otherwise

"""The shell around the turns: feeds them what arrives, begins what is due, and shows what is so.

Nothing here decides and nothing here waits: every port takes its message at once, and what comes back is another input.
"""

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.facts import OrderEnded
from contracts.orders import OrderWrong, SendSms, SetPin, open_envelope
from contracts.screen_messages import Deadline, ScreenMessage
from contracts.topics import Ack, BlikWord, MessageWrong, Presence, decode, encode, machine_of, up
from controller import machine
from controller.absorb import AnyInput, deadline
from controller.blik_link import BlikLink
from controller.clock import Clock, Now
from controller.devices.board_dialogues import dialogue_for
from controller.devices.card_terminal import LastSale, SaleOffered
from controller.devices.code_scanner import CodeScanner
from controller.devices.lock_board_events import BoardLost, BoardSeen, BusNoise, Executed, Levels, UnlockResult
from controller.doors.decide import word_wait_ms
from controller.doors.state import SILENT
from controller.inputs import (
    BlikHeard,
    BytesArrived,
    CodeCompared,
    CodeScanned,
    Input,
    KeyPressed,
    LinkDown,
    LinkUp,
    MessageArrived,
    OrderSeen,
    PinCompared,
    ScannerRead,
    SmsAnswered,
    TerminalRead,
)
from controller.live import Rescue
from controller.orders import orders
from controller.outbox import Outbox
from controller.ports import Line, Link, Modem, Mute, Page, Voice
from controller.report import report
from controller.secret import Secret
from controller.settings import Settings
from controller.speech import Speech
from controller.state import State
from controller.till import TerminalEvent, Till
from controller.turns import Turns
from controller.visit import screens
from controller.visit.lamps import lamps
from controller.wishes import ChargeBlik, Commit, Enquire, EnquireBlik, EnquireLast, MatchCode, MatchPin, SubmitSms, Unlock, Wish

REPORT_EVERY_MS = 30_000
REPORT_APART_MS = 1_000
BIRTHS_A_BOOT = 1_000_000
WATCHED_MS = 30_000


class Loop:
    """One machine at its ports; `put` queues an input for a later turn."""

    def __init__(
        self,
        turns: Turns,
        clock: Clock,
        line: Line,
        link: Link,
        page: Page,
        put: Callable[[Input], None],
        order_keys: tuple[Ed25519PublicKey, ...],
        modem: Modem | None = None,
        voice: Voice | None = None,
        speech: Speech | None = None,
        till: Till | None = None,
    ) -> None:
        self.turns = turns
        self._clock = clock
        self._line = line
        self._link = link
        self._page = page
        self._put = put
        self._order_keys = order_keys
        self._voice = voice or Mute()
        self._speech = speech or Speech()
        self._modem = modem
        self._till = till
        self._blik = BlikLink(turns.settings.machine, turns.vault, link)
        self.bus = dialogue_for(turns.settings.cabinet, turns.state.boot.count)
        self.scanner = CodeScanner()
        self.outbox = Outbox(turns.journal, turns.settings.machine)
        self._begun: set[tuple[int, type]] = set()
        self._unanswered: set[int] = set()
        self._drawn: tuple[object, object, object] = (None, None, None)
        self._shown: tuple[ScreenMessage, int | None] | None = None
        self._rescue: Rescue = ""
        self._birth = b""
        self._births = 0
        self._report_ms: int | None = None
        self._reported: tuple[object, ...] = ()
        self._reported_ms = -REPORT_APART_MS

    def start(self) -> None:
        """Begin what an earlier boot left due, and show the first screen."""
        self._flush(self._clock.now())

    def take(self, item: Input) -> None:
        """Take one input; raises JournalFailed, after which the process must end."""
        now = self._clock.now()
        match item:
            case BytesArrived():
                self.bus.receive(item.data, now.mono_ms)
            case ScannerRead():
                self._scanned(item, now)
            case TerminalRead():
                if self._till is not None:
                    self._till.receive(item.data, now)
            case MessageArrived():
                self._message(item, now)
            case LinkUp() | LinkDown():
                self._linked(item, now)
            case KeyPressed():
                self._speech.key(item.key)
                self._turn(item, now)
            case _:
                self._turn(item, now)
        self._flush(now)
        self._speech.key_done()

    def deadline(self, now: Now) -> int | None:
        """When the next turn is due without any input, in mono_ms of this boot."""
        own = deadline(self.turns.state, self.turns.live, self.turns.settings, now)
        till = self._till.deadline(now) if self._till is not None else None
        times = (own, self.bus.deadline(), till, self.outbox.deadline(), self._report_ms, self._speech.deadline())
        return min((time for time in times if time is not None), default=None)

    def _turn(self, item: AnyInput, now: Now) -> None:
        entries = self.turns.take(item, now)
        for entry in entries:
            if isinstance(entry.fact, OrderEnded):
                self._answer(entry.fact.order)
        if isinstance(item, OrderSeen):
            self._answer(item.order.id)

    def _scanned(self, item: ScannerRead, now: Now) -> None:
        self.scanner.receive(item.data)
        for code in self.scanner.events():
            if code is None:
                self._count("scan_wrong")
            else:
                self._turn(CodeScanned(code=code), now)

    # --- from the centre -----------------------------------------------------------------------------------------------------------------

    def _message(self, item: MessageArrived, now: Now) -> None:
        if item.topic == up(self.turns.settings.machine, "presence"):
            self._own_presence(item.payload)
            return
        place = machine_of(item.topic, "down")
        if place is None or place[0] != self.turns.settings.machine:
            self._count("message_of_another_topic")  # some brokers hand out other clients' retained messages
            return
        try:
            match place[1]:
                case "ack":
                    self._acknowledged(decode(item.payload, Ack), now)
                case "orders":
                    self._order(item.payload, now)
                case "blik":
                    word = decode(item.payload, BlikWord)
                    self._turn(BlikHeard(word.attempt, word.state, word.reason), now)
                case _:
                    self._count("message_of_another_topic")
        except MessageWrong:
            self._count("message_wrong")
        except OrderWrong:
            self._count("order_wrong")

    def _acknowledged(self, ack: Ack, now: Now) -> None:
        refused = self.outbox.receive(ack, now.mono_ms)
        self._count(refused)
        self.turns.acknowledged = self.outbox.acknowledged
        if self.turns.live.acknowledged != self.outbox.acknowledged:
            self.turns.live = msgspec.structs.replace(self.turns.live, acknowledged=self.outbox.acknowledged)
        gone = self.outbox.gone() if refused is None else None
        if gone is not None:
            self._turn(gone, now)
            self.outbox.tell_loss(self.turns.state.lost.seq)

    def _order(self, payload: bytes, now: Now) -> None:
        order = open_envelope(payload, self._order_keys, self.turns.settings.machine)
        ask = order.ask
        held = isinstance(ask, SetPin) and self.turns.vault.holds(ask.hmac, but=ask.deposit)
        opens = not isinstance(ask, SendSms) or self.turns.vault.opens(order.machine, ask.idx, ask.sealed)
        self._turn(OrderSeen(order=order, pin_held=held, sealed_wrong=not opens), now)

    def _answer(self, order: str) -> None:
        answer = orders.answer(self.turns.state.orders, order)
        if answer is not None:
            self._link.publish(up(self.turns.settings.machine, "answers"), encode(answer))

    def _linked(self, item: LinkUp | LinkDown, now: Now) -> None:
        self._turn(item, now)
        if isinstance(item, LinkDown):
            self.outbox.link_down()
            return
        self._begun = {begun for begun in self._begun if begun[1] is not EnquireBlik}  # what was asked into the dark is asked again
        self._births += 1
        birth = Presence(
            online=True,
            boot=now.boot,
            connection=item.connection,
            epoch=self.turns.journal.epoch,
            nonce=self.turns.live.nonce,
            number=self.turns.state.boot.count * BIRTHS_A_BOOT + self._births,
        )
        self._birth = encode(birth)
        self._announce()
        self.outbox.link_up(now.mono_ms)
        self._report_ms, self._reported = now.mono_ms, ()

    def _announce(self) -> None:
        self._link.publish(up(self.turns.settings.machine, "presence"), self._birth, retain=True)

    def _own_presence(self, payload: bytes) -> None:
        # The late will of an older connection takes the place of the retained birth; who asks for it later must find the birth.
        if payload != self._birth and self.turns.live.centre:
            self._announce()

    def _count(self, code: str | None) -> None:
        if code is not None:
            self.turns.live = self.turns.live.counted(code)

    # --- after each input ----------------------------------------------------------------------------------------------------------------

    def _flush(self, now: Now) -> None:
        self._begin_due(now)
        self._talk_to_boards(now)
        self._talk_to_terminal(now)
        for batch in self.outbox.batches_to_send(now.mono_ms):
            self._link.publish(up(batch.machine, "facts"), encode(batch))
        self._tell_report(now)
        self._show(now)
        self._speak(now)
        self._rescue_page()

    def _talk_to_boards(self, now: Now) -> None:
        self.bus.watched = _watched_board(self.turns.state, self.turns.settings, now)
        self.bus.tick(now.mono_ms)
        while events := self.bus.events():
            for event in events:
                self._board_event(event, now)
            self._begin_due(now)
        self.bus.light(lamps(self.turns.state, self.turns.live, self.turns.settings, now))
        while data := self.bus.bytes_to_send(now.mono_ms):
            self._line.write(data)

    def _talk_to_terminal(self, now: Now) -> None:
        if self._till is None:
            return

        def turn(event: TerminalEvent) -> bool:
            self._turn(event, now)
            self._begun = {begun for begun in self._begun if begun[1] is not EnquireLast} if isinstance(event, LastSale) else self._begun
            self._begin_due(now)
            return isinstance(event, SaleOffered) and self._commits(event.attempt, now)

        self._till.talk(now, turn)

    def _commits(self, attempt: str, now: Now) -> bool:
        """Whether the right of this attempt is on disk and the terminal is to charge."""
        return any(wish.what == Commit(attempt) for wish in machine.due(self.turns.state, self.turns.settings, now))

    def _board_event(self, event: object, now: Now) -> None:
        match event:
            case UnlockResult(result="no_answer") | Executed(state="no_answer"):
                # Never sent again: from here on the board is only asked what became of it.
                wish = int.from_bytes(event.wish_id[4:], "big")
                self._unanswered.add(wish)
                self._begun = {begun for begun in self._begun if begun[0] != wish}
            case BoardSeen() | BoardLost() | Levels() | UnlockResult() | Executed():
                self._turn(event, now)
            case BusNoise():
                counts = {
                    "bus_noise": event.noise,
                    "bus_crc": event.crc_errors,
                    "bus_rejected": event.rejected,
                    "bus_timeouts": event.timeouts,
                    **{f"bus_errors_board_{board}": errors for board, errors in event.errors.items()},
                }
                self.turns.live = msgspec.structs.replace(self.turns.live, counts={**self.turns.live.counts, **counts})
            case _:
                pass

    def _begin_due(self, now: Now) -> None:
        due = machine.due(self.turns.state, self.turns.settings, now)
        self._begun &= {(wish.id, type(wish.what)) for wish in due}
        for wish in due:
            key = (wish.id, type(wish.what))
            if key not in self._begun and self._begin(wish, now):
                self._begun.add(key)

    def _begin(self, wish: Wish, now: Now) -> bool:
        match wish.what:
            case MatchPin():
                visit = self.turns.live.visit
                phone = visit.phone if wish.what.number and not visit.again else None
                self._put(PinCompared(match=wish.id, deposit=self.turns.vault.match(visit.digits, phone)))
                return True
            case MatchCode():
                self._put(CodeCompared(match=wish.id, right=self.turns.vault.is_code(self.turns.live.visit.digits)))
                return True
            case Unlock():
                return (
                    self._enquire(wish.id, wish.what.compartment) if wish.id in self._unanswered else self._unlock(wish.id, wish.what, now)
                )
            case Enquire():
                return self._enquire(wish.id, wish.what.compartment)
            case SubmitSms():
                self._submit(wish.id, wish.what.idx)
                return True
            case ChargeBlik():
                self._blik.charge(wish.what, self.turns.live.visit.digits, now)
                self.turns.live = msgspec.structs.replace(
                    self.turns.live, visit=msgspec.structs.replace(self.turns.live.visit, digits=Secret())
                )
                return True
            case EnquireBlik():
                self._blik.enquire(wish.what)
                return True
            case _:
                return self._till is not None and self._till.begin(wish.what, now)

    def _unlock(self, wish: int, what: Unlock, now: Now) -> bool:
        place = self.turns.settings.cabinet.compartments()[what.compartment]
        board = self.turns.live.boards.get(place.board)
        if board is None or not board.trusted:
            wait_ms = word_wait_ms(now) if board is None or board.fits else 0
            self._turn(UnlockResult(self._wish_id(wish), place.board, place.channel, "refused", SILENT, wait_ms), now)
            return False
        self.bus.unlock(self._wish_id(wish), place.board, place.channel, what.pulse_ms, what.board_boot)
        return True

    def _enquire(self, wish: int, compartment: int) -> bool:
        board = self.turns.settings.cabinet.compartments()[compartment].board
        if board not in self.turns.live.boards:
            return False
        self.bus.enquire(self._wish_id(wish), board)
        return True

    def _submit(self, wish: int, idx: str) -> None:
        letter = self.turns.vault.letter(self.turns.settings.machine, idx)
        if self._modem is None or letter is None:
            self._put(SmsAnswered(wish=wish, end="failed", code="no_modem" if letter is not None else "letter_lost"))
        else:
            self._modem.submit(wish, letter)

    def _wish_id(self, wish: int) -> bytes:
        return bytes.fromhex(self.turns.journal.epoch)[:4] + wish.to_bytes(8, "big")

    def _tell_report(self, now: Now) -> None:
        turns = self.turns
        if not turns.live.centre:
            self._report_ms = None
            return
        watched = (turns.state.seq, turns.live.seen, turns.live.boards, self.outbox.acknowledged == turns.state.seq)
        if watched != self._reported and self._report_ms is not None:
            self._report_ms = min(self._report_ms, self._reported_ms + REPORT_APART_MS)
        if self._report_ms is None or now.mono_ms < self._report_ms:
            return
        picture = report(turns.state, turns.live, turns.settings, turns.journal.epoch, self.outbox.acknowledged, now)
        self._link.publish(up(turns.settings.machine, "state"), encode(picture), retain=True)
        self._reported, self._reported_ms, self._report_ms = watched, now.mono_ms, now.mono_ms + REPORT_EVERY_MS

    def _show(self, now: Now) -> None:
        turns = self.turns
        drawn_of = (screens.where(turns.state, turns.live, turns.settings, now), now.wall.replace(second=0, microsecond=0), now.trusted)
        if self._drawn[0] is turns.state and self._drawn[1] is turns.live and self._drawn[2] == drawn_of:
            return  # most turns are polls of a board that has nothing new
        self._draw(now)
        self._drawn = (turns.state, turns.live, drawn_of)

    def _speak(self, now: Now) -> None:
        self._speech.tick(now.mono_ms)
        for utterance in self._speech.utterances():
            self._voice.say(utterance)

    def _rescue_page(self) -> None:
        rescue = self.turns.live.rescue
        if rescue != self._rescue:
            self._rescue = rescue
            if rescue:
                (self._page.reload if rescue == "reload" else self._page.restart)()

    def _draw(self, now: Now) -> None:
        turns = self.turns
        message = screens.message(turns.state, turns.live, turns.settings, now)
        still = {key: value for key, value in message.data.items() if key != "left_ms"}
        bare = msgspec.structs.replace(message, rev=0, deadline=Deadline(message.deadline.kind), data=still)
        shown = (bare, turns.live.visit.idle_ms)
        if shown == self._shown:
            return
        rev = turns.live.rev + 1
        same = self._shown is not None and self._shown[0].screen == message.screen
        turns.live = msgspec.structs.replace(turns.live, rev=rev, screen_rev=turns.live.screen_rev if same else rev)
        self._shown = shown
        message = msgspec.structs.replace(message, rev=rev)
        self._page.show(message)
        self._speech.shown(message, now.mono_ms)


def _watched_board(state: State, settings: Settings, now: Now) -> int | None:
    """The board of the door that somebody stands before and that is about to open or to close; one left open for long is as all others."""
    if not state.at:
        return None
    door = state.doors.door(state.at)
    opening = door.lock is not None and door.lock.opening
    stands_open = door.position == "open" and door.moved_boot == now.boot and now.mono_ms - door.moved_ms < WATCHED_MS
    return settings.cabinet.compartments()[state.at].board if opening or stands_open else None

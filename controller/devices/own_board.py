"""What the dialogue of the lock bus knows of one board of ours, of what is to be said to it, and of the request in flight."""

from contracts import lock_bus as bus
from controller.devices.board_lamps import BoardLamps

POLL_IDLE_MS = 300
POLL_EAGER_MS = 40
POLL_AGAIN_MS = 100
PROBE_MS = 5000
POLLS_MISSED = 8  # about 1 s of silence: a computer that is late by itself (a slow card, a busy core) must not lose its boards


class OwnBoard:
    """What the dialogue knows of one board."""

    def __init__(self, address: int, expected_hash: bytes) -> None:
        self.address = address
        self.expected_hash = expected_hash
        self.identity: bus.Identity | None = None
        self.mismatch = ""
        self.lost = False
        self.failures = 0
        self.unique_id = b""
        self.garbled = 0
        self.errors = 0
        self.doubled_ms: int | None = None
        self.asked_ms: int | None = None
        self.forgotten_ms: int | None = None
        self.ack = 0
        self.coil_on = False
        self.opens = [0] * bus.CHANNELS_MAX
        self.closes = [0] * bus.CHANNELS_MAX
        self.lamps = BoardLamps()

    @property
    def polled(self) -> bool:
        """Its states make sense to us."""
        return self.identity is not None and self.identity.protocol in bus.PROTOCOLS

    def heard(self) -> None:
        """It has given an answer that is right."""
        self.failures = self.garbled = 0

    def missed(self, garbled: bool) -> None:
        """It has given none, or one that nobody can read."""
        self.failures += 1
        self.garbled += garbled

    @property
    def doubled(self) -> bool:
        """Two boards may be answering here: neither may be driven."""
        return self.doubled_ms is not None

    def due_ms(self, eager: bool) -> int:
        """When it is to be asked next."""
        if self.asked_ms is None:
            return 0
        if self.failures >= POLLS_MISSED or (self.identity is not None and not self.polled):
            return self.asked_ms + PROBE_MS
        if self.failures:
            return self.asked_ms + POLL_AGAIN_MS
        return self.asked_ms + (POLL_EAGER_MS if eager or self.coil_on else POLL_IDLE_MS)

    def forget(self, now_ms: int) -> None:
        """The board has restarted: ask who it is, at once; one that says so again and again is asked no more often than any other."""
        again = self.forgotten_ms is not None and now_ms - self.forgotten_ms < POLLS_MISSED * POLL_AGAIN_MS
        self.identity = None
        self.lamps.found(False)
        self.ack = 0
        self.asked_ms = now_ms if again else None
        self.forgotten_ms = now_ms


class Job:
    """Something to be said to a board besides polling."""

    def __init__(self, kind: int, board: int, body: bytes, order: bus.UnlockOrder | None = None) -> None:
        self.kind = kind
        self.board = board
        self.body = body
        self.order = order
        self.tries = 0


class Asked:
    """The request in flight."""

    def __init__(self, board: OwnBoard, sequence: int, kind: int, give_up_ms: int, job: Job | None, broken: int) -> None:
        self.board = board
        self.broken = broken
        self.reply: bytes | None = None
        self.sequence = sequence
        self.kind = kind
        self.give_up_ms = give_up_ms
        self.job = job

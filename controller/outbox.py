"""What the machine still owes the centre: a cursor over the journal, without I/O.

Nothing is forgotten before the centre's own database has it. The centre acknowledges cumulatively; after a restore from a backup it
acknowledges less than before, and the machine sends again.
"""

import msgspec

from contracts.topics import Ack, FactBatch
from controller.inputs import FactsGone
from controller.journal import Journal

BATCH = 100
WINDOW = 500
RESEND_MS = 2_000
RESEND_MS_MAX = 60_000
HELLO_MS = 1_500
"""After a connect the centre says what it has; sending waits so long for that word."""


class Outbox:
    """The dialogue with the centre's ingest over one journal."""

    def __init__(self, journal: Journal, machine: str) -> None:
        self._journal = journal
        self._machine = machine
        self._linked = False
        self._heard = False
        self._cursor = 0
        self._resend_ms = RESEND_MS
        self._due_ms: int | None = None
        self._fill_ms = 0
        self._loss = 0
        self.acknowledged = 0

    def link_up(self, now_ms: int) -> None:
        """The broker is connected."""
        self._linked, self._heard = True, False
        self._cursor = self.acknowledged
        self._resend_ms = RESEND_MS
        self._due_ms = now_ms + HELLO_MS

    def link_down(self) -> None:
        """The broker is gone: what was sent may be lost."""
        self._linked, self._due_ms = False, None

    def receive(self, ack: Ack, now_ms: int) -> str | None:
        """Take an acknowledgement; the reason when it cannot be meant for this journal."""
        if ack.epoch != self._journal.epoch:
            return "ack_of_another_epoch"
        if not 0 <= ack.upto <= self._journal.seq:
            return "ack_beyond_journal"
        self._heard = True
        if ack.upto != self.acknowledged:
            self._resend_ms = RESEND_MS
        # Every batch after a lost one is answered with the same gap: it is filled once, not once an answer.
        if ack.upto < self.acknowledged or (ack.missing and now_ms >= self._fill_ms):
            self._cursor = ack.upto
            self._fill_ms = now_ms + self._resend_ms
        self.acknowledged = ack.upto
        self._cursor = max(self._cursor, ack.upto)
        self._due_ms = now_ms + self._resend_ms if self._cursor > self.acknowledged else None
        return None

    def gone(self) -> FactsGone | None:
        """What the centre asks for and the journal has no more."""
        upto, head = self._journal.pruned()
        return FactsGone(upto=upto, head=head.hex()) if self.acknowledged < upto else None

    def tell_loss(self, seq: int) -> None:
        """Send the fact that says so first: with it the centre goes on where the journal begins."""
        self._loss = seq

    def batches_to_send(self, now_ms: int) -> list[FactBatch]:
        """The batches to publish now."""
        if not self._linked:
            return []
        if self._due_ms is not None and now_ms >= self._due_ms:
            self._late()
        batches: list[FactBatch] = []
        if self._heard and self._loss:
            batches.append(self._batch(self._loss - 1, 1)[0])
            self._loss = 0
        while self._heard and self._cursor < self._journal.seq and self._cursor - self.acknowledged < WINDOW:
            batch, self._cursor = self._batch(self._cursor, BATCH)
            batches.append(batch)
        if batches:
            self._due_ms = now_ms + self._resend_ms
        return batches

    def _late(self) -> None:
        if self._heard:
            self._cursor = self.acknowledged
            self._resend_ms = min(2 * self._resend_ms, RESEND_MS_MAX)
        self._heard = True
        self._due_ms = None

    def _batch(self, after: int, limit: int) -> tuple[FactBatch, int]:
        previous, rows = self._journal.read(after, limit)
        bodies = [msgspec.Raw(row.body) for row in rows]
        return FactBatch(machine=self._machine, epoch=self._journal.epoch, previous=previous.hex(), facts=bodies), rows[-1].seq

    def deadline(self) -> int | None:
        """When to look again, in mono_ms."""
        return self._due_ms if self._linked else None

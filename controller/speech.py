"""When the machine speaks, and what: a dialogue with the ear, without I/O.

Speech is made of the screen's messages and may be lost; any key interrupts it. It starts from nothing after a restart.
"""

import msgspec

from contracts.screen_messages import Language, ScreenMessage
from controller.kiosk import spoken, words
from controller.kiosk.documents import Documents

MARKS_MS = (60_000, 30_000, 10_000)
"""A countdown is spoken when so much is left."""


class Run(msgspec.Struct, frozen=True):
    """A text in one language, and the voice that reads it."""

    language: Language
    voice: str
    text: str


class Utterance(msgspec.Struct, frozen=True):
    """What is to be said, run by run, and how loudly (1 to 5); a `secret` one is in nobody's log. Without runs: silence."""

    runs: tuple[Run, ...] = ()
    volume: int = 3
    private: bool = False
    secret: bool = False

    @property
    def text(self) -> str:
        """All runs together."""
        return " ".join(run.text for run in self.runs)


class Speech:
    """Turns one message after another into utterances; the newest one cuts off all before it."""

    def __init__(self, documents: Documents | None = None) -> None:
        self._documents = documents or Documents()
        self._last: ScreenMessage | None = None
        self._marks: list[tuple[int, int]] = []
        self._typed = ""
        self._hinted = False
        self._out: list[Utterance] = []

    def key(self, key: str) -> None:
        """A key was pressed: whatever is being said stops. A digit is kept until the screen has taken it."""
        self._typed = key if key.isdigit() else ""
        if self._last is not None and self._last.audio.on:
            self._out.append(Utterance())

    def key_done(self) -> None:
        """The screen has taken the key, or not; nobody needs the digit any more."""
        self._typed = ""

    def shown(self, message: ScreenMessage, now_ms: int) -> None:
        """The screen shows this; raises ScreenWrong."""
        before, self._last = self._last, message
        if message.screen == "l.attract":
            self._hinted = False
        if not message.audio.on:
            if before is not None and before.audio.on:
                self._say(before, spoken.stopped(before))  # in the language and as loudly as somebody has heard it until now
            self._marks = []
            return
        if before is None or not before.audio.on or (_is_new(before, message) and not self._goes_on(before, message)):
            self._whole(before, message, now_ms)
        else:
            self._changed(before, message)

    def deadline(self) -> int | None:
        """When the next mark of a countdown comes, in mono_ms."""
        return self._marks[0][0] if self._marks else None

    def tick(self, now_ms: int) -> None:
        """Speak the marks of a countdown whose time has come."""
        while self._marks and self._marks[0][0] <= now_ms:
            _, mark = self._marks.pop(0)
            if self._last is not None:
                self._say(self._last, spoken.left(self._last, mark))

    def utterances(self) -> list[Utterance]:
        """What is to be said since the last call; only the last of them is heard to its end."""
        out, self._out = self._out, []
        return out

    def _whole(self, before: ScreenMessage | None, message: ScreenMessage, now_ms: int) -> None:
        changes = spoken.switched(before, message) if before is not None and before.audio.on else ""
        runs = (*(((message.lang, changes),) if changes else ()), *spoken.parts(message, self._documents))
        self._say_runs(message, runs, spoken.is_secret(message))
        left = words.left_ms(message)
        counted = left > 0 and spoken.counts_down(message)
        self._marks = [(now_ms + left - mark, mark) for mark in MARKS_MS if mark < left] if counted else []

    def _changed(self, before: ScreenMessage, message: ScreenMessage) -> None:
        if before.data.get("filled") != message.data.get("filled"):
            self._digit(before, message)
        elif message.data.get("typed") != before.data.get("typed"):
            self._say(message, spoken.entered(message))
        elif "open" in message.data and message.data["open"] != before.data.get("open"):
            self._say(message, spoken.door(message))
        elif before.data.get("focus") != message.data.get("focus") and message.size == "A":
            self._say(message, spoken.focused(message))
        elif changes := spoken.switched(before, message):
            self._say(message, changes)

    def _goes_on(self, before: ScreenMessage, message: ScreenMessage) -> bool:
        """Whether a digit only went from one screen with digits to the next: whoever types hears no heading again."""
        grew = message.data.get("filled", 0) > before.data.get("filled", 0) or (message.data.get("typed") and not before.data.get("typed"))
        return bool(self._typed and grew)

    def _digit(self, before: ScreenMessage, message: ScreenMessage) -> None:
        typed = self._typed if message.data.get("filled", 0) > before.data.get("filled", 0) else ""
        if message.audio.private and typed:
            self._say(message, spoken.entered(message, typed), secret=True)
            return
        hint = "" if message.audio.private or self._hinted or not typed else f" {spoken.private_hint(message)}"
        self._hinted = self._hinted or bool(hint)
        self._say(message, spoken.entered(message) + hint)

    def _say(self, message: ScreenMessage, text: str, secret: bool = False) -> None:
        self._say_runs(message, ((message.lang, text),), secret)

    def _say_runs(self, message: ScreenMessage, runs: tuple[tuple[Language, str], ...], secret: bool = False) -> None:
        audio = message.audio
        said = tuple(Run(language, spoken.voice(language), text) for language, text in runs)
        self._out.append(Utterance(said, audio.volume, audio.private, secret))


def _is_new(before: ScreenMessage, message: ScreenMessage) -> bool:
    return _told(before) != _told(message)


def _told(message: ScreenMessage) -> tuple[object, ...]:
    """What makes another screen of it for the ear: its words, its language, the wish to hear it again, and what it is about."""
    data = message.data
    listed = data.get("compartment") if message.screen == "k.expired" else None
    emptied = data.get("typed") == ""
    return (message.say, spoken.key_of(message), data.get("topic"), message.lang, message.audio.again, listed, emptied)

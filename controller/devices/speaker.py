"""The voice: espeak-ng makes a sound of each run of an utterance, a player plays it; whatever comes next cuts it off.

Both are child processes and nothing touches the disk, but for the log of a trial when the site asks for one. Whatever they do, the machine
goes on without a voice, and a technician is told.
"""

import asyncio
import logging
import shutil
import struct
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from controller.inputs import VoicePart, VoiceSeen
from controller.speech import Run, Utterance

LOG = logging.getLogger("kiosk.speech")
SYNTHESISER = "espeak-ng"
WORDS_A_MINUTE = "145"
GAP_10_MS = "3"
LOUDNESS = {1: 40, 2: 70, 3: 100, 4: 140, 5: 190}
"""Amplitude of espeak-ng by volume; what 3 is in dBA is set at the amplifier when the machine is put up."""
SOUND_BYTES_MAX = 20_000_000
HEADER_BYTES = 44
BYTES_A_SECOND_AT = slice(28, 32)
SYNTHESIS_S_MAX = 10.0
"""The longest page of a city document takes a slow computer less."""
PLAYING_S_MORE = 10.0
"""A player may take so much longer than its sound lasts: it opens a sound card, which fills a buffer."""
TRIAL = Run("pl", "pl", "a")
"""What the synthesiser is tried with; nobody hears it."""
MASK = "•"


class LogWrong(OSError):
    """The folder for the log of speech cannot be written."""


class Speaker:
    """Says the newest utterance; `player` reads a WAV from its standard input, none plays nothing."""

    def __init__(self, player: Sequence[str] = (), log: Path | None = None, told: Callable[[VoiceSeen], None] = lambda seen: None) -> None:
        """`log`: a folder for a text and a WAV of each utterance, without those that are secret; raises LogWrong.

        `told` hears when a part of the voice fails, and when it works again.
        """
        self._player = tuple(player)
        self._log = log
        self._told = told
        self._wanted: Utterance | None = None
        self._fresh = asyncio.Event()
        self._number = 0
        self._works: dict[VoicePart, bool] = {}
        self._log_failed = False
        if log is not None:
            try:
                log.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise LogWrong(f"{log}: cannot be made ({type(error).__name__})") from None

    def say(self, utterance: Utterance) -> None:
        """Say this instead of whatever is being said; never waits."""
        self._wanted = utterance
        self._fresh.set()

    async def serve(self) -> None:
        """Speak until cancelled."""
        speaking: asyncio.Task[None] | None = None
        await self._try_out()
        try:
            while True:
                await self._fresh.wait()
                self._fresh.clear()
                await _ended(speaking)
                wanted, self._wanted = self._wanted, None
                speaking = asyncio.create_task(self._speak(wanted)) if wanted is not None and wanted.runs else None
        finally:
            await _ended(speaking)

    async def _try_out(self) -> None:
        """See what is missing before somebody needs it."""
        if not self._player:
            return
        if shutil.which(self._player[0]) is None:
            self._seen("player", f"{self._player[0]} is missing")
        await self._sound(TRIAL, 1)

    async def _speak(self, utterance: Utterance) -> None:
        self._number += 1
        number = self._number
        self._write(f"{number:05d}.txt", (MASK if utterance.secret else utterance.text).encode())
        if not self._player and (self._log is None or utterance.secret):
            return
        for index, run in enumerate(utterance.runs):
            sound = await self._sound(run, utterance.volume)
            if sound and not utterance.secret:
                self._write(f"{number:05d}.{index}.wav", sound)
            if sound and self._player and await self._run("player", self._player, sound, seconds(sound) + PLAYING_S_MORE) is not None:
                self._seen("player")

    async def _sound(self, run: Run, volume: int) -> bytes:
        command = (SYNTHESISER, "-v", run.voice, "-s", WORDS_A_MINUTE, "-g", GAP_10_MS, "-a", str(LOUDNESS[volume]), "--stdin", "--stdout")
        answer = await self._run("synthesiser", command, run.text.encode(), SYNTHESIS_S_MAX)
        sound = wav(answer or b"")
        if answer is not None:
            self._seen("synthesiser", "" if sound else f"{SYNTHESISER} gave no sound")
        return sound

    async def _run(self, part: VoicePart, command: Sequence[str], given: bytes, within_s: float) -> bytes | None:
        """What the command answers; None when it cannot be used."""
        process: Process | None = None
        try:
            async with asyncio.timeout(within_s):
                process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
                answer, _ = await process.communicate(given)
            if not process.returncode:
                return answer
            self._seen(part, f"{command[0]} ended with {process.returncode}")
            return None
        except TimeoutError:
            self._seen(part, f"{command[0]} does not come to an end")
            return None
        except OSError as error:
            self._seen(part, f"{command[0]} cannot be started ({type(error).__name__})")
            return None
        finally:
            if process is not None:
                await _gone(process)

    def _seen(self, part: VoicePart, trouble: str = "") -> None:
        """Tell what has changed; the first time in any case, because an earlier boot may have left it otherwise."""
        works = not trouble
        if self._works.get(part) == works:
            return
        self._works[part] = works
        if trouble:
            LOG.warning("%s", trouble)
        self._told(VoiceSeen(part, works))

    def _write(self, name: str, content: bytes) -> None:
        if self._log is None:
            return
        try:
            (self._log / name).write_bytes(content)
        except OSError as error:
            if not self._log_failed:
                self._log_failed = True
                LOG.warning("%s cannot be written: %s", self._log, type(error).__name__)


def wav(raw: bytes) -> bytes:
    """A WAV as espeak-ng streams it, with its true lengths in the header; nothing for anything else."""
    if len(raw) <= HEADER_BYTES or len(raw) > SOUND_BYTES_MAX or raw[:4] != b"RIFF" or raw[36:40] != b"data":
        return b""
    sound = raw[HEADER_BYTES:]
    return raw[:4] + struct.pack("<I", 36 + len(sound)) + raw[8:40] + struct.pack("<I", len(sound)) + sound


def seconds(sound: bytes) -> float:
    """How long a WAV from `wav` lasts."""
    (a_second,) = struct.unpack("<I", sound[BYTES_A_SECOND_AT])
    return (len(sound) - HEADER_BYTES) / max(a_second, 1)


async def _gone(process: Process) -> None:
    """End a program, be it in the middle of what it was given; what it did not read is not an error."""
    if process.returncode is None:
        process.kill()
        await process.wait()
    if process.stdin is not None:
        if process.stdin.transport.get_write_buffer_size():
            process.stdin.transport.abort()  # a child of the player may still hold the pipe and read nothing
        process.stdin.close()
        with suppress(BrokenPipeError, ConnectionResetError):
            await process.stdin.wait_closed()


async def _ended(speaking: asyncio.Task[None] | None) -> None:
    """Cut a sentence off and wait until its processes are gone."""
    if speaking is None:
        return
    speaking.cancel()
    await asyncio.wait((speaking,))
    if not speaking.cancelled() and speaking.exception() is not None:
        LOG.warning("an utterance failed: %s", type(speaking.exception()).__name__)

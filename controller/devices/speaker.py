"""The voice: espeak-ng makes a sound of each run of an utterance, a player plays it; whatever comes next cuts it off.

Both are child processes and nothing touches the disk, but for the log of a trial when the site asks for one.
"""

import asyncio
import logging
import struct
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from controller.speech import Run, Utterance

LOG = logging.getLogger("kiosk.speech")
SYNTHESISER = "espeak-ng"
WORDS_A_MINUTE = "145"
GAP_10_MS = "3"
LOUDNESS = {1: 40, 2: 70, 3: 100, 4: 140, 5: 190}
"""Amplitude of espeak-ng by volume; what 3 is in dBA is set at the amplifier when the machine is put up."""
SOUND_BYTES_MAX = 20_000_000
HEADER_BYTES = 44
MASK = "•"


class LogWrong(OSError):
    """The folder for the log of speech cannot be written."""


class Speaker:
    """Says the newest utterance; `player` reads a WAV from its standard input, none plays nothing."""

    def __init__(self, player: Sequence[str] = (), log: Path | None = None) -> None:
        """`log`: a folder for a text and a WAV of each utterance, without those that are secret; raises LogWrong."""
        self._player = tuple(player)
        self._log = log
        self._wanted: Utterance | None = None
        self._fresh = asyncio.Event()
        self._number = 0
        self._failed: set[str] = set()
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
        try:
            while True:
                await self._fresh.wait()
                self._fresh.clear()
                await _ended(speaking)
                wanted, self._wanted = self._wanted, None
                speaking = asyncio.create_task(self._speak(wanted)) if wanted is not None and wanted.runs else None
        finally:
            await _ended(speaking)

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
            if sound and self._player:
                await self._run(self._player, sound)

    async def _sound(self, run: Run, volume: int) -> bytes:
        command = (SYNTHESISER, "-v", run.voice, "-s", WORDS_A_MINUTE, "-g", GAP_10_MS, "-a", str(LOUDNESS[volume]), "--stdin", "--stdout")
        return wav(await self._run(command, run.text.encode()))

    async def _run(self, command: Sequence[str], given: bytes) -> bytes:
        """What the command answers; nothing when it cannot be used, which is said once."""
        process: Process | None = None
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
            answer, _ = await process.communicate(given)
            if process.returncode:
                self._say_once(command[0], f"ended with {process.returncode}")
            return answer
        except OSError as error:
            self._say_once(command[0], type(error).__name__)
            return b""
        finally:
            if process is not None:
                await _gone(process)

    def _say_once(self, program: str, what: str) -> None:
        if program not in self._failed:
            self._failed.add(program)
            LOG.warning("%s cannot be used: %s", program, what)

    def _write(self, name: str, content: bytes) -> None:
        if self._log is None:
            return
        try:
            (self._log / name).write_bytes(content)
        except OSError as error:
            self._say_once(str(self._log), type(error).__name__)


def wav(raw: bytes) -> bytes:
    """A WAV as espeak-ng streams it, with its true lengths in the header; nothing for anything else."""
    if len(raw) <= HEADER_BYTES or len(raw) > SOUND_BYTES_MAX or raw[:4] != b"RIFF" or raw[36:40] != b"data":
        return b""
    sound = raw[HEADER_BYTES:]
    return raw[:4] + struct.pack("<I", 36 + len(sound)) + raw[8:40] + struct.pack("<I", len(sound)) + sound


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

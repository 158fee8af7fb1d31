"""How soon somebody who listens hears that something went wrong: from the message with the error to the first byte at the player."""

import asyncio
import os
from pathlib import Path
from time import perf_counter_ns

import msgspec

from contracts.screen_messages import LANGUAGES, Audio, Language
from controller.devices.speaker import GAP_10_MS, LOUDNESS, SYNTHESISER, WORDS_A_MINUTE, Speaker
from controller.speech import Speech
from tests.performance.rows import COMMAND, Row, percentile, rounded
from tests.screens.samples import sample

AT_MOST_MS = 500
CHUNK = 4096
"""Bytes that one look at the pipe takes."""


async def first_bytes_ms(folder: Path, runs: int) -> list[float]:
    """Milliseconds from the message of `l.wrong` to its first byte at a player, while the screen before is still being said."""
    pipe = folder / "heard"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # both ends, so that it never ends
    heard = asyncio.Event()
    asyncio.get_running_loop().add_reader(reading, lambda: (os.read(reading, CHUNK), heard.set()))
    speaker = Speaker(("sh", "-c", f'head -c 1 > "{pipe}"; exec cat > /dev/null'))
    serving = asyncio.create_task(speaker.serve())
    times: list[float] = []
    for run in range(runs):
        language = LANGUAGES[run % len(LANGUAGES)]
        speech = Speech()
        await _say(speech, speaker, heard, "l.pin", language)
        times.append(await _say(speech, speaker, heard, "l.wrong", language))
    serving.cancel()
    await asyncio.wait((serving,))
    asyncio.get_running_loop().remove_reader(reading)
    os.close(reading)
    return times


async def _say(speech: Speech, speaker: Speaker, heard: asyncio.Event, screen: str, language: Language) -> float:
    message = msgspec.structs.replace(sample(screen, language), say=screen, audio=Audio(on=True))
    heard.clear()
    start = perf_counter_ns()
    speech.shown(message, 0)
    for utterance in speech.utterances():
        speaker.say(utterance)
    async with asyncio.timeout(30):
        await heard.wait()
    return (perf_counter_ns() - start) / 1e6


async def synthesis_ms(runs: int) -> list[float]:
    """The synthesiser alone, on one short word."""
    times: list[float] = []
    command = (SYNTHESISER, "-v", "pl", "-s", WORDS_A_MINUTE, "-g", GAP_10_MS, "-a", str(LOUDNESS[3]), "--stdin", "--stdout")
    for _ in range(runs):
        start = perf_counter_ns()
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        await process.communicate(b"PIN")
        times.append((perf_counter_ns() - start) / 1e6)
    return times


def rows(folder: Path, runs: int) -> list[Row]:
    """`error screen to first byte of speech`."""
    times = asyncio.run(first_bytes_ms(folder, runs))
    parts = {"synthesiser, one word": percentile(asyncio.run(synthesis_ms(min(runs, 20))), 0.5)}
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return [
        Row(
            "error screen to first byte of speech", round(p50, 2), round(p99, 2), rounded(parts), f"{COMMAND} --only speech",
            runs=len(times), target=f"at most {AT_MOST_MS} ms", met=max(times) <= AT_MOST_MS,
            note="the heading before it is cut off, and the player is started, within that time; in turn in each language",
        )
    ]  # fmt: skip

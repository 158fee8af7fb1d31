"""A whole flow through the real voice: every utterance is a sound of its language, in order, and no digit is in the log (screens.md H7)."""

import asyncio
import io
import math
import re
import shutil
import struct
import subprocess
import wave
from pathlib import Path

import pytest

from contracts.screen_messages import LANGUAGES, Language
from controller.devices.speaker import GAP_10_MS, LOUDNESS, MASK, SYNTHESISER, WORDS_A_MINUTE, Speaker, wav
from controller.speech import Run, Utterance
from tests.controller.bench_machine import PHONE, PIN, BenchMachine
from tests.controller.clerk_bench import CASE, CODE, admit
from tests.screens.ear import Ear
from tests.screens.test_blind_clerk import loads_two, with_two_waiting
from tests.screens.test_blind_walk import collects, gives_the_number_too

pytestmark = pytest.mark.skipif(shutil.which(SYNTHESISER) is None, reason="no espeak-ng: make system-packages")


def heard(machine: BenchMachine) -> list[Utterance]:
    """What was said, without the silences between."""
    return [said for _, said in machine.said if said.runs]


def resident(language: Language, private: bool, flow: object = collects) -> list[Utterance]:
    machine = BenchMachine()
    machine.stored()
    machine.run(31_000)
    assert callable(flow)
    flow(Ear(machine, language, private))
    return heard(machine)


def clerk(language: Language, private: bool) -> list[Utterance]:
    machine = with_two_waiting()
    admit(machine)
    loads_two(Ear(machine, language, private))
    return heard(machine)


async def logged(log: Path, utterances: list[Utterance]) -> None:
    """The real speaker says all of them, each to its end."""
    speaker = Speaker(log=log)
    serving = asyncio.create_task(speaker.serve())
    async with asyncio.timeout(60):
        for number, said in enumerate(utterances, 1):
            speaker.say(said)
            last = log / (f"{number:05d}.txt" if said.secret else f"{number:05d}.{len(said.runs) - 1}.wav")
            while not last.exists() or not last.stat().st_size:  # noqa: ASYNC110
                await asyncio.sleep(0)
    serving.cancel()
    await asyncio.wait((serving,))


def loudness(sound: bytes) -> tuple[float, float]:
    """Seconds and root mean square."""
    with wave.open(io.BytesIO(sound)) as opened:
        frames = struct.unpack(f"<{opened.getnframes()}h", opened.readframes(opened.getnframes()))
        return len(frames) / opened.getframerate(), math.sqrt(sum(one * one for one in frames) / max(len(frames), 1))


def by_voice(run: Run, voice: str, volume: int) -> bytes:
    """What this voice makes of a text."""
    command = [SYNTHESISER, "-v", voice, "-s", WORDS_A_MINUTE, "-g", GAP_10_MS, "-a", str(LOUDNESS[volume]), "--stdin", "--stdout"]
    return wav(subprocess.run(command, input=run.text.encode(), capture_output=True, check=True).stdout)


@pytest.mark.parametrize("private", [False, True], ids=["aloud", "headphones"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_is_heard_from_the_first_word_to_the_last(tmp_path: Path, language: Language, private: bool) -> None:
    utterances = resident(language, private)
    asyncio.run(logged(tmp_path, utterances))
    voices: set[str] = set()
    for number, said in enumerate(utterances, 1):
        assert (tmp_path / f"{number:05d}.txt").read_text("utf-8") == (MASK if said.secret else said.text)
        for index, run in enumerate(said.runs):
            path = tmp_path / f"{number:05d}.{index}.wav"
            assert path.exists() != said.secret
            if said.secret:
                continue
            seconds, level = loudness(path.read_bytes())
            assert seconds > 0
            assert level > 0
            voices.add(run.voice)
    assert voices == {"pl", "en-gb", "uk", "de"} if language != "pl" else {"pl"}, "others are heard where a language is chosen"
    last = utterances[-1]
    assert (tmp_path / f"{len(utterances):05d}.0.wav").read_bytes() == by_voice(last.runs[0], last.runs[0].voice, last.volume)


@pytest.mark.parametrize("language", LANGUAGES)
def test_aloud_no_digit_of_anybody_is_spoken_or_logged(tmp_path: Path, language: Language) -> None:
    utterances = [*resident(language, False), *resident(language, False, gives_the_number_too), *clerk(language, False)]
    assert not any(said.secret for said in utterances)
    in_a_log = "".join(re.sub(r"[^0-9]", "", said.text) or "/" for said in utterances)
    assert not any(secret in in_a_log for secret in (PIN, PHONE, CASE, CODE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_headphones_every_digit_is_spoken_and_none_logged(tmp_path: Path, language: Language) -> None:
    utterances = clerk(language, True)
    digits = "".join(said.text[0] for said in utterances if said.secret and said.text[0].isdigit())
    assert CODE in digits
    asyncio.run(logged(tmp_path, utterances[:30]))
    log = "".join(path.read_text("utf-8") for path in sorted(tmp_path.glob("*.txt")))
    assert CODE not in re.sub(r"[^0-9]", "", log)
    assert log.count(MASK) >= len(CODE)

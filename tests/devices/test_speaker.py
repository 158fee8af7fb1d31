"""The voice with the real synthesiser: sounds that are sounds, the newest utterance wins, a secret is in no log."""

import asyncio
import gc
import io
import logging
import math
import os
import shutil
import stat
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.screen_messages import LANGUAGES
from controller.devices import speaker as speaking
from controller.devices.speaker import LogWrong, Speaker, seconds, wav
from controller.inputs import VoicePart, VoiceSeen
from controller.kiosk.documents import Documents
from controller.kiosk.spoken import parts, voice
from controller.speech import Run, Utterance
from tests.screens.samples import sample

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng: make system-packages")


def player(folder: Path) -> tuple[str, ...]:
    """A player that keeps what it is given, under a name of its own each time."""
    script = folder / "play"
    script.write_text(f'#!/bin/sh\ncat > "{folder}/heard.$$"\nmv "{folder}/heard.$$" "{folder}/played.$$"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return (str(script),)


def endless(folder: Path) -> tuple[str, ...]:
    """A player that plays for ever, and says that it has begun."""
    script = folder / "endless"
    script.write_text(
        f'#!/bin/sh\ncat > /dev/null\necho $$ > "{folder}/begun.new"\nmv "{folder}/begun.new" "{folder}/begun"\nexec sleep 1000\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return (str(script),)


def said(language: str, text: str, **more: bool) -> Utterance:
    return Utterance((Run(language, voice(language), text),), **more)


async def until(true: Callable[[], object]) -> None:
    """Yield until it is so."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0)


async def spoken_by(speaker: Speaker, found: Path, *utterances: Utterance) -> None:
    serving = asyncio.create_task(speaker.serve())
    for utterance in utterances:
        speaker.say(utterance)
        await asyncio.sleep(0)
    await until(found.exists)
    serving.cancel()
    await asyncio.wait((serving,))


def loudness(sound: bytes) -> tuple[float, float]:
    """Seconds and root mean square of a WAV."""
    with wave.open(io.BytesIO(sound)) as opened:
        count = opened.getnframes()
        frames = struct.unpack(f"<{count}h", opened.readframes(count))
        return count / opened.getframerate(), math.sqrt(sum(one * one for one in frames) / max(count, 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_makes_a_sound(tmp_path: Path, language: str) -> None:
    runs = tuple(Run(own, voice(own), text) for own, text in parts(sample("lang", language), Documents()))
    asyncio.run(spoken_by(Speaker(log=tmp_path), tmp_path / f"00001.{len(runs) - 1}.wav", Utterance(runs)))
    for index, _ in enumerate(runs):
        seconds, level = loudness((tmp_path / f"00001.{index}.wav").read_bytes())
        assert seconds > 0.5
        assert level > 100
    assert (tmp_path / "00001.txt").read_text("utf-8") == " ".join(run.text for run in runs)


def test_the_volume_is_heard(tmp_path: Path) -> None:
    levels: list[float] = []
    for volume in (1, 3, 5):
        folder = tmp_path / str(volume)
        utterance = Utterance((Run("pl", "pl", "Odbierz swój dokument."),), volume=volume)
        asyncio.run(spoken_by(Speaker(log=folder), folder / "00001.0.wav", utterance))
        levels.append(loudness((folder / "00001.0.wav").read_bytes())[1])
    assert levels[0] < levels[1] < levels[2]


def test_a_secret_is_heard_and_in_no_log(tmp_path: Path) -> None:
    async def run() -> None:
        speaker = Speaker(player(tmp_path), tmp_path / "log")
        serving = asyncio.create_task(speaker.serve())
        speaker.say(said("pl", "4", secret=True))
        await until(lambda: list(tmp_path.glob("played.*")))
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())
    assert [path.name for path in (tmp_path / "log").iterdir()] == ["00001.txt"]
    assert (tmp_path / "log" / "00001.txt").read_text("utf-8") == "•"


def test_the_next_word_cuts_off_the_last_and_no_process_stays(tmp_path: Path) -> None:
    async def run() -> None:
        speaker = Speaker(endless(tmp_path), tmp_path / "log")
        serving = asyncio.create_task(speaker.serve())
        speaker.say(said("en", "A very long sentence."))
        await until((tmp_path / "begun").exists)
        speaker.say(said("en", "Wrong PIN."))
        await until((tmp_path / "log" / "00002.txt").exists)
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "begun").read_text()), 0)
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())


def test_a_sentence_that_was_cut_off_is_not_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    deaf = tmp_path / "deaf"
    deaf.write_text(f'#!/bin/sh\nhead -c 1 > "{tmp_path}/begun.new"\nmv "{tmp_path}/begun.new" "{tmp_path}/begun"\nsleep 5 & wait\n')
    deaf.chmod(deaf.stat().st_mode | stat.S_IXUSR)

    async def run() -> None:
        speaker = Speaker((str(deaf),))
        serving = asyncio.create_task(speaker.serve())
        speaker.say(said("en", "A sentence longer than the pipe to the player. " * 20))
        await until((tmp_path / "begun").exists)
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())
    gc.collect()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_silence_says_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        speaker = Speaker(log=tmp_path)
        serving = asyncio.create_task(speaker.serve())
        speaker.say(Utterance())
        for _ in range(20):
            await asyncio.sleep(0)
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("no-such-player",), ("false",)])
def test_a_player_that_cannot_play_is_named_once(tmp_path: Path, command: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        speaker = Speaker(command, tmp_path)
        serving = asyncio.create_task(speaker.serve())
        for number in (1, 2):
            speaker.say(said("pl", "Dziękujemy."))
            sound = tmp_path / f"{number:05d}.0.wav"
            await until(lambda sound=sound: caplog.records and sound.exists())
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())
    told = [record.getMessage() for record in caplog.records if record.name == "kiosk.speech"]
    assert [message.split()[0] for message in told] == [command[0]]


class Told:
    """What a technician is told of the voice."""

    def __init__(self) -> None:
        self.seen: list[VoiceSeen] = []

    def __call__(self, seen: VoiceSeen) -> None:
        self.seen.append(seen)

    def has(self, *seen: tuple[VoicePart, bool]) -> bool:
        return [(one.part, one.works) for one in self.seen] == list(seen)


async def told_by(told: Told, speaker: Speaker, *seen: tuple[VoicePart, bool], words: int = 1) -> None:
    """Say something so often, and wait until exactly this was told."""
    serving = asyncio.create_task(speaker.serve())
    for word in range(words + 1):
        if word:
            speaker.say(said("en", "Yes."))
        if word or not words:
            await until(lambda: len(told.seen) >= len(seen))
    assert not serving.done(), "whatever happens, the voice goes on"
    serving.cancel()
    await asyncio.wait((serving,))
    assert told.has(*seen), told.seen


def program(folder: Path, name: str, lines: str) -> str:
    script = folder / name
    script.write_text(f"#!/bin/sh\n{lines}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


@pytest.mark.parametrize(
    "lines", ["", "exit 1", "cat > /dev/null", "echo noise", "exec sleep 1000"], ids=["quiet", "fails", "deaf", "noise", "hangs"]
)
def test_a_synthesiser_that_gives_no_sound_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr(speaking, "SYNTHESISER", program(tmp_path, "broken", lines))
    monkeypatch.setattr(speaking, "SYNTHESIS_S_MAX", 0.2)
    told = Told()
    asyncio.run(told_by(told, Speaker(player(tmp_path), told=told), ("synthesiser", False), words=3))
    assert not list(tmp_path.glob("played.*"))


def test_a_missing_synthesiser_is_told_before_anybody_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "SYNTHESISER", "no-such-synthesiser")
    told = Told()
    asyncio.run(told_by(told, Speaker(player(tmp_path), told=told), ("synthesiser", False), words=0))


def test_a_missing_player_is_told_before_anybody_needs_it() -> None:
    told = Told()
    asyncio.run(told_by(told, Speaker(("no-such-player",), told=told), ("player", False), ("synthesiser", True), words=0))


@pytest.mark.parametrize("lines", ["exit 1", "exec sleep 1000", "kill -9 $$"], ids=["fails", "hangs", "dies"])
def test_a_player_that_does_not_play_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr(speaking, "PLAYING_S_MORE", 0.0)
    told = Told()
    speaker = Speaker((program(tmp_path, "broken", lines),), told=told)
    asyncio.run(told_by(told, speaker, ("synthesiser", True), ("player", False)))


def test_a_player_that_plays_again_is_told(tmp_path: Path) -> None:
    flag = tmp_path / "mended"
    told = Told()
    speaker = Speaker((program(tmp_path, "play", f'cat > /dev/null\ntest -e "{flag}"'),), told=told)

    async def run() -> None:
        serving = asyncio.create_task(speaker.serve())
        speaker.say(said("en", "Yes."))
        await until(lambda: told.has(("synthesiser", True), ("player", False)))
        flag.touch()
        speaker.say(said("en", "Yes."))
        await until(lambda: told.has(("synthesiser", True), ("player", False), ("player", True)))
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())


def test_a_slow_synthesiser_is_heard_late_and_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, tried = tmp_path / "begun", tmp_path / "go", tmp_path / "tried"
    os.mkfifo(go)
    speaks = f'exec {speaking.SYNTHESISER} "$@"'
    lines = f'test -e "{tried}" || {{ touch "{tried}"; {speaks}; }}\ntouch "{begun}"\nread line < "{go}"\n{speaks}'
    monkeypatch.setattr(speaking, "SYNTHESISER", program(tmp_path, "slow", lines))
    told = Told()

    async def run() -> None:
        speaker = Speaker(player(tmp_path), told=told)
        serving = asyncio.create_task(speaker.serve())
        speaker.say(said("en", "Yes."))
        await until(begun.exists)
        assert told.has(("synthesiser", True)), "the trial was quick"
        await asyncio.to_thread(go.write_text, "go\n")
        await until(lambda: told.has(("synthesiser", True), ("player", True)))
        serving.cancel()
        await asyncio.wait((serving,))

    asyncio.run(run())


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LogWrong, match="cannot be made"):
        Speaker(log=tmp_path / "file")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sound_or_nothing(raw: bytes) -> None:
    for given_bytes in (raw, b"RIFF" + raw, b"RIFF" + bytes(32) + b"data" + raw):
        made = wav(given_bytes)
        assert made == b"" or len(made) == struct.unpack("<I", made[40:44])[0] + 44
        assert made == b"" or seconds(made) >= 0

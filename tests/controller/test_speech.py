"""When the machine speaks: the newest word wins, digits are for one ear, marks of a countdown."""

from typing import Any

from contracts.screen_messages import Audio, Deadline, ScreenMessage
from controller.inputs import VoiceSeen
from controller.speech import Speech
from tests.controller.bench_machine import BenchMachine
from tests.screens.samples import sample


def message(name: str = "l.pin", filled: int = 0, on: bool = True, private: bool = False, **changed: Any) -> ScreenMessage:
    shown = sample(name)
    data = {**shown.data, "filled": filled} | ({"left_ms": changed.pop("left_ms")} if "left_ms" in changed else {})
    return sample(name, say=shown.screen, data=data, audio=Audio(on=on, private=private), **changed)


def texts(speech: Speech) -> list[str]:
    return [utterance.text for utterance in speech.utterances()]


def test_silent_until_somebody_asks() -> None:
    speech = Speech()
    speech.shown(message(on=False), 0)
    speech.key("1")
    speech.shown(message(filled=1, on=False), 0)
    assert texts(speech) == []
    assert speech.deadline() is None


def test_a_digit_is_said_to_one_ear_and_kept_for_none() -> None:
    speech = Speech()
    speech.shown(message(private=True), 0)
    speech.utterances()
    speech.key("7")
    speech.shown(message(filled=1, private=True), 0)
    speech.key_done()
    silence, digit = speech.utterances()
    assert (silence.text, digit.text, digit.secret) == ("", "7", True)
    speech.shown(message(filled=2, private=True), 0)
    assert texts(speech) == ["2 z sześciu."], "a key that is over is forgotten"


def test_a_digit_is_counted_aloud() -> None:
    speech = Speech()
    speech.shown(message(), 0)
    speech.utterances()
    speech.key("7")
    speech.shown(message(filled=1), 0)
    speech.key_done()
    assert texts(speech) == ["", "1 z sześciu. Podłącz słuchawki. Dla bezpieczeństwa cyfry czytamy tylko w słuchawkach."]


def test_deleting_says_how_many_are_left_and_never_which() -> None:
    speech = Speech()
    speech.shown(message(filled=3, private=True), 0)
    speech.utterances()
    speech.key("cancel")
    speech.shown(message(filled=2, private=True), 0)
    assert texts(speech) == ["", "2 z sześciu."]


def test_a_minute_that_passes_says_nothing() -> None:
    speech = Speech()
    speech.shown(message(), 0)
    speech.utterances()
    shown = message()
    speech.shown(sample("l.pin", say="l.pin", audio=shown.audio, data={**shown.data, "time": "14:06"}), 0)
    assert texts(speech) == []


def test_marks_of_a_countdown() -> None:
    speech = Speech()
    speech.shown(message("l.locked", deadline=Deadline("fact", 75_000), left_ms=75_000), 1_000)
    speech.utterances()
    marks: list[tuple[int, list[str]]] = []
    while (due := speech.deadline()) is not None:
        speech.tick(due)
        marks.append((due, texts(speech)))
    expected = [(16_000, "1 minuta"), (46_000, "30 sekund"), (66_000, "10 sekund")]
    assert marks == [(due, [f"Zostało: {left}."]) for due, left in expected]


def test_the_end_of_speech_is_said() -> None:
    speech = Speech()
    speech.shown(message(), 0)
    speech.utterances()
    speech.shown(message(on=False), 0)
    assert texts(speech) == ["Czytanie wyłączone."]


def test_the_last_words_are_in_the_language_that_was_heard() -> None:
    speech = Speech()
    speech.shown(sample("l.pin", "de", audio=Audio(on=True, volume=5)), 0)
    speech.utterances()
    speech.shown(sample("l.attract", audio=Audio()), 0)
    (last,) = speech.utterances()
    assert (last.text, last.runs[0].voice, last.volume) == ("Vorlesen aus.", "de", 5)


def test_with_the_last_digit_gone_red_does_something_else() -> None:
    speech = Speech()
    speech.shown(message(filled=1), 0)
    speech.utterances()
    speech.key("cancel")
    speech.shown(message(filled=0), 0)
    assert texts(speech) == ["", "0 z sześciu. Czerwony klawisz: Zakończ."]


def test_a_voice_that_fails_is_a_fault_and_keeps_nobody() -> None:
    machine = BenchMachine()
    machine.take(VoiceSeen("player", works=True))  # as a boot begins: nothing changes
    assert machine.faults() == []
    machine.take(VoiceSeen("player", works=False))
    machine.take(VoiceSeen("synthesiser", works=False))
    machine.take(VoiceSeen("player", works=False))
    assert machine.faults() == ["voice_silent player", "voice_silent synthesiser"]
    compartment = machine.found()
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert machine.screen.screen == "l.done"
    machine.start()
    machine.take(VoiceSeen("player", works=True))
    machine.take(VoiceSeen("synthesiser", works=True))
    assert machine.faults() == []
    assert [kind for kind in machine.kinds() if kind.startswith("fault.")] == ["fault.raised"] * 2 + ["fault.cleared"] * 2


def test_the_line_with_the_focus_is_said() -> None:
    speech = Speech()
    jam = sample("l.jam")
    speech.shown(sample("l.jam", audio=Audio(on=True)), 0)
    speech.utterances()
    speech.shown(sample("l.jam", audio=Audio(on=True), data={**jam.data, "focus": 1}), 0)
    assert texts(speech) == ["Klawisz 2: Odbiór w urzędzie."]

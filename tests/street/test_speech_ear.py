"""What the machine says is heard once, in order, and after a new start from the beginning."""

from pathlib import Path

from sim.street.speech_ear import KEPT, SpeechEar


def said(folder: Path, number: int, text: str) -> None:
    (folder / f"{number:05d}.txt").write_text(text, "utf-8")


def test_each_utterance_is_heard_once_and_in_order(tmp_path: Path) -> None:
    ear = SpeechEar(tmp_path, lambda: None)
    assert not ear.hear()
    said(tmp_path, 1, "Dzień dobry")
    said(tmp_path, 2, "Skrytka 4")
    assert ear.hear()
    assert not ear.hear()
    assert ear.heard == ["Dzień dobry", "Skrytka 4"]


def test_a_sentence_that_is_not_written_yet_is_heard_later(tmp_path: Path) -> None:
    ear = SpeechEar(tmp_path, lambda: None)
    said(tmp_path, 1, "")
    assert not ear.hear()
    said(tmp_path, 1, "Zamknij drzwiczki")
    assert ear.hear()
    assert ear.heard == ["Zamknij drzwiczki"]


def test_a_program_that_starts_again_counts_from_one(tmp_path: Path) -> None:
    ear = SpeechEar(tmp_path, lambda: None)
    said(tmp_path, 1, "one")
    assert ear.hear()
    ear.begin_again()
    assert not ear.hear()
    said(tmp_path, 1, "two")
    assert ear.hear()
    assert ear.heard == ["one", "two"]


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    ear = SpeechEar(tmp_path, lambda: None)
    for number in range(1, KEPT + 3):
        said(tmp_path, number, str(number))
    assert ear.hear()
    assert ear.heard == [str(number) for number in range(3, KEPT + 3)]

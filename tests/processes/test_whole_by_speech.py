"""By ear through a real machine: a clerk loads, one resident collects aloud and one in headphones, in each language (screens.md H7)."""

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.descriptions import SHIPPED
from contracts.facts import FaultRaised
from contracts.key_files import read_key
from contracts.orders import AdmitClerk, SetPin, case_mark, clerk_mark, pin_mark
from contracts.screen_messages import LANGUAGES, Language
from controller.devices.speaker import MASK, SYNTHESISER
from controller.kiosk.spoken import voice
from controller.kiosk.words import TEXTS, read_catalogues
from controller.speech import Run
from sim.street.places import HEADPHONE_GPIO
from sim.street.surroundings import Surroundings, written
from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.closing import Keep
from tests.processes.log_ear import VOLUME, LogEar, Player
from tests.processes.machine import MACHINE, Machine
from tests.processes.wire import PaperCentre
from tests.screens.test_spoken_log import by_voice, loudness

pytestmark = [
    *(pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython),
    pytest.mark.skipif(shutil.which(SYNTHESISER) is None, reason="no espeak-ng: make system-packages"),
]
CODE = "71940382"
CHOICE = read_catalogues(TEXTS)["pl"]["lang.head"]
NOWHERE = "socket://127.0.0.1:9"


class Socket:
    """The socket for headphones: what the machine's program reads."""

    def __init__(self) -> None:
        self.read, self._write = os.pipe()
        self.plug(False)

    def plug(self, there: bool) -> None:
        os.write(self._write, written(Surroundings(headphones=there)))

    def close(self) -> None:
        os.close(self._write)
        os.close(self.read)


class Hall:
    """One machine with a voice, and the centre on paper."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        own = folder / "machine" / "with_socket.toml"
        own.parent.mkdir()
        described = (SHIPPED / "urzedomat_24.toml").read_text("utf-8")
        own.write_text(described.replace("[panel]", f"[panel]\nheadphone_gpio = {HEADPHONE_GPIO}", 1), "utf-8")
        self.log = folder / "machine" / "speech"
        self.player = keep(Player(folder / "player"))
        self.socket = keep(Socket())
        self.cabinet = keep(Cabinet(folder / "board"))
        more = f'hardware = "{own.name}"\nspeech = {{ player = ["{self.player.command}"], log = "speech" }}\n'
        program = "sim.street.machine_program"
        self.machine = keep(Machine(own.parent, self.cabinet.port, broker.port, more=more, program=program, given=self.socket.read))
        self.centre = keep(PaperCentre(broker.port, MACHINE, self.machine.keys))
        self.machine.start()
        self.centre.until(lambda: self.centre.report is not None and {one.door for one in self.centre.report.compartments} == {"closed"})
        self.cabinet.without_brake()
        self._key = read_key(self.machine.keys / f"pin-{MACHINE}.key")
        self._until = datetime.now(UTC) + timedelta(minutes=5)

    def holds(self, deposit: str, pin: str, case: str) -> None:
        mark, until = case_mark(self._key, case).hex(), self._until + timedelta(hours=48)
        self._order(SetPin(deposit=deposit, hmac=pin_mark(self._key, pin).hex(), until=until, case=mark))

    def admits(self) -> None:
        self._order(AdmitClerk(code=clerk_mark(self._key, CODE).hex(), until=self._until))

    def _order(self, ask: SetPin | AdmitClerk) -> None:
        order, _ = self.centre.order(ask)
        self.centre.until(lambda: self.centre.ends_of(order) == {("done", "ok")})


def loads(ear: LogEar, hall: Hall, cases: tuple[str, ...]) -> None:
    """A clerk's whole errand: code, menu, a batch of two, and out."""
    ear.begins()
    ear.presses("btn.num.clerk")
    ear.until("k.login.code.head")
    ear.types(CODE, of=8)
    ear.until("k.menu.head")
    ear.chooses("k.menu", 1)
    for case in cases:
        ear.until("k.scan.head")
        ear.types(case, of=8)
        hall.cabinet.shut(ear.number("k.load.head"))
        ear.until("k.check.head")
        ear.chooses("k.check", 1)
        ear.until("k.loaded.head")
        ear.presses("btn.ok.next")
    ear.until("k.scan.head")
    ear.presses("btn.cancel.back")
    ear.until("k.menu.head")
    ear.presses("btn.cancel.finish")
    ear.until("say.off")


def collects(ear: LogEar, hall: Hall, pin: str, private: bool) -> None:
    """A resident's whole errand."""
    ear.begins()
    ear.presses("btn.ok.collect")
    ear.until("l.pin.head")
    if private:
        ear.types_in_private(pin)
    else:
        ear.types(pin, of=6)
    number = ear.number("l.found.head")
    ear.presses("btn.ok.open")
    ear.until("l.open.head")
    hall.cabinet.shut(number)
    ear.until("l.done.head")
    ear.presses("btn.ok.done")
    ear.until("say.off")


def heard_right(ear: LogEar, hall: Hall) -> None:
    """Each utterance that was heard is a sound, in the voice of its language: Polish until another is chosen."""
    made: dict[tuple[str, Language], bytes] = {}
    voices: set[Language] = set()
    for number in ear.heard:
        sound = (hall.log / f"{number:05d}.0.wav").read_bytes()
        duration_s, level = loudness(sound)
        assert duration_s > 0
        assert level > 0
        text = (hall.log / f"{number:05d}.txt").read_text("utf-8")
        if text.startswith(CHOICE):
            continue  # each language names itself, in its own voice
        for language in dict.fromkeys((ear.language, "pl")):
            if (text, language) not in made:
                made[text, language] = by_voice(Run(language, voice(language), text), voice(language), VOLUME)
            if sound == made[text, language]:
                voices.add(language)
                break
        else:
            raise AssertionError(f"{text!r} is in no voice that belongs here")
    assert voices == {"pl", ear.language}


def digits(texts: list[str]) -> str:
    """All digits that were said, and a mark for each utterance without one."""
    return "".join(re.sub(r"[^0-9]", "", text) or "/" for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clerk_and_two_residents_by_ear(tmp_path: Path, broker: Broker, keep: Keep, language: Language) -> None:
    hall = Hall(tmp_path, broker, keep)
    secrets = ("482913", "905736", "26004711", "26004785", CODE)
    hall.holds("dep-1", secrets[0], secrets[2])
    hall.holds("dep-2", secrets[1], secrets[3])
    hall.admits()
    with hall.machine.page() as page:
        page.until("l.attract")
        ear = LogEar(hall.machine.page, hall.log, hall.player, language)
        ear.listens()
        loads(ear, hall, secrets[2:4])
        ear.listens()
        collects(ear, hall, secrets[0], private=False)
        aloud, _ = ear.said()
        hall.socket.plug(True)
        collects(ear, hall, secrets[1], private=True)
    hall.centre.until(lambda: hall.centre.kinds().count("collection.ended") == 2)
    heard_right(ear, hall)
    names = sorted(path.name for path in hall.log.iterdir())
    assert all(re.fullmatch(r"\d{5}\.(txt|\d\.wav)", name) for name in names)
    texts = [(hall.log / name).read_text("utf-8") for name in names if name.endswith(".txt")]
    assert [int(name[:5]) for name in names if name.endswith(".txt")] == list(range(1, len(texts) + 1))
    assert MASK not in texts[:aloud]
    assert texts[aloud:].count(MASK) == 6
    assert not any(secret in digits(texts) for secret in secrets)
    assert not [line for line in hall.machine.running.lines if any(secret in line for secret in secrets) or "Traceback" in line]
    assert hall.machine.running.stop() == 0


def test_a_machine_whose_player_is_missing_says_so_and_serves(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port, more='[speech]\nplayer = ["no-such-player"]\n'))
    centre = keep(PaperCentre(broker.port, MACHINE, machine.keys))
    machine.start()
    centre.until(lambda: "fault.raised" in centre.kinds())
    fault = next(entry.fact for entry in centre.facts.values() if isinstance(entry.fact, FaultRaised))
    assert (fault.fault, fault.where) == ("voice_silent", "player")
    with machine.page() as page:
        page.press("audio")
        page.press("lang")
        page.until("lang")
        page.press("2")
        while page.message["lang"] != "en":
            page.next()
    assert machine.running.stop() == 0

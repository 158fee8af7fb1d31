"""The watch asks the right sentences at each moment and writes a broken one down; no sentence is left unasked."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from contracts.screen_messages import ScreenMessage
from contracts.topics import Answer, encode
from sim import last_look, watch
from sim.documents import Document
from sim.invariants import clerk, doors, facts, pins, terms, texts
from sim.storm_cabinets import cabinet
from sim.world import World


def told(world: World) -> list[str]:
    return [f"{each.sentence} {each.detail}" for each in world.watch.violations]


def sentences(module: ModuleType) -> list[str]:
    """The functions of a module that answer with what breaks them."""
    found = inspect.getmembers(module, inspect.isfunction)
    return [
        name
        for name, each in found
        if each.__module__ == module.__name__ and not name.startswith("_") and inspect.signature(each).return_annotation == Iterator[str]
    ]


@pytest.mark.parametrize("module", [doors, pins, facts, clerk, terms, texts])
def test_every_sentence_about_a_moment_is_asked(module: ModuleType) -> None:
    asking = "".join(Path(str(each.__file__)).read_text("utf-8") for each in (watch, last_look))
    subject = module.__name__.rsplit(".", 1)[1]
    assert sentences(module)
    forms = ("self.ask({subject}.{name}, ", "yield from {name}(")
    asked = [name for name in sentences(module) if any(form.format(subject=subject, name=name) in asking for form in forms)]
    assert asked == sentences(module)


def test_every_sentence_about_the_end_is_asked() -> None:
    asked = [sentence.__name__ for sentence in last_look.AFTER_HEALING]
    assert sorted(asked) == sorted(set(sentences(last_look)) - {"unfinished"})


def test_a_hand_through_a_closed_door_is_seen() -> None:
    world = World(7, cabinet())
    document = Document("26000001", "600000001", False)
    document.deposit = "d" * 16
    document.put_in(world.machine, 3)
    assert told(world) == ["A document goes in and out only through an open door. deposit dddddd and door 3"]
    document.take_out(world.machine, 4)
    assert (document.compartment, document.taken) == (3, False)


def test_a_case_number_is_for_the_clerk_who_loads_it_alone() -> None:
    world = World(7, cabinet())
    world.watch.secret("26000001")
    world.watch.screen(ScreenMessage(1, "k.load", "pl", (), {"case": "26000001", "compartment": 3}, "k.load"))
    assert told(world) == []
    world.watch.screen(ScreenMessage(2, "l.found", "pl", (), {"case": "26000001", "compartment": 3}, "l.found"))
    assert told(world) == ["No PIN, phone or case number is in any journal, message, screen or log. screen l.found"]


def test_an_order_may_repeat_its_answer_and_not_change_it() -> None:
    world = World(7, cabinet())
    first, last = Answer(order="o1", state="done", code=""), Answer(order="o1", state="failed", code="")
    for answer in (Answer(order="o1", state="taken", code=""), first, first, last):
        world.watch.published("machine", "kiosk/machine/answers", encode(answer))
    assert told(world) == ["Every order ends in exactly one answer, the same everywhere. order o1: done and failed"]


def test_a_broken_sentence_is_in_the_log_and_ends_the_waiting() -> None:
    world = World(7, cabinet())
    ended: list[bool] = []

    async def story() -> None:
        world.stage.later(4_000, lambda: world.watch.moved("d" * 16, 3))
        ended.append(await world.watch.broken_within(10))

    world.stage.play(story())
    assert ended == [True]
    assert world.watch.violations[0].at_ms == world.stage.now_ms == 4_000
    assert "watch BROKEN: A document goes in and out only through an open door." in world.stage.trace.lines[-1]

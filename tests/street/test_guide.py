"""The guide follows what is so: for every sight one sentence that exists and one thing that glows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.screen_messages import KEYS, LANGUAGES
from controller.kiosk.forms import FORMS
from sim.street.guide import Sight, Waiting, advise
from sim.street.words import Words

PIN = "380233"
HELD, TOLD = Waiting("k1", "26004712", "held"), Waiting("k1", "26004712", "told")
STORY: list[tuple[dict[str, Any], str, str]] = [
    ({"phase": "preparing"}, "preparing", ""),
    ({"waiting": (TOLD,)}, "desk.sms_coming", ""),
    ({"pin": PIN}, "collect.start", "kiosk:ok"),
    ({"pin": PIN, "lang": "en", "keys": ("ok", "lang")}, "kiosk.other_language", "kiosk:lang"),
    ({"screen": "lang", "lang": "en"}, "kiosk.language", "kiosk:2"),
    ({"screen": "l.pin", "pin": PIN}, "pin.type", "kiosk:3"),
    ({"screen": "l.pin", "pin": PIN, "filled": 1}, "pin.type", "kiosk:8"),
    ({"screen": "l.wrong", "pin": PIN}, "pin.wrong", "kiosk:3"),
    ({"screen": "l.pin", "pin": PIN, "filled": 6}, "pin.confirm", "kiosk:ok"),
    ({"screen": "l.checking", "pin": PIN}, "pin.checking", ""),
    ({"screen": "l.found", "pin": PIN, "compartment": 7}, "collect.found", "kiosk:ok"),
    ({"screen": "l.opening", "compartment": 7}, "collect.opening", ""),
    ({"screen": "l.open", "compartment": 7, "open_doors": (7,), "inside": (7,)}, "collect.take", "take"),
    ({"screen": "l.open", "compartment": 7, "open_doors": (7,), "collected": 1}, "cut.try", "power"),
    ({"screen": "", "power": False, "cuts": 1}, "power.off", "power"),
    ({"screen": "", "cuts": 1}, "power.back", ""),
    ({"screen": "l.open", "compartment": 7, "open_doors": (7,), "cuts": 1}, "proof.wait", "close"),
    ({"screen": "l.open", "compartment": 7, "open_doors": (7,), "cuts": 1, "documents": 1, "openings": 1}, "proof.close", "close"),
    ({"screen": "l.open", "compartment": 7, "cuts": 1}, "door.shut", ""),
    ({"screen": "l.done", "cuts": 1, "documents": 1, "openings": 1, "collected": 1}, "proof", "kiosk:ok"),
    ({"screen": "l.done", "cuts": 1, "documents": 1, "openings": 2, "collected": 1}, "proof.counts", "kiosk:ok"),
    ({"cuts": 1, "documents": 1, "openings": 1, "collected": 1}, "proof", "register"),
    ({"collected": 1}, "cut.try_done", "power"),
    ({"collected": 1, "cuts": 1, "documents": 1, "openings": 1, "waiting": (HELD,)}, "desk.load", "load:k1"),
    ({}, "desk.register", "register"),
]
LOADING: list[tuple[dict[str, Any], str, str]] = [
    ({"screen": "k.opening", "compartment": 2}, "load.opening", ""),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,)}, "load.put", "put"),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "inside": (2,)}, "load.close", "close"),
    ({"screen": "k.check", "compartment": 2, "inside": (2,)}, "load.check", "kiosk:1"),
    ({"screen": "k.check", "compartment": 2}, "load.check", "kiosk:2"),
    ({"screen": "k.loaded"}, "load.done", "kiosk:ok"),
]
TROUBLE: list[tuple[dict[str, Any], str, str]] = [
    ({"screen": "l.jam", "keys": ("1", "2"), "compartment": 7, "jammed": (7,)}, "collect.jam", "jam:7"),
    ({"screen": "l.jam", "keys": ("1", "2"), "compartment": 7}, "collect.jam", "kiosk:1"),
    ({"screen": "l.jam.last", "keys": ("2",), "compartment": 7}, "collect.jam", "kiosk:2"),
    ({"screen": "l.jam", "keys": ("1", "2"), "compartment": 7, "network": False}, "collect.jam_offline", "kiosk:1"),
    ({"network": False, "pin": PIN}, "collect.start_offline", "kiosk:ok"),
    ({"network": False}, "network.off", "network"),
    ({"online": False, "waiting": (TOLD,)}, "network.back", ""),
    ({"open_doors": (3, 9)}, "door.left", "close"),
    ({"screen": "l.pin"}, "pin.none", "kiosk:cancel"),
    ({"screen": "l.stop"}, "pin.none", "kiosk:ok"),
    ({"screen": "l.stop", "pin": PIN}, "kiosk.stop", "kiosk:cancel"),
]


@pytest.mark.parametrize(("looks", "say", "glow"), STORY + LOADING + TROUBLE)
def test_the_guide_says_and_lights_the_next_step(looks: dict[str, Any], say: str, glow: str) -> None:
    advice = advise(Sight(**looks))
    assert (advice.say, advice.glow) == (say, glow)


SIGHTS = st.builds(
    Sight,
    phase=st.sampled_from(("preparing", "free")),
    power=st.booleans(),
    network=st.booleans(),
    online=st.booleans(),
    lang=st.sampled_from(LANGUAGES),
    screen=st.sampled_from(("", *FORMS)),
    kiosk_lang=st.sampled_from(LANGUAGES),
    keys=st.lists(st.sampled_from(KEYS), max_size=4).map(tuple),
    filled=st.integers(0, 6),
    compartment=st.integers(0, 24),
    pin=st.sampled_from(("", PIN)),
    open_doors=st.lists(st.integers(1, 24), max_size=2).map(tuple),
    inside=st.lists(st.integers(1, 24), max_size=2).map(tuple),
    jammed=st.lists(st.integers(1, 24), max_size=1).map(tuple),
    waiting=st.lists(st.sampled_from((HELD, TOLD)), max_size=2).map(tuple),
    collected=st.integers(0, 2),
    cuts=st.integers(0, 2),
    documents=st.integers(0, 2),
    openings=st.integers(0, 2),
)


@given(SIGHTS)
def test_every_sight_has_words_in_every_language_and_never_the_pin(sight: Sight) -> None:
    advice = advise(sight)
    for language in LANGUAGES:
        text = Words(language)(advice.say, **advice.values)
        assert text
        assert PIN not in text
    kind, _, name = advice.glow.partition(":")
    assert kind in {"", "kiosk", "take", "put", "close", "power", "network", "jam", "register", "load"}
    assert kind != "kiosk" or name in KEYS
    assert PIN not in repr(sight)


@given(SIGHTS)
def test_the_claim_is_made_only_when_the_centre_knows_it(sight: Sight) -> None:
    if advise(sight).say in {"proof", "proof.close"}:
        assert (sight.documents, sight.openings) == (1, 1)

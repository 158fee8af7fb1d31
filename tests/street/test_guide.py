"""The guide follows what is so: for every sight one sentence that exists and one thing that glows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.screen_messages import KEYS, LANGUAGES
from controller.kiosk.forms import FORMS
from sim.street.guide import advise
from sim.street.sight import Sight, Waiting
from sim.street.words import Words

PIN, PHONE, CODE = "380233", "601234123", "28147093"
HELD, TOLD = Waiting("k1", "26004712", "held"), Waiting("k1", "26004712", "told")
OVER, SLIP = Waiting("k2", "26004713", "told", ended=True), Waiting("k3", "26004714", "stored", unprinted=True)
OUT, GONE = Waiting("k4", "26004715", "withdrawn"), Waiting("k5", "26004716", "told", gone=True)
ARRIVED, LOST = Waiting("k1", "26004712", "told", arrived=True), Waiting("k1", "26004712", "held", lost_in=5)
AT_DOOR: dict[str, Any] = {"screen": "l.open", "compartment": 7, "open_doors": (7,)}
TAKEN: dict[str, Any] = {**AT_DOOR, "mine": "hand"}
HANDED: dict[str, Any] = {"ending": "handed_over", "ended_in": 7, "ended_mine": "hand", "documents": 1, "openings": 1, "collected": 1}
CUT: dict[str, Any] = {"cuts": 1, "cut_since": True}
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
    ({**AT_DOOR, "mine": "here", "full": True}, "collect.take", "take"),
    ({**TAKEN, "collected": 1}, "cut.try", "power"),
    ({"screen": "", "power": False, "cuts": 1, "cut_in": "l.open"}, "power.off", "power"),
    ({"screen": "", "power": False, "cuts": 1, "cut_in": "l.done"}, "power.off_calm", "power"),
    ({"screen": "", "cuts": 1}, "power.back", ""),
    ({**TAKEN, "cuts": 1, "untold": True}, "collect.wait", ""),
    ({**TAKEN, **HANDED, **CUT}, "proof.close", "close"),
    ({"screen": "l.open", "compartment": 7, "cuts": 1}, "door.shut", ""),
    ({"screen": "l.done", **HANDED, **CUT}, "proof", "kiosk:ok"),
    ({"screen": "l.done", **HANDED, **CUT, "openings": 2}, "proof.counts", "kiosk:ok"),
    ({"screen": "l.done", **HANDED}, "cut.try_done", "power"),
    ({"screen": "l.done", **HANDED, "cuts": 1}, "collect.done", "kiosk:ok"),
    ({"screen": "l.done", "untold": True}, "collect.wait", "kiosk:ok"),
    ({"screen": "l.done"}, "kiosk.read", "kiosk:ok"),
    ({**HANDED, **CUT}, "proof", "register"),
    ({**HANDED}, "cut.try_done", "power"),
    ({**HANDED, **CUT, "waiting": (HELD,)}, "desk.load", "load:k1"),
    ({}, "desk.register", "register"),
]
LOADING: list[tuple[dict[str, Any], str, str]] = [
    ({"screen": "k.opening", "compartment": 2}, "load.opening", ""),
    ({"screen": "k.opening", "compartment": 2, "jammed": (2,)}, "door.trying", "jam:2"),
    ({"screen": "k.load", "compartment": 2, "mine": "desk"}, "door.shut", ""),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "mine": "desk"}, "load.put", "put"),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "mine": "here", "full": True}, "load.close", "close"),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "mine": "desk", "full": True}, "load.full", "kiosk:1"),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "mine": "away"}, "load.missing", "close"),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "mine": "desk", "moving": True, "keys": ()}, "load.other", "close"),
    ({"screen": "k.load", "compartment": 2, "open_doors": (2,), "mine": "here", "moving": True, "full": True}, "load.take_back", "take"),
    ({"screen": "k.check", "compartment": 2, "mine": "here", "full": True}, "load.check", "kiosk:1"),
    ({"screen": "k.check", "compartment": 2, "mine": "desk", "full": True}, "load.check", "kiosk:2"),
    ({"screen": "k.check", "compartment": 2, "mine": "away"}, "load.check", "kiosk:3"),
    ({"screen": "k.loaded", "keys": ("ok", "lang"), "waiting": (TOLD,)}, "load.done", "kiosk:ok"),
    ({"screen": "k.loaded", "keys": ("ok", "lang"), "waiting": (ARRIVED,)}, "load.arrived", "kiosk:ok"),
    ({"screen": "k.loaded", "keys": ("ok", "lang"), "waiting": (ARRIVED, Waiting("k2", "26004713", "loading"))}, "load.done", "kiosk:ok"),
    ({"screen": "k.loaded", "keys": ("ok", "lang"), "network": False, "waiting": (ARRIVED,)}, "load.offline", "kiosk:ok"),
    ({"waiting": (ARRIVED, LOST)}, "desk.lost", "register"),
]
JAM: dict[str, Any] = {"screen": "l.jam", "compartment": 7}
TROUBLE: list[tuple[dict[str, Any], str, str]] = [
    ({"screen": "l.opening", "compartment": 7, "jammed": (7,)}, "door.trying", ""),
    ({**JAM, "keys": ("1", "2"), "jammed": (7,), "unopened": "jammed"}, "collect.jam", "jam:7"),
    ({**JAM, "keys": ("1", "2"), "jammed": (7,), "unopened": "jammed", "network": False}, "collect.jam_offline", "jam:7"),
    ({**JAM, "keys": ("1", "2"), "jammed": (3,), "unopened": "jammed"}, "collect.again", "kiosk:1"),
    ({**JAM, "keys": ("1", "2"), "jammed": (7,)}, "door.trying", ""),
    ({**JAM, "keys": ("1", "2"), "jammed": (7,), "unopened": "refused"}, "collect.again", "kiosk:1"),
    ({**JAM, "keys": ("2",), "tries_left": 1, "unopened": "refused"}, "collect.again", ""),
    ({**JAM, "keys": ("2",), "unopened": "jammed"}, "collect.last", "kiosk:2"),
    ({**JAM, "keys": ("1", "2"), "unopened": "doubt"}, "collect.doubt", "kiosk:1"),
    ({**JAM, "keys": ("2",), "unopened": "doubt", "tries_left": 1}, "collect.doubt", ""),
    ({**AT_DOOR, "mine": "away"}, "collect.empty", "kiosk:1"),
    ({**AT_DOOR, "mine": "away", "full": True}, "collect.foreign", "kiosk:1"),
    ({"screen": "l.report", "compartment": 7, "mine": "here", "full": True}, "kiosk.report", "kiosk:3"),
    ({"screen": "l.report", "compartment": 7, "mine": "away", "full": True}, "kiosk.report", "kiosk:2"),
    ({"screen": "l.report", "compartment": 7, "mine": "away"}, "kiosk.report", "kiosk:1"),
    ({"screen": "l.reported", "compartment": 7, "open_doors": (7,)}, "reported.close", "close"),
    ({"screen": "l.reported"}, "reported", "kiosk:ok"),
    ({"screen": "l.office", "keys": ("lang",)}, "kiosk.read", ""),
    ({"network": False, "pin": PIN}, "collect.start_offline", "kiosk:ok"),
    ({"network": False, "pin": PIN, "lang": "en"}, "collect.start_offline", "kiosk:ok"),
    ({"network": False}, "network.off", "network"),
    ({"network": False, "untold": True}, "network.untold", "network"),
    ({"screen": "l.done", "network": False, "untold": True}, "network.untold", "network"),
    ({"screen": "l.done", "network": False, **HANDED, **CUT}, "network.off", "network"),
    ({"online": False, "waiting": (TOLD,)}, "network.back", ""),
    ({"open_doors": (3, 9)}, "door.left", "close"),
    ({"screen": "l.pin"}, "pin.none", "kiosk:cancel"),
    ({"screen": "l.stop"}, "pin.none", "kiosk:ok"),
    ({"screen": "l.stop", "pin": PIN}, "kiosk.stop", "kiosk:cancel"),
]
NUMBER: dict[str, Any] = {"pin": PIN, "number": PHONE}
RESIDENT: list[tuple[dict[str, Any], str, str]] = [
    ({"screen": "help"}, "kiosk.help", "kiosk:cancel"),
    ({"screen": "info.page"}, "kiosk.info", "kiosk:cancel"),
    ({"screen": "l.phone", **NUMBER}, "phone.type", "kiosk:6"),
    ({"screen": "l.phone", **NUMBER, "filled": 3}, "phone.type", "kiosk:2"),
    ({"screen": "l.phone", **NUMBER, "filled": 9}, "phone.confirm", "kiosk:ok"),
    ({"screen": "l.wrong.phone", **NUMBER}, "phone.type", "kiosk:6"),
    ({"screen": "l.locked", **NUMBER}, "pin.paused", "kiosk:cancel"),
    ({"screen": "l.spent", **NUMBER}, "pin.spent", "kiosk:cancel"),
    ({"screen": "l.grace", "same_pin": PIN, "filled": 1}, "pin.same", "kiosk:8"),
    ({"screen": "l.grace", "same_pin": PIN, "filled": 6}, "pin.same", "kiosk:ok"),
    ({"screen": "l.done.late", **HANDED, "cuts": 1}, "collect.done", "kiosk:ok"),
    ({"screen": "l.expired", "waiting": (OVER,)}, "ended.expired", "kiosk:ok"),
    ({"screen": "l.notready"}, "ended.notready", "kiosk:ok"),
    ({"screen": "l.unsure"}, "ended.unsure", "kiosk:ok"),
    ({"screen": "l.unseen", "compartment": 7, "wired": False}, "door.unseen", "wire"),
    ({"screen": "l.unseen", "compartment": 7, "unopened": "doubt"}, "collect.doubt", "kiosk:1"),
    ({**AT_DOOR, "open_doors": (), "stuck": (7,)}, "door.stuck", "stuck:7"),
    ({"screen": "l.oos", "wired": False}, "kiosk.oos.wire", "wire"),
    ({"screen": "l.oos.forced"}, "kiosk.oos", ""),
    ({"waiting": (OVER,)}, "desk.take_out", "code"),
    ({"waiting": (OUT,)}, "desk.take_out", "code"),
    ({"waiting": (SLIP,)}, "desk.slip", "slip:k3"),
    ({"waiting": (GONE,)}, "desk.lost_sms", "reissue:k5"),
    ({"waiting": (GONE,), "sms_trouble": "lost"}, "desk.sms_lost", "sms:lost"),
    ({"waiting": (TOLD,), "sms_trouble": "lost"}, "desk.sms_coming", ""),
    ({"waiting": (TOLD,), "sms_trouble": "down"}, "desk.sms_down", "sms:down"),
]
ENDED: list[tuple[dict[str, Any], str, str]] = [
    ({**HANDED, **CUT, "ended_mine": "here"}, "collect.left", "register"),
    ({"screen": "l.done", **HANDED, **CUT, "ended_mine": "here"}, "collect.left", "kiosk:ok"),
    ({**HANDED, **CUT, "ended_mine": "desk"}, "collect.nothing", "register"),
    ({**HANDED, **CUT, "ending": "reported"}, "reported", "register"),
    ({**CUT, "ending": "withdrawn", "ended_mine": "here"}, "withdrawn", "register"),
    ({**CUT, "ending": "withdrawn", "ended_mine": "hand"}, "withdrawn.hand", "register"),
    ({**CUT, "collected": 1}, "desk.register", "register"),
]


@pytest.mark.parametrize(("looks", "say", "glow"), STORY + LOADING + TROUBLE + RESIDENT + ENDED)
def test_the_guide_says_and_lights_the_next_step(looks: dict[str, Any], say: str, glow: str) -> None:
    all_keys: dict[str, Any] = {"keys": KEYS, **looks}
    advice = advise(Sight(**all_keys))
    assert (advice.say, advice.glow) == (say, glow)


HANDS = ("take", "put", "close", "power", "network", "wire", "register", "code")
DESK = ("load", "scan", "slip", "reissue")
LIES = ("", "here", "hand", "desk", "away")
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
    filled=st.integers(0, 9),
    compartment=st.integers(0, 24),
    pin=st.sampled_from(("", PIN)),
    open_doors=st.lists(st.integers(1, 24), max_size=2).map(tuple),
    tries_left=st.integers(0, 2),
    moving=st.booleans(),
    mine=st.sampled_from(LIES),
    full=st.booleans(),
    jammed=st.lists(st.integers(1, 24), max_size=1).map(tuple),
    waiting=st.lists(st.sampled_from((HELD, TOLD, ARRIVED, LOST, OVER, SLIP, OUT, GONE)), max_size=2).map(tuple),
    collected=st.integers(0, 2),
    cuts=st.integers(0, 2),
    cut_in=st.sampled_from(("", *FORMS)),
    number=st.sampled_from(("", PHONE)),
    same_pin=st.sampled_from(("", PIN)),
    code=st.sampled_from(("", CODE)),
    typed=st.integers(0, 24),
    stuck=st.lists(st.integers(1, 24), max_size=1).map(tuple),
    wired=st.booleans(),
    sms_trouble=st.sampled_from(("", "lost", "down")),
    mine_in=st.integers(0, 24),
    unopened=st.sampled_from(("", "jammed", "doubt", "refused")),
    untold=st.booleans(),
    ending=st.sampled_from(("", "handed_over", "reported", "withdrawn")),
    ended_in=st.integers(0, 24),
    ended_mine=st.sampled_from(LIES),
    cut_since=st.booleans(),
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
    assert kind in {*HANDS, *DESK, "", "kiosk", "jam", "stuck", "sms"}
    assert kind not in DESK or name in {one.key for one in sight.waiting}
    assert kind != "stuck" or int(name) in sight.stuck
    assert kind != "wire" or not sight.wired
    assert kind != "sms" or name == sight.sms_trouble
    assert kind != "kiosk" or name in sight.keys
    assert kind != "put" or (sight.mine in {"hand", "desk"} and not sight.full and sight.compartment in sight.open_doors)
    assert PIN not in repr(sight)


@given(SIGHTS)
def test_the_claim_is_made_only_when_the_centre_knows_it_and_it_is_so(sight: Sight) -> None:
    advice = advise(sight)
    claimed = advice.say in {"proof", "proof.close", "collect.done"}
    assert claimed == advice.proof
    if claimed:
        assert (sight.ending, sight.ended_mine, sight.documents, sight.openings) == ("handed_over", "hand", 1, 1)
        assert not sight.untold

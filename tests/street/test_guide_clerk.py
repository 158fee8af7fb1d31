"""The guide leads a clerk through every screen of clerk mode."""

from typing import Any

import pytest

from contracts.screen_messages import KEYS
from controller.kiosk.forms import FORMS
from sim.street.guide import advise
from sim.street.guide_clerk import with_clerk
from sim.street.sight import Sight, Waiting

CODE = "28147093"
HELD, OUT = Waiting("k1", "26004712", "held"), Waiting("k2", "26004713", "withdrawn")
AT: dict[str, Any] = {"compartment": 7}
STEPS: list[tuple[dict[str, Any], str, str]] = [
    ({"screen": "l.attract", "code": CODE}, "clerk.enter", "kiosk:0"),
    ({"screen": "k.login"}, "clerk.no_code", "kiosk:cancel"),
    ({"screen": "k.login", "code": CODE, "filled": 2}, "clerk.code", "kiosk:1"),
    ({"screen": "k.login", "code": CODE, "filled": 8}, "clerk.code", "kiosk:ok"),
    ({"screen": "k.menu", "waiting": (OUT, HELD)}, "clerk.menu.load", "kiosk:1"),
    ({"screen": "k.menu", "waiting": (OUT,)}, "clerk.menu.take", "kiosk:2"),
    ({"screen": "k.menu"}, "clerk.menu", "kiosk:cancel"),
    ({"screen": "k.scan", "waiting": (HELD,)}, "clerk.scan", "scan:k1"),
    ({"screen": "k.scan"}, "clerk.no_sheet", "kiosk:cancel"),
    ({"screen": "k.other", "mine_in": 12}, "clerk.other", "kiosk:1"),
    ({"screen": "k.other", "mine_in": 12, "typed": 1}, "clerk.other", "kiosk:2"),
    ({"screen": "k.other", "mine_in": 12, "typed": 12}, "clerk.other", "kiosk:ok"),
    ({"screen": "k.other", "mine_in": 12, "typed": 3}, "clerk.other", "kiosk:cancel"),
    ({"screen": "k.loaded", "waiting": (HELD,)}, "load.done", "kiosk:ok"),
    ({"screen": "k.loaded"}, "load.done", "kiosk:cancel"),
    ({"screen": "k.expired", **AT}, "clerk.expired", "kiosk:ok"),
    ({"screen": "k.take", **AT, "open_doors": (7,), "full": True}, "clerk.take", "take"),
    ({"screen": "k.take", **AT, "open_doors": (7,)}, "clerk.close", "close"),
    ({"screen": "k.take", **AT, "stuck": (7,)}, "door.stuck", "stuck:7"),
    ({"screen": "k.taken", **AT, "mine": "desk"}, "clerk.taken", "kiosk:1"),
    ({"screen": "k.taken", **AT, "mine": "here"}, "clerk.taken", "kiosk:2"),
    ({"screen": "k.sheet", "waiting": (OUT,)}, "clerk.sheet", "scan:k2"),
    ({"screen": "k.audit", **AT, "full": True}, "clerk.audit", "kiosk:2"),
    ({"screen": "k.audit", **AT}, "clerk.audit", "kiosk:1"),
    ({"screen": "k.close", **AT, "open_doors": (7,)}, "clerk.close", "close"),
    ({"screen": "k.which"}, "clerk.which", "kiosk:cancel"),
    ({"screen": "k.which", "typed": 1}, "clerk.which_ok", "kiosk:ok"),
    ({"screen": "k.quar", **AT}, "clerk.quar", "kiosk:3"),
    ({"screen": "k.quarantined"}, "clerk.read", "kiosk:ok"),
    ({"screen": "k.none"}, "clerk.read", "kiosk:ok"),
]


@pytest.mark.parametrize(("looks", "say", "glow"), STEPS)
def test_the_clerk_is_led(looks: dict[str, Any], say: str, glow: str) -> None:
    advice = advise(Sight(keys=KEYS, **looks))
    assert (advice.say, advice.glow) == (say, glow)


@pytest.mark.parametrize("screen", [name for name in FORMS if name.startswith("k.")])
def test_no_screen_of_the_clerk_is_without_advice(screen: str) -> None:
    assert with_clerk(Sight(screen=screen.removesuffix(".last"), keys=KEYS)) is not None


def test_a_residents_screen_is_not_the_clerks() -> None:
    assert with_clerk(Sight(screen="l.pin")) is None

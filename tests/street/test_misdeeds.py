"""What visitors do who do not follow what glows: the guide says what is so and claims nothing that is not."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.street.running_street import Visitor, running_street

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]
Condition = Callable[[dict[str, Any]], bool]
CLAIMS = {"proof", "proof.close", "collect.done"}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Generator[Visitor]:
    folder: Path = tmp_path_factory.mktemp("street")
    with running_street(folder) as street:
        yield Visitor(street.address, "pl")


def screen(name: str) -> Condition:
    def shows(now: dict[str, Any]) -> bool:
        return now["kiosk"]["screen"] == name

    return shows


def says(key: str) -> Condition:
    def told(now: dict[str, Any]) -> bool:
        return now["guide"]["key"] == key

    return told


def until(visitor: Visitor, says_so: Condition) -> list[str]:
    """Wait with folded hands; what was said meanwhile."""
    said: list[str] = []
    for now in visitor.looks():
        said.append(now["guide"]["key"])
        if says_so(now):
            return said
    raise AssertionError(f"the street ended; it said {said}")


def test_a_document_left_behind_and_an_order_that_the_machine_refuses(visitor: Visitor) -> None:
    assert visitor.follow(screen("l.open"))
    visitor.act(do="register", case="26004712", phone="601 234 123")
    held = next(now for now in visitor.looks() if now["desk"][0]["load"])["desk"][0]["key"]
    assert visitor.act(do="load", deposit=held) == (409, {"error": "busy", "text": "Automat jest właśnie używany"})
    assert visitor.act(do="close") == (200, {})
    said = until(visitor, screen("l.done"))
    said += until(visitor, says("collect.left"))
    visitor.act(do="power")
    said += until(visitor, screen("l.attract"))
    assert not CLAIMS & set(said)
    assert "power.off" not in said


def test_a_document_put_into_another_compartment_is_not_called_inside(visitor: Visitor) -> None:
    visitor.follow(says("load.put"))
    visitor.act(do="put")
    visitor.act(do="key", key="1")
    until(visitor, says("load.take_back"))
    visitor.act(do="close")
    said = visitor.follow(screen("k.failed"))
    assert [key for key in said if key in {"load.put", "load.missing", "load.check"}] == ["load.missing", "load.check"]
    assert visitor.follow(says("desk.lost"))
    now = next(visitor.looks())
    assert (now["guide"]["glow"], now["can"]["put"]) == ("register", False)

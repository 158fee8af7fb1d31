"""The published contract is the one the code reads."""

import json
import re
from pathlib import Path

from central.contract_document import document
from contracts.topics import CompartmentReport, MachineReport

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_document_is_current() -> None:
    assert json.loads((DOCS / "asyncapi.json").read_text("utf-8")) == json.loads(json.dumps(document()))


def test_every_field_of_the_state_is_described() -> None:
    text = (DOCS / "messages.md").read_text("utf-8")
    described = set(re.findall(r"^\| `([a-z_.\[\]]+)` \|", text, re.MULTILINE))
    assert set(MachineReport.__struct_fields__) <= described
    assert {f"compartments[].{field}" for field in CompartmentReport.__struct_fields__} <= described


def test_every_channel_is_in_the_hand_book() -> None:
    text = (DOCS / "messages.md").read_text("utf-8")
    for channel in document()["channels"].values():
        assert channel["address"].replace("{machine}", "<machine>") in text

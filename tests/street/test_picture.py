"""What the centre's facts prove of the document handed over last."""

from sim.street.centre_desk import FactSeen
from sim.street.picture import prove


def fact(number: int, kind: str, **values: object) -> FactSeen:
    return FactSeen(number, number, kind, {"wall": "2026-11-23T08:00:00Z", "fact": {"kind": kind, **values}})


STORY = [
    fact(1, "deposit.stored", deposit="k1", compartment=4),
    fact(2, "door.opened", compartment=4, cause="collection"),
    fact(3, "document.handed_over", deposit="k1", compartment=4),
]


def test_one_document_and_one_opening() -> None:
    proof = prove(STORY)
    assert ([one.id for one in proof.documents], [one.id for one in proof.openings]) == ([3], [2])


def test_nothing_is_proven_before_the_hand_over() -> None:
    assert prove(STORY[:2]).documents == ()
    assert prove([]).openings == ()


def test_openings_for_others_and_before_do_not_count() -> None:
    later = [
        *STORY,
        fact(4, "door.opened", compartment=4, cause="deposit"),
        fact(5, "deposit.stored", deposit="k2", compartment=4),
        fact(6, "door.opened", compartment=9, cause="collection"),
        fact(7, "door.opened", compartment=4, cause="collection"),
        fact(8, "document.handed_over", deposit="k2", compartment=4),
    ]
    proof = prove(later)
    assert ([one.id for one in proof.documents], [one.id for one in proof.openings]) == ([8], [7])


def test_a_second_opening_would_be_seen() -> None:
    twice = [*STORY, fact(4, "door.opened", compartment=4, cause="collection")]
    assert len(prove(twice).openings) == 2


def test_a_fact_without_an_entry_proves_nothing() -> None:
    assert prove([FactSeen(1, 1, "document.handed_over", None)]).openings == ()

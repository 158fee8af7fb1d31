"""What the centre's facts prove of the last visit."""

from sim.street.centre_desk import FactSeen
from sim.street.proof import prove, why_unopened


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


def test_the_last_visit_is_meant_and_not_an_earlier_hand_over() -> None:
    begun = fact(4, "collection.begun", deposit="k2", compartment=9)
    withdrawn = fact(5, "deposit.withdrawn", deposit="k2", compartment=9, reason="jam")
    assert (prove([*STORY, begun]).ending, prove([*STORY, begun, withdrawn]).ending) == ("handed_over", "withdrawn")
    assert prove([*STORY, fact(4, "deposit.reported", deposit="k1", compartment=4, contents="foreign")]).ending == "reported"


def test_a_second_opening_by_whoever_left_something_is_no_second_hand_over() -> None:
    opened = fact(10, "door.opened", compartment=4, cause="collection")
    again = fact(11, "collection.reopened", deposit="k1", compartment=4)
    assert len(prove([*STORY, opened]).openings) == len(prove([*STORY, opened, again]).openings) + 1


def test_the_visit_and_the_last_start_are_in_order() -> None:
    begun = fact(2, "collection.begun", deposit="k1", compartment=4)
    told = [fact(1, "boot.started"), begun, fact(3, "document.handed_over", deposit="k1", compartment=4)]
    assert (prove(told).begun, prove(told).booted) == (2, 1)
    assert prove([*told, fact(4, "boot.started")]).booted == 4


def test_why_a_door_did_not_open() -> None:
    doubt = fact(1, "door.in_doubt", compartment=4, wish=1)
    assert why_unopened([doubt], 4) == "doubt"
    assert why_unopened([doubt], 5) == ""
    assert why_unopened([doubt, fact(2, "door.jammed", compartment=4, wish=2)], 4) == "jammed"
    assert why_unopened([doubt, fact(2, "door.unlock_due", compartment=4)], 4) == ""
    assert why_unopened([fact(3, "door.refused", compartment=4, code="restarted")], 4) == "refused"

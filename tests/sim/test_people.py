"""A calm seed is the plain story: every document is loaded, told, fetched, and nobody looks like an attacker."""

from contracts.facts import DocumentHandedOver, DoorRefused, DoorUnlockDue
from sim.faults import draw
from sim.storm_cabinets import cabinet
from sim.world import World


def test_the_plain_story() -> None:
    seed = next(seed for seed in range(1, 1_000) if not draw(seed).names and draw(seed).documents == 2)
    world = World(seed, cabinet())
    assert world.run() == []
    kinds = [type(entry.fact) for entry in world.machine.entries]
    assert kinds.count(DocumentHandedOver) == sum(document.taken for document in world.documents)
    assert kinds.count(DoorUnlockDue) - kinds.count(DoorRefused) == len(world.machine.cabinet.pulses)
    kinds_of_text = sorted(text.idx.partition("-")[2] for text in world.sms.sent)
    assert kinds_of_text == ["collected"] * len(world.documents) + ["ready"] * len(world.documents)
    assert any(document.taken for document in world.documents)

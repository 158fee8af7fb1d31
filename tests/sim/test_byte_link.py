"""The simulated line: its pace, its faults, and that a seed tells the same story twice."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sim.byte_link import ByteLink, LinkFaults


def link(seed: int = 0, **faults: float) -> ByteLink:
    line = ByteLink(random.Random(seed), 115200, LinkFaults(**faults))
    line.add_end("host")
    line.add_end("boards")
    return line


def test_bytes_take_their_time() -> None:
    line = link()
    line.send(bytes(115), 1000)
    assert line.deadline() == 1010
    assert line.deliver(1009, "boards") == b""
    assert line.deliver(1010, "boards") == bytes(115)
    assert line.deliver(2000, "boards") == b""
    assert line.deadline() is None


def test_the_sender_does_not_hear_itself_and_everybody_else_does() -> None:
    line = link()
    line.add_end("analyser")
    line.send(b"abc", 0)
    assert [line.deliver(10, end) for end in ("host", "boards", "analyser")] == [b"", b"abc", b"abc"]


def test_one_sender_waits_for_itself_and_two_spoil_each_other() -> None:
    line = link()
    line.send(bytes(100), 0)
    line.send(bytes(100), 0)
    assert line.deadline() == 9
    assert line.deliver(17, "boards") == bytes(100)
    assert line.deliver(18, "boards") == bytes(100)
    line.send(bytes(100), 100, "host")
    line.send(bytes(100), 105, "boards")
    assert line.collisions == 1
    assert line.deliver(200, "boards") != bytes(100)
    assert line.deliver(200, "host") != bytes(100)


def test_each_fault_does_what_it_says() -> None:
    sent = bytes(range(1, 41))
    heard: dict[str, bytes] = {}
    for fault in ("lose", "flip", "noise", "duplicate", "cut", "split"):
        line = link(0, **{fault: 1.0})
        line.send(sent, 0)
        heard[fault] = line.deliver(1000, "boards")
    assert heard["lose"] == b""
    assert len(heard["flip"]) == 40
    assert sum(one != other for one, other in zip(heard["flip"], sent, strict=True)) == 1
    assert heard["noise"].endswith(sent)
    assert len(heard["noise"]) > 40
    assert heard["duplicate"] == sent + sent
    assert sent.startswith(heard["cut"])
    assert len(heard["cut"]) < 40
    assert heard["split"] == sent


def test_a_cut_cable_carries_nothing() -> None:
    line = link()
    line.send(b"abc", 0)
    line.clear()
    line.connected = False
    line.send(b"abc", 0)
    assert (line.deadline(), line.deliver(100, "boards")) == (None, b"")


@given(st.integers(0, 2**32), st.lists(st.binary(min_size=1, max_size=40), max_size=20))
def test_a_seed_tells_the_same_story_twice(seed: int, runs: list[bytes]) -> None:
    stories: list[list[bytes]] = []
    for _ in range(2):
        line = link(seed, lose=0.2, flip=0.2, noise=0.2, duplicate=0.2, cut=0.2, split=0.2)
        for at, run in enumerate(runs):
            line.send(run, at * 50)
        stories.append([line.deliver(at, "boards") for at in range(0, 2000, 10)])
    assert stories[0] == stories[1]

"""The provider sends each idx once, whatever it tells its sender."""

from random import Random

import pytest

from sim.faults import SmsFaults
from sim.sms_network import SmsNetwork


def test_a_message_reaches_its_phone() -> None:
    network = SmsNetwork(Random(1))
    going, (reply,) = network.submit("d1-ready", "48601234123", "hello")
    assert [text.idx for text in going] == ["d1-ready"]
    assert [text.text for text in network.on_phone("48601234123")] == ["hello"]
    assert (reply.kind, reply.provider_id) == ("accepted", "sms-1")


def test_the_same_idx_is_sent_once_and_answered_alike() -> None:
    network = SmsNetwork(Random(1))
    (_, (first,)), (going, (again,)) = (network.submit("d1", "48601234123", text) for text in ("one", "two"))
    assert going == []
    assert (again.kind, again.provider_id) == (first.kind, first.provider_id)
    assert len(network.sent) == 1


@pytest.mark.parametrize(
    ("faults", "sent", "kinds"),
    [
        (SmsFaults(error=1.0), 0, ["unknown"]),
        (SmsFaults(answer_lost=1.0), 1, ["unknown"]),
        (SmsFaults(twice=1.0), 1, ["accepted", "accepted"]),
        (SmsFaults(slow=1.0), 1, ["accepted"]),
    ],
)
def test_faults(faults: SmsFaults, sent: int, kinds: list[str]) -> None:
    network = SmsNetwork(Random(1), faults)
    _, replies = network.submit("d1", "48601234123", "hello")
    assert len(network.sent) == sent
    assert [reply.kind for reply in replies] == kinds


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (SmsFaults(), ["SENT", "DELIVERED"]),
        (SmsFaults(report_lost=1.0), []),
        (SmsFaults(report_twice=1.0), ["SENT", "DELIVERED"] * 2),
        (SmsFaults(report_late=1.0), ["SENT", "DELIVERED"]),
        (SmsFaults(report_wrong_order=1.0), ["SENT", "UNDELIVERED", "DELIVERED", "SENT"]),
    ],
)
def test_delivery_reports_and_their_faults(faults: SmsFaults, said: list[str]) -> None:
    heard = SmsNetwork(Random(1), faults).reports()
    assert [each.status for each in heard] == said
    assert all((each.after_ms > 90_000) == bool(faults.report_late) for each in heard)


def test_a_number_that_is_refused_stays_so() -> None:
    network = SmsNetwork(Random(1), SmsFaults(refused=1.0))
    assert [network.submit("d1", "48601234123", "one")[1][0].kind for _ in range(2)] == ["refused", "refused"]
    network.faults = SmsFaults()
    assert network.submit("d1", "48601234123", "one")[1][0].kind == "refused"
    assert network.sent == []


def test_what_the_network_gives_up_is_on_no_phone() -> None:
    network = SmsNetwork(Random(1), SmsFaults(undelivered=1.0))
    going, (reply,) = network.submit("d1", "48601234123", "one")
    assert (len(going), reply.kind, network.sent, network.undelivered) == (1, "accepted", [], {"d1"})


def test_a_text_shows_nothing_of_itself() -> None:
    network = SmsNetwork(Random(1))
    going, _ = network.submit("d1", "48601234123", "PIN: 123456")
    assert "123456" not in repr(going)
    assert "601" not in repr(going)

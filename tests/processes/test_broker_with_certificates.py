"""A broker that asks for certificates: everybody is who the certificate says, and whoever has none that counts gets nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.topics import down, up
from tests.processes.broker import Broker
from tests.processes.centre import CentreProcess
from tests.processes.certificates import Authority, Certificate
from tests.processes.child import ROOT
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.wire import Wire

pytestmark = [pytest.mark.process, pytest.mark.mosquitto]

Says = Callable[["Guarded", Authority], tuple[str, ...]]
NOWHERE = "socket://127.0.0.1:9"
OTHER = "urzedomat-gronowa-2"


class Guarded:
    """A running Mosquitto with the access list of `hardware/deploy`, and the authority whose certificates count there."""

    def __init__(self, folder: Path, keep: Keep) -> None:
        self._folder = folder
        self._keep = keep
        self.authority = Authority(folder / "authority")
        own = self.authority.issue("broker", "127.0.0.1")
        self.broker = keep(
            Broker(
                folder / "broker",
                (
                    f"cafile {own.ca}",
                    f"certfile {own.certificate}",
                    f"keyfile {own.key}",
                    "require_certificate true",
                    "use_identity_as_username true",
                    f"acl_file {ROOT}/hardware/deploy/mosquitto.acl",
                ),
            )
        )
        self.broker.start()

    def wire(self, name: str, *topics: str) -> Wire:
        """A client that shows a certificate of this name."""
        return self._keep(Wire(self.broker.port, *topics, tls=self.authority.issue(name).context()))

    def machine(self, mqtt: tuple[str, ...], keys: Path | None = None) -> Machine:
        """A machine with these further keys in its table `mqtt`."""
        return self._keep(Machine(self._folder / "machine", NOWHERE, self.broker.port, keys=keys, mqtt=mqtt))

    def centre(self, own: Certificate, provider: str = "http://127.0.0.1:9") -> CentreProcess:
        """A centre that shows this certificate."""
        return self._keep(CentreProcess(self._folder / "centre", self.broker.port, provider, mqtt=own.keys()))


@pytest.fixture
def guarded(tmp_path: Path, keep: Keep) -> Guarded:
    return Guarded(tmp_path, keep)


def test_both_ends_show_their_certificate_and_the_facts_arrive(guarded: Guarded) -> None:
    centre = guarded.centre(guarded.authority.issue("centre"))
    machine = guarded.machine(guarded.authority.issue(MACHINE).keys(), centre.keys)
    centre.start()
    machine.start()

    def acknowledged() -> bool:
        (view,) = centre.ask("/machines")
        report = view["report"]
        return bool(report) and view["online"] and view["upto"] == report["seq"] > 0 and report["unacknowledged"] == 0

    centre.until(acknowledged)
    assert centre.kinds()[0] == "boot.started"
    # An order goes the other way, and its answer comes back.
    centre.register()
    centre.until(lambda: [order["state"] for order in centre.ask("/orders")] == ["done"])
    assert machine.running.stop() == 0
    centre.until(lambda: not centre.ask("/machines")[0]["online"])


def no_certificate(guarded: Guarded, stranger: Authority) -> tuple[str, ...]:
    return (f'ca = "{guarded.authority.file}"',)


def certificate_of_a_stranger(guarded: Guarded, stranger: Authority) -> tuple[str, ...]:
    issued = stranger.issue(MACHINE)
    issued.ca = guarded.authority.file
    return issued.keys()


def broker_of_a_stranger(guarded: Guarded, stranger: Authority) -> tuple[str, ...]:
    issued = guarded.authority.issue(MACHINE)
    issued.ca = stranger.file
    return issued.keys()


def another_host_name(guarded: Guarded, stranger: Authority) -> tuple[str, ...]:
    return *guarded.authority.issue(MACHINE).keys(), 'host = "localhost"'


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (no_certificate, "alert certificate required"),
        (certificate_of_a_stranger, "alert unknown ca"),
        (broker_of_a_stranger, r"broker: no contact .*certificate verify failed"),
        (another_host_name, r"broker: no contact .*certificate verify failed: Hostname mismatch.*not valid for 'localhost'"),
    ],
)
def test_who_does_not_match_gets_nothing_and_says_why(guarded: Guarded, tmp_path: Path, who: Says, said: str) -> None:
    listener = guarded.wire("centre", "kiosk/v1/+/up/#")
    machine = guarded.machine(who(guarded, Authority(tmp_path / "stranger")))
    machine.start()
    machine.running.until_line(said)
    # The broker hands out in order: whatever it had taken from the machine would come before this.
    guarded.wire(OTHER).publish(up(OTHER, "state"), b"{}")
    assert listener.next()[0] == up(OTHER, "state")
    assert machine.running.stop() == 0
    lines = machine.running.lines
    assert "Traceback" not in "\n".join(lines)
    assert "broker: connected" not in "\n".join(lines)


@pytest.mark.parametrize("topic", [up(MACHINE, "facts"), up(MACHINE, "presence"), down(MACHINE, "orders")])
def test_a_machine_speaks_on_its_own_topics_alone(guarded: Guarded, topic: str) -> None:
    centre, victim = guarded.wire("centre", "kiosk/v1/+/up/#"), guarded.wire(MACHINE, f"kiosk/v1/{MACHINE}/#")
    # Mosquitto 2.0.11 also ends the connection of whoever publishes what is not allowed.
    guarded.wire(OTHER).publish(topic, b"false", retain=True)
    guarded.wire(OTHER).publish(up(OTHER, "facts"), b"true")
    assert centre.next() == (up(OTHER, "facts"), b"true", False)
    guarded.wire("centre").publish(down(MACHINE, "orders"), b"true")
    assert victim.next() == (down(MACHINE, "orders"), b"true", False)


def test_a_machine_hears_its_own_topics_alone(guarded: Guarded) -> None:
    other, centre = guarded.wire(OTHER, "kiosk/v1/#"), guarded.wire("centre")
    for machine in (MACHINE, OTHER):
        for what in ("orders", "ack"):
            centre.publish(down(machine, what), machine.encode())
    guarded.wire(MACHINE).publish(up(MACHINE, "presence"), b"true", retain=True)
    guarded.wire(OTHER).publish(up(OTHER, "presence"), b"true", retain=True)
    heard = [other.next()[0] for _ in range(3)]
    assert heard == [down(OTHER, "orders"), down(OTHER, "ack"), up(OTHER, "presence")]

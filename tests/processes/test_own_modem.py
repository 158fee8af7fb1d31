"""A text through the real controller, its modem process, the real library and a simulated modem; kill -9 while one is on its way."""

import asyncio
import os
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contracts.facts import OrderEnded
from contracts.key_files import read_key
from contracts.orders import SendSms
from contracts.sealed import Letter, seal_letter
from sim.gsm_modem import GsmModem
from sim.port_server import PortServer
from tests.processes.broker import Broker
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.wire import PaperCentre

pytestmark = [pytest.mark.process, pytest.mark.mosquitto]
NOWHERE = "socket://127.0.0.1:9"
WITHIN_S = 60.0
PHONE, TEXT = "48600100200", "UM Poznan: dokument czeka. PIN: 482913."


class Antenna:
    """A simulated modem on a pty of its own, on a loop of its own."""

    def __init__(self) -> None:
        self.modem = GsmModem(Random(1))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = PortServer(self.modem, lambda: time.monotonic_ns() // 1_000_000)
        self.port = self._run(self._open())

    def _run(self, work: Coroutine[Any, Any, str]) -> str:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)

    async def _open(self) -> str:
        return self._server.start_pty()

    async def _stop(self) -> str:
        await self._server.stop()
        return ""

    def close(self) -> None:
        if self._thread.is_alive():
            self._run(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(WITHIN_S)
            self._loop.close()


def ask(machine: Machine, idx: str) -> SendSms:
    key = read_key(machine.keys / f"pin-{MACHINE}.key")
    return SendSms(idx=idx, sealed=seal_letter(key, MACHINE, idx, Letter(PHONE, TEXT), os.urandom(12)))


def test_the_phone_gets_the_text_once_and_a_kill_leaves_a_doubt(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    antenna = keep(Antenna())
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port, more=f'[modem]\nport = "{antenna.port}"\n'))
    centre = keep(PaperCentre(broker.port, MACHINE, machine.keys))
    machine.start()
    centre.until(lambda: centre.presence is not None and centre.presence.online)
    order, envelope = centre.order(ask(machine, "dep-1-ready"))
    centre.send(envelope)
    centre.until(lambda: bool(centre.ends_of(order)), WITHIN_S)
    assert centre.ends_of(order) == {("done", "ok")}
    centre.until(lambda: "sms.delivered" in centre.kinds(), WITHIN_S)
    assert [(text.phone, text.text) for text in antenna.modem.sent] == [(PHONE, TEXT)]

    antenna.modem.alive = False
    order, envelope = centre.order(ask(machine, "dep-2-ready"))
    centre.send(envelope)
    centre.until(lambda: centre.kinds().count("sms.try_spent") == 2, WITHIN_S)
    machine.running.kill()
    antenna.modem.alive = True
    machine.start()
    centre.until(lambda: centre.kinds().count("order.ended") == 2, WITHIN_S)
    ended = [entry.fact for entry in centre.facts.values() if isinstance(entry.fact, OrderEnded)]
    assert [(fact.order, fact.state, fact.code) for fact in ended[1:]] == [(order, "failed", "in_doubt")]
    assert len(antenna.modem.sent) == 1
    stored = b"".join(path.read_bytes() for path in (machine.folder / "data").iterdir())
    assert PHONE.encode() not in stored
    assert b"482913" not in stored

"""The real library against the simulated modem over a real pty: the phone gets the text once, the controller hears what became of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from contracts.sealed import Letter
from controller.devices.modem_process import ModemProcess, command
from controller.inputs import Input, ModemSeen, SmsAnswered, SmsReported
from sim.gsm_modem import GsmModem, ModemFaults
from sim.port_server import PortServer

pytestmark = pytest.mark.process
WITHIN_S = 60.0
PHONE = "48600100200"
POLISH = "UM Poznan: dokument czeka w Urzedomacie, ul. Gronowa 22a. PIN: 482913. Odbierz do 24.11 godz. 14:00. Pomoc: 61 646 33 44 [€]"
UKRAINIAN = (
    "Місто Познань: документ в автоматі, ul. Gronowa 22a. PIN: 482913. Заберіть до 24.11, 14:00. "
    "Нікому не кажіть PIN. Довідка: 61 646 33 44"
)

Story = Callable[[ModemProcess, GsmModem, Callable[[Input], Awaitable[None]]], Awaitable[None]]


def tell(story: Story, simulated: GsmModem, **patience: float) -> list[Input]:
    """Everything that the controller heard while the story was told."""
    heard: list[Input] = []

    async def run() -> None:
        news = asyncio.Event()

        def put(item: Input) -> None:
            heard.append(item)
            news.set()

        async def until(wanted: Input) -> None:
            async with asyncio.timeout(WITHIN_S):
                while wanted not in heard:
                    await news.wait()
                    news.clear()

        server = PortServer(simulated, lambda: time.monotonic_ns() // 1_000_000)
        modem = ModemProcess(command(server.start_pty(), 115200), put, **patience)
        serving = asyncio.create_task(modem.serve())
        try:
            await story(modem, simulated, until)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            await server.stop()

    asyncio.run(run())
    return heard


def test_texts_of_one_and_of_three_parts_arrive_once_and_are_reported() -> None:
    async def story(modem: ModemProcess, simulated: GsmModem, until: Callable[[Input], Awaitable[None]]) -> None:
        await until(ModemSeen("ready"))
        modem.submit(7, Letter(PHONE, POLISH))
        await until(SmsAnswered(7, "sent", reference=1))
        await until(SmsReported(1, "delivered"))
        simulated.faults = ModemFaults(not_delivered=1)
        modem.submit(8, Letter(PHONE, UKRAINIAN, wide=True))
        await until(SmsAnswered(8, "sent", reference=4))
        await until(SmsReported(4, "failed"))

    simulated = GsmModem(Random(1), ModemFaults(slow=0.5, report_twice=1))
    heard = tell(story, simulated)
    assert [(text.phone, text.text) for text in simulated.sent] == [(PHONE, POLISH), (PHONE, UKRAINIAN)]
    assert heard.count(SmsReported(1, "delivered")) == 2
    assert heard.count(SmsReported(4, "failed")) == 1


def test_a_refusal_is_a_failure_and_a_card_or_network_that_is_gone_is_said() -> None:
    async def story(modem: ModemProcess, simulated: GsmModem, until: Callable[[Input], Awaitable[None]]) -> None:
        await until(ModemSeen("ready"))
        modem.submit(7, Letter(PHONE, POLISH))
        await until(SmsAnswered(7, "failed", code="modem_unknown"))
        simulated.network = False
        modem.submit(8, Letter(PHONE, POLISH))
        await until(SmsAnswered(8, "failed", code="modem_unknown"))
        await until(ModemSeen("no_network"))
        simulated.sim = "pin"
        modem.submit(9, Letter(PHONE, POLISH))
        await until(ModemSeen("card"))

    simulated = GsmModem(Random(1), ModemFaults(refused=1))
    tell(story, simulated)
    assert simulated.sent == []


def test_a_modem_that_goes_dark_with_a_message_leaves_a_doubt() -> None:
    async def story(modem: ModemProcess, simulated: GsmModem, until: Callable[[Input], Awaitable[None]]) -> None:
        await until(ModemSeen("ready"))
        simulated.alive = False
        modem.submit(7, Letter(PHONE, POLISH))
        await until(SmsAnswered(7, "doubt"))
        await until(ModemSeen("silent"))

    assert tell(story, GsmModem(Random(1)), sending_s=2.0).count(SmsAnswered(7, "doubt")) == 1

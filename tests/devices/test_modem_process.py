"""The modem's process is started, watched and replaced; a message it was given gets one answer, whatever the process does."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from contracts.sealed import Letter
from controller.devices.modem_process import ModemProcess, ModemWrong, command
from controller.inputs import Input, ModemSeen, SmsAnswered, SmsReported

WITHIN_S = 20.0
READY = 'print(\'{"said":"state","state":"ready"}\', flush=True)\n'
WAIT = "import sys\nasked = sys.stdin.readline()\n"
LETTER = Letter("48600100200", "PIN: 482913")

Talk = Callable[[ModemProcess, Callable[[int], Awaitable[list[Input]]]], Awaitable[None]]


def talk(script: str, then: Talk, program: str = sys.executable, **patience: float) -> list[Input]:
    """Run a process and talk to it; everything that came in."""
    heard: list[Input] = []

    async def run() -> None:
        news = asyncio.Condition()

        def put(item: Input) -> None:
            heard.append(item)
            asyncio.get_running_loop().create_task(tell())

        async def tell() -> None:
            async with news:
                news.notify_all()

        async def until(count: int) -> list[Input]:
            async with news:
                await asyncio.wait_for(news.wait_for(lambda: len(heard) >= count), WITHIN_S)
            return heard

        modem = ModemProcess((program, "-c", script), put, **{"again_s": 0.0, **patience})
        serving = asyncio.create_task(modem.serve())
        try:
            await then(modem, until)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(run())
    return heard


async def _one_letter(modem: ModemProcess, until: Callable[[int], Awaitable[list[Input]]]) -> None:
    await until(1)
    modem.submit(7, LETTER)
    await until(3)


def test_a_message_is_answered_and_reported() -> None:
    said = '{"said":"answer","wish":7,"end":"sent","reference":3}\\n{"said":"report","reference":3,"status":"delivered"}'
    said = '{"said":"answer","wish":7,"end":"sent","reference":3}\\n{"said":"report","reference":3,"status":"delivered"}'
    answers = f"print('{said}', flush=True)\n"
    heard = talk(READY + WAIT + "assert '482913' in asked\n" + answers + WAIT, _one_letter)
    assert heard[:3] == [ModemSeen("ready"), SmsAnswered(7, "sent", reference=3), SmsReported(3, "delivered")]


@pytest.mark.parametrize(
    "end",
    ["sys.exit(1)\n", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "print('rubbish', flush=True)\n" + WAIT,
     "print('x' * 100_000, flush=True)\n" + WAIT, "print('{\"said\":\"answer\"', end='', flush=True)\n"],
)  # fmt: skip
def test_a_process_that_ends_or_raves_leaves_a_doubt(end: str) -> None:
    heard = talk(READY + WAIT + end, _one_letter)
    assert heard[:3] == [ModemSeen("ready"), ModemSeen("silent"), SmsAnswered(7, "doubt")]


def test_a_process_that_hangs_is_ended_and_leaves_a_doubt() -> None:
    heard = talk(READY + WAIT + "import threading\nthreading.Event().wait()\n", _one_letter, sending_s=0.2)
    assert heard[:3] == [ModemSeen("ready"), ModemSeen("silent"), SmsAnswered(7, "doubt")]


def test_a_process_without_a_word_is_started_again() -> None:
    async def wait(_: ModemProcess, until: Callable[[int], Awaitable[list[Input]]]) -> None:
        await until(4)

    heard = talk(READY + WAIT, wait, silent_s=0.5)
    assert heard[:4] == [ModemSeen("ready"), ModemSeen("silent"), ModemSeen("ready"), ModemSeen("silent")]


def test_without_a_process_a_message_certainly_did_not_go() -> None:
    async def early(modem: ModemProcess, until: Callable[[int], Awaitable[list[Input]]]) -> None:
        modem.submit(7, LETTER)
        await until(2)

    assert talk(READY + WAIT, early)[0] == SmsAnswered(7, "failed", code="modem_away")


def test_a_program_that_cannot_be_started_is_a_silent_modem() -> None:
    async def wait(_: ModemProcess, until: Callable[[int], Awaitable[list[Input]]]) -> None:
        await until(1)

    assert talk("", wait, program="/nowhere/at/all")[:1] == [ModemSeen("silent")]


def test_a_second_message_is_not_handed_over_beside_the_first() -> None:
    async def twice(modem: ModemProcess, until: Callable[[int], Awaitable[list[Input]]]) -> None:
        await until(1)
        modem.submit(7, LETTER)
        modem.submit(8, LETTER)
        await until(2)

    assert talk(READY + WAIT + WAIT, twice)[1] == SmsAnswered(8, "failed", code="modem_away")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gammu", None)
    monkeypatch.setattr("controller.devices.modem_process.find_spec", lambda _name: None)  # type: ignore[misc]
    with pytest.raises(ModemWrong, match="python-gammu"):
        command("/dev/ttyUSB2", 115200)

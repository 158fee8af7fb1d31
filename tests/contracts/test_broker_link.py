"""A connection while there is no broker: nothing waits for ever, and each failure is one line that says why."""

import asyncio
import logging
import socket
from pathlib import Path

from contracts.broker import BrokerSettings
from contracts.broker_link import BrokerLink, CarefulClient, End
from controller.randomness import SystemRandomness

QUEUE_MAX = 10


def link(port: int) -> BrokerLink:
    return BrokerLink(BrokerSettings(port=port), Path(), SystemRandomness(), QUEUE_MAX, 65_536)


def nothing(*_: object) -> None:
    raise AssertionError("there is no broker")


class Heard(logging.Handler):
    """The lines of a log, as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put_nowait(record.getMessage())


def test_what_is_given_without_a_broker_is_dropped() -> None:
    one = link(1)
    for _ in range(QUEUE_MAX + 10):
        one.publish("kiosk/v1/machine-1/up/facts", b"facts")
    assert one._going.empty()  # pyright: ignore[reportPrivateUsage] - nothing may wait here for ever


async def first_line() -> str:
    heard, log = Heard(), logging.getLogger("kiosk.broker")
    log.addHandler(heard)
    task = asyncio.create_task(link(1).run(End(("nothing",), up=nothing, down=nothing, receive=nothing)))
    try:
        return await asyncio.wait_for(heard.lines.get(), 10)
    finally:
        log.removeHandler(heard)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_failure_is_one_line_that_says_why() -> None:
    assert asyncio.run(first_line()) == "broker: no contact ([Errno 111] Connection refused)"


async def complaints_of_the_loop() -> list[str]:
    """What the loop says when the broker hangs up in the very moment in which something is to be written."""
    said: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(str(context)))
    ours, broker = socket.socketpair()
    client = CarefulClient("127.0.0.1")
    client._on_socket_register_write(client, None, ours)  # pyright: ignore[reportPrivateUsage] - the moment cannot be hit from outside
    for end in (ours, broker):
        end.close()
    await asyncio.sleep(0)
    return said


def test_a_socket_that_is_closed_is_not_written_to() -> None:
    assert asyncio.run(complaints_of_the_loop()) == []

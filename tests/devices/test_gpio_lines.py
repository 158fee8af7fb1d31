"""The switch in the headphone socket, on gpiozero's mock pins: what it is at the start, and each change, in the loop's thread."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from controller.devices.gpio_lines import LineWrong, Switch

Pins = Any


class HeldPin(MockPin):
    """A pin whose level stays with what drives it: a pull-up does not lift a line that is held to ground."""

    def _set_pull(self, value: str) -> None:
        self._pull = value


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pins]:
    factory: Any = MockFactory(pin_class=HeldPin)
    factory.pin(17).drive_high()
    monkeypatch.setattr(Device, "pin_factory", factory)
    yield factory
    factory.reset()


def nothing(there: bool) -> None:
    del there


def test_plugging_and_unplugging(pins: Pins) -> None:
    async def run() -> list[bool]:
        seen: asyncio.Queue[bool] = asyncio.Queue()
        switch = Switch(17, seen.put_nowait)
        assert seen.empty()
        pins.pin(17).drive_low()
        first = await asyncio.wait_for(seen.get(), 10)
        pins.pin(17).drive_high()
        second = await asyncio.wait_for(seen.get(), 10)
        switch.close()
        return [first, second]

    assert asyncio.run(run()) == [True, False]


def test_headphones_that_are_there_at_the_start(pins: Pins) -> None:
    async def run() -> list[bool]:
        seen: list[bool] = []
        pins.pin(17).drive_low()
        switch = Switch(17, seen.append)
        switch.close()
        return seen

    assert asyncio.run(run()) == [True]


@pytest.mark.usefixtures("pins")
def test_a_line_with_two_owners_is_refused_by_name() -> None:
    async def run() -> None:
        first = Switch(17, nothing)
        with pytest.raises(LineWrong, match="gpio 17"):
            Switch(17, nothing)
        first.close()

    asyncio.run(run())


def test_a_computer_without_lines_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "lgpio")

    async def run() -> None:
        with pytest.raises(LineWrong, match="gpio 17"):
            Switch(17, nothing)

    asyncio.run(run())

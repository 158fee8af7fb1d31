"""What is no frame, and the sums that frames of bought boards carry."""

from functools import reduce
from typing import Literal

Reason = Literal["hex", "length", "start", "checksum", "command", "board", "lock", "data"]


class FrameWrong(ValueError):
    """Bytes that are no such frame, or not the answer that was asked for; `reason` says which check failed."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason: Reason = reason


class OrderRefused(FrameWrong):
    """The board itself says that it has not taken the order."""


def sum8(data: bytes) -> int:
    """The sum of all octets, modulo 256."""
    return sum(data) & 0xFF


def xor8(data: bytes) -> int:
    """All octets, exclusive or."""
    return reduce(lambda left, right: left ^ right, data, 0)


def need(right: bool, reason: Reason, text: str) -> None:
    """Raises FrameWrong unless it is right."""
    if not right:
        raise FrameWrong(reason, text)


def numbers(bits: int, channels: int, level: int) -> list[int]:
    """The lock numbers, from 1, whose bit has this level; bit 0 is lock 1."""
    return [channel + 1 for channel in range(channels) if bits >> channel & 1 == level]

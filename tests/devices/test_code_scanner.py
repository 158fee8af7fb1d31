"""The scanner's dialogue: a line of eight digits is a code, everything else is one wrong line, and nothing grows."""

import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from controller.devices import code_scanner
from controller.devices.open_port import OpenLine
from sim.code_scanner import CodeScanner
from sim.port_server import PortServer

WITHIN_S = 10


def codes(scanner: code_scanner.CodeScanner) -> list[str | None]:
    """What was read."""
    return [None if code is None else code.reveal() for code in scanner.events()]


def after(*pieces: bytes) -> list[str | None]:
    scanner = code_scanner.CodeScanner()
    for piece in pieces:
        scanner.receive(piece)
    return codes(scanner)


def test_one_line_is_one_code_whatever_its_end() -> None:
    for end in (b"\r\n", b"\r", b"\n", b"\n\r"):
        assert after(b"26004711" + end + b"26004712" + end) == ["26004711", "26004712"]


def test_a_code_may_come_in_pieces_and_with_spaces() -> None:
    assert after(b"26", b"00", b"4711", b"\r") == ["26004711"]
    assert after(b" 26004711\t\r\n") == ["26004711"]


def test_what_is_no_code_is_one_wrong_line() -> None:
    for line in (
        b"2600471",
        b"260047111",
        b"2600471x",
        b"2600 4711",
        "２６００４７１１".encode(),
        b"\xff\x00",
        b"https://example.org/26004711",
    ):
        assert after(line + b"\r\n", b"26004711\r\n") == [None, "26004711"]


def test_empty_lines_are_nothing() -> None:
    assert after(b"\r\n\r\n \r\n") == []


def test_a_line_without_an_end_keeps_nothing() -> None:
    scanner = code_scanner.CodeScanner()
    for _ in range(10_000):
        scanner.receive(b"12345678")
    assert len(scanner._line) <= code_scanner.LINE_BYTES_MAX  # pyright: ignore[reportPrivateUsage]
    scanner.receive(b"26004711\r26004711\r")
    assert codes(scanner) == [None, "26004711"]


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_any_bytes_in_any_pieces_make_codes_or_wrong_lines(pieces: list[bytes]) -> None:
    assert after(*pieces) == after(b"".join(pieces))
    assert all(code is None or (len(code) == 8 and code.isascii() and code.isdigit()) for code in after(*pieces))


def test_a_scan_comes_through_a_real_port() -> None:
    async def scene() -> None:
        device = CodeScanner()
        served = PortServer(device, lambda: time.monotonic_ns() // 1_000_000)
        port = await served.start_tcp("127.0.0.1", 0)
        scanner, read = code_scanner.CodeScanner(), asyncio.Event()

        def received(data: bytes) -> None:
            scanner.receive(data)
            read.set()

        line = OpenLine(f"socket://127.0.0.1:{port}", 9_600, received)
        opened = asyncio.create_task(line.serve())
        while not read.is_set():  # the line may not be open yet: what is scanned before is lost, as on a real desk
            device.scan("26004711")
            served.moved()
            await asyncio.wait((asyncio.create_task(read.wait()),), timeout=0.05)
        assert codes(scanner)[0] == "26004711"
        opened.cancel()
        await served.stop()

    asyncio.run(asyncio.wait_for(scene(), WITHIN_S))

"""The line under a card terminal: what is not heard is said again, and no more often than the standard says."""

import pytest

from controller.devices.frames import zvt
from controller.devices.frames.zvt_messages import ACKNOWLEDGED, END_OF_DAY
from controller.devices.zvt_line import REPEATS, T1_MS, T2_MS, SerialZvtLine, TcpZvtLine

ASKED = zvt.frame(END_OF_DAY)
HEARD, AGAIN = bytes([zvt.ACK]), bytes([zvt.NAK])


def said(line: SerialZvtLine | TcpZvtLine, now_ms: int = 0) -> bytes:
    everything = b""
    while data := line.bytes_to_send(now_ms):
        everything += data
    return everything


def test_a_message_is_said_and_the_next_one_when_it_was_heard() -> None:
    line = SerialZvtLine()
    line.send(END_OF_DAY)
    line.send(ACKNOWLEDGED)
    assert line.deadline() == 0
    assert said(line) == ASKED
    assert line.receive(HEARD, 10) == []
    assert said(line, 10) == zvt.frame(ACKNOWLEDGED)


@pytest.mark.parametrize("how", ["silence", "refused"])
def test_what_nobody_hears_is_said_twice_more_and_given_up(how: str) -> None:
    line = SerialZvtLine()
    line.send(END_OF_DAY)
    now_ms, times = 0, 0
    while not line.lost:
        times += said(line, now_ms) == ASKED
        now_ms += T2_MS
        if how == "silence":
            line.tick(now_ms)
        else:
            line.receive(AGAIN, now_ms)
    assert times == 1 + REPEATS
    assert said(line, now_ms) == b""
    line.send(END_OF_DAY)
    assert said(line, now_ms) == ASKED
    assert not line.lost


def test_what_is_said_once_is_not_said_again() -> None:
    line = SerialZvtLine()
    line.send(ACKNOWLEDGED, once=True)
    assert said(line) == zvt.frame(ACKNOWLEDGED)
    line.receive(AGAIN, 5)
    line.tick(T2_MS + 5)
    assert said(line, T2_MS + 5) == b""
    assert not line.lost


def test_a_whole_message_is_heard_and_a_damaged_one_asked_for_again() -> None:
    line = SerialZvtLine()
    assert line.receive(ASKED[:7], 0) == []
    assert line.receive(ASKED[7:], 50) == [END_OF_DAY]
    assert said(line, 50) == HEARD
    assert line.receive(ASKED[:-1] + b"\x00", 60) == []
    assert said(line, 60) == AGAIN


def test_a_message_that_does_not_go_on_is_asked_for_again() -> None:
    line = SerialZvtLine()
    line.receive(ASKED[:7], 0)
    assert line.deadline() == T1_MS
    line.tick(T1_MS - 1)
    assert said(line, T1_MS - 1) == b""
    line.tick(T1_MS)
    assert said(line, T1_MS) == AGAIN
    assert line.receive(ASKED, T1_MS + 10) == [END_OF_DAY]


def test_an_answer_proves_that_the_question_was_heard() -> None:
    line = SerialZvtLine()
    line.send(END_OF_DAY)
    said(line)
    assert line.receive(zvt.frame(ACKNOWLEDGED), 20) == [ACKNOWLEDGED]
    line.tick(2 * T2_MS)
    assert said(line, 2 * T2_MS) == HEARD


def test_tcp_needs_no_answers() -> None:
    line = TcpZvtLine()
    line.send(END_OF_DAY)
    line.send(ACKNOWLEDGED)
    assert line.deadline() == 0
    assert said(line) == END_OF_DAY + ACKNOWLEDGED
    assert line.receive(END_OF_DAY[:2], 0) == []
    assert line.receive(END_OF_DAY[2:] + ACKNOWLEDGED, 0) == [END_OF_DAY, ACKNOWLEDGED]
    assert line.deadline() is None

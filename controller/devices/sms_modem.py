"""The machine's GSM modem, in a process of its own: `python -m controller.devices.sms_modem DEVICE BAUD`.

The library is blocking C code that waits up to 100 s for a network and may crash: here it can stall or end nothing but itself. The
controller's messages come on standard input, what became of them goes to standard output; when the input ends, so does the process.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import tempfile
from typing import Any

import gammu as library

from controller.devices.modem_words import (
    LINE_BYTES_MAX,
    SIGN_OF_LIFE_S,
    Answer,
    AnySaid,
    ModemSaidWrong,
    Report,
    Send,
    State,
    code_of_error,
    end_of_error,
    line_of,
    read_send,
    state_of,
    status_of,
)

gammu: Any = library  # C code without types
LISTEN_S = 0.5
PR_SET_PDEATHSIG = 1
CONFIG = """[gammu]
device = {device}
connection = at{baud}
model = at
use_locking = no
synchronizetime = no
startinfo = no
atgen_setcnmi = 2,2,0,1,0
"""
"""The last key: messages and reports are passed on as they come, so that nobody's answer is stored on the SIM card."""


class SmsModem:
    """One modem, opened at once; raises gammu.GSMError."""

    def __init__(self, device: str, baud: int) -> None:
        self._said: list[AnySaid] = []
        self._machine: Any = gammu.StateMachine()
        with tempfile.NamedTemporaryFile("w", suffix=".rc") as config:
            # Only a file sets how reports come; given as a dictionary they are not asked for.
            config.write(CONFIG.format(device=device, baud=baud))
            config.flush()
            self._machine.ReadConfig(0, 0, config.name)
        self._machine.Init()
        self._machine.SetIncomingCallback(self._incoming)
        with contextlib.suppress(gammu.GSMError):  # a modem without reports can still send
            self._machine.SetIncomingSMS(True)

    def state(self) -> State:
        """What it can do; raises gammu.GSMError when it does not answer."""
        try:
            waits_for = self._machine.GetSecurityStatus()
        except (gammu.ERR_NOSIM, gammu.ERR_SECURITYERROR):
            waits_for = "card"
        return State(state_of(waits_for, "" if waits_for is not None else str(self._machine.GetNetworkInfo()["State"])))

    def listen(self) -> list[AnySaid]:
        """Reports that have come."""
        self._machine.ReadDevice(False)
        said, self._said = self._said, []
        return said

    def send(self, asked: Send) -> Answer:
        """Send a message, all its parts; a report is asked for with the last one."""
        entry = {"ID": "ConcatenatedTextLong", "Buffer": asked.text}
        reference = 0
        try:
            parts = gammu.EncodeSMS({"Class": -1, "Unicode": asked.wide, "Entries": [entry]})
            for number, part in enumerate(parts, 1):
                part["SMSC"], part["Number"] = {"Location": 1}, f"+{asked.phone}"
                if number == len(parts):
                    part["Type"] = "Status_Report"
                reference = int(self._machine.SendSMS(part))
        except gammu.GSMError as error:
            name = type(error).__name__
            return Answer(asked.wish, end_of_error(name), code_of_error(name))
        return Answer(asked.wish, "sent", reference=reference)

    def _incoming(self, _: object, kind: str, event: dict[str, Any]) -> None:
        if kind == "SMS" and event.get("Type") == "Status_Report":
            status = status_of(int(event["DeliveryStatus"]))
            if status is not None:
                self._said.append(Report(int(event["MessageReference"]), status))


class _Asked:
    """Lines on standard input."""

    def __init__(self) -> None:
        self._bytes = b""
        self.ended = False

    def next(self, within_s: float) -> Send | None:
        """The next message within this time; raises ModemSaidWrong."""
        while b"\n" not in self._bytes:
            if not select.select([0], [], [], within_s)[0]:
                return None
            data = os.read(0, 4096)
            self._bytes += data
            if not data or len(self._bytes) > LINE_BYTES_MAX:
                self.ended = True
                return None
        line, _, self._bytes = self._bytes.partition(b"\n")
        return read_send(line)


def end_with_parent() -> None:
    """Let the kernel end this process with the controller: it would keep the modem from the next one while it waits for a network."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def say(message: AnySaid) -> None:
    """Tell the controller."""
    os.write(1, line_of(message))


def serve(device: str, baud: int) -> None:
    """Serve until the input ends or the modem fails; raises gammu.GSMError, ModemSaidWrong."""
    modem, asked = SmsModem(device, baud), _Asked()
    say(modem.state())
    quiet_s = 0.0
    while not asked.ended:
        message = asked.next(LISTEN_S)
        if message is not None:
            say(modem.send(message))
        for report in modem.listen():
            say(report)
        quiet_s = 0.0 if message is not None else quiet_s + LISTEN_S
        if message is not None or quiet_s >= SIGN_OF_LIFE_S:
            quiet_s = 0.0
            say(modem.state())


def main(arguments: list[str]) -> int:
    """0 when the controller has gone, 1 when the modem failed or talk went wrong: the controller starts the process again."""
    end_with_parent()
    device, baud = arguments
    try:
        serve(device, int(baud))
    except (gammu.GSMError, ModemSaidWrong, OSError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

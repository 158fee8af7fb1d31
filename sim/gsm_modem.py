"""A GSM modem at the end of a serial line and the network behind it: AT commands in, text messages on phones out.

Clockless: `write`, `read` and `deadline` as of any simulated line, so that a port server can serve it. It speaks what a common LTE module
speaks (3GPP TS 27.005 and 27.007): PDU mode, reports as they come (+CDS). Every choice comes from the random.Random passed in.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

import msgspec

from sim.sms_network import Text
from sim.sms_pdu import PduWrong, Submitted, read_submit, status_report

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NO_NETWORK, NETWORK_BUSY, NUMBER_WRONG, PDU_WRONG, SIM_MISSING, SIM_PIN = 331, 42, 28, 304, 310, 311
DELIVERED, GIVEN_UP = 0x00, 0x46
OK, ERROR, CTRL_Z, ESC = "OK", "ERROR", 0x1A, 0x1B
LINE_MAX = 1024


class ModemFaults(msgspec.Struct, frozen=True):
    """How often, 0.0 to 1.0, each thing happens to one message."""

    slow: float = 0.0
    refused: float = 0.0
    answer_lost: float = 0.0
    report_late: float = 0.0
    report_twice: float = 0.0
    report_lost: float = 0.0
    not_delivered: float = 0.0


class GsmModem:
    """One modem; `sent` holds every message whose last part the network took, as the phone shows it."""

    def __init__(self, random: Random, faults: ModemFaults | None = None, sim: Literal["ready", "pin", "none"] = "ready") -> None:
        self.faults = faults or ModemFaults()
        self.sim = sim
        self.network = True
        self.alive = True
        self.sent: list[Text] = []
        self.seen: list[str] = []  # every command line, without what follows a prompt
        self._random = random
        self._typed = bytearray()
        self._taking = False
        self._echo = True
        self._reports = False
        self._reference = 0
        self._parts: dict[tuple[str, int], dict[int, str]] = {}
        self._going: list[tuple[int, bytes]] = []

    # --- the line ------------------------------------------------------------------------------------------------------------------------

    def write(self, data: bytes, now_ms: int) -> None:
        """What the host sends."""
        for octet in data if self.alive else b"":
            if self._taking:
                self._message_octet(octet, now_ms)
            elif octet == ord("\r"):
                self._line_ended(now_ms)
            elif octet != ord("\n") and octet != ESC and len(self._typed) < LINE_MAX:
                self._typed.append(octet)

    def read(self, now_ms: int) -> bytes:
        """What has arrived at the host by now."""
        due = [data for at, data in self._going if at <= now_ms]
        self._going = [one for one in self._going if one[0] > now_ms]
        return b"".join(due) if self.alive else b""

    def deadline(self) -> int | None:
        """When read has something."""
        return min((at for at, _ in self._going), default=None)

    def _say(self, text: str, at_ms: int) -> None:
        self._going.append((at_ms, f"\r\n{text}\r\n".encode()))
        self._going.sort(key=lambda one: one[0])

    # --- commands ------------------------------------------------------------------------------------------------------------------------

    def _line_ended(self, now_ms: int) -> None:
        line = self._typed.decode("ascii", "replace").strip()
        if self._echo:
            self._going.append((now_ms, bytes(self._typed) + b"\r"))
        self._typed.clear()
        if not line:
            return
        self.seen.append(line)
        if line.upper().startswith("AT+CMGS="):
            self._taking = True
            self._going.append((now_ms, b"\r\n> "))
            return
        for text in self._answers(line.upper()):
            self._say(text, now_ms)

    def _answers(self, line: str) -> tuple[str, ...]:
        if line in KNOWN:
            return (*KNOWN[line], OK)
        if line in ("ATE0", "ATE1"):
            self._echo = line == "ATE1"
            return (OK,)
        if line.startswith("AT+CNMI="):
            self._reports = line.removeprefix("AT+CNMI=").split(",")[3:4] == ["1"]
            return (OK,)
        if line == "AT+CPIN?":
            known = {"ready": ("+CPIN: READY", OK), "pin": ("+CPIN: SIM PIN", OK), "none": (f"+CME ERROR: {SIM_MISSING - 300}",)}
            return known[self.sim]
        if line.startswith("AT+CPMS="):
            return ("+CPMS: 0,50,0,50,0,50", OK)
        if line in ("AT+CREG?", "AT+CGREG?"):
            state = '1,"00A1","00B2C3D4"' if self.network and self.sim == "ready" else "2"
            return (f"+{line[3:-1]}: 2,{state}", OK)
        if line == "AT+COPS?":
            return ('+COPS: 0,2,"26001"' if self.network and self.sim == "ready" else "+COPS: 0", OK)
        return (OK,) if line == "AT" or line.startswith(ACCEPTED) else (ERROR,)

    # --- messages ------------------------------------------------------------------------------------------------------------------------

    def _message_octet(self, octet: int, now_ms: int) -> None:
        if octet == ESC:
            self._typed.clear()
            self._taking = False
            self._say(OK, now_ms)
        elif octet == CTRL_Z:
            body = bytes(self._typed)
            self._typed.clear()
            self._taking = False
            self._submit(body, now_ms)
        elif len(self._typed) < LINE_MAX:
            self._typed.append(octet)

    def _submit(self, body: bytes, now_ms: int) -> None:
        faults, chance = self.faults, self._random.random
        slow, refused, lost = (chance() < each for each in (faults.slow, faults.refused, faults.answer_lost))
        after_ms = now_ms + (self._random.randrange(2_000, 8_000) if slow else self._random.randrange(5, 60))
        part, error = self._part(body, refused)
        if part is None:
            self._say(f"+CMS ERROR: {error}", after_ms)
            return
        self._reference = self._reference % 255 + 1
        self._arrived(part)
        if not lost:
            self._say(f"+CMGS: {self._reference}", after_ms)
            self._say(OK, after_ms)
        if part.report and self._reports:
            self._report(part.phone, after_ms)

    def _part(self, body: bytes, refused: bool) -> tuple[Submitted | None, int]:
        if self.sim != "ready":
            return None, SIM_MISSING if self.sim == "none" else SIM_PIN
        if not self.network:
            return None, NO_NETWORK
        try:
            part = read_submit(bytes.fromhex(body.decode("ascii")))
        except (PduWrong, ValueError):
            return None, PDU_WRONG
        if not part.phone.isdecimal() or len(part.phone) < 9:
            return None, NUMBER_WRONG
        return (None, NETWORK_BUSY) if refused else (part, 0)

    def _arrived(self, part: Submitted) -> None:
        parts = self._parts.setdefault((part.phone, part.group), {})
        parts[part.part] = part.text
        if len(parts) == part.parts:
            del self._parts[part.phone, part.group]
            self.sent.append(Text("", part.phone, "".join(parts[number] for number in sorted(parts))))

    def _report(self, phone: str, after_ms: int) -> None:
        faults, chance = self.faults, self._random.random
        late, twice, lost, failed = (
            chance() < each for each in (faults.report_late, faults.report_twice, faults.report_lost, faults.not_delivered)
        )
        at_ms = after_ms + (self._random.randrange(20_000, 90_000) if late else self._random.randrange(20, 300))
        at = START + timedelta(milliseconds=at_ms)
        pdu = status_report(self._reference, phone, at, GIVEN_UP if failed else DELIVERED)
        for again in range(0 if lost else 2 if twice else 1):
            # The length leaves out the service centre's address, here its one octet.
            self._say(f"+CDS: {len(pdu) - 1}\r\n{pdu.hex().upper()}", at_ms + 10 * again)


KNOWN: dict[str, tuple[str, ...]] = {
    "AT+CGMI": ("Quectel",),
    "AT+CGMM": ("EC21",),
    "AT+CGMR": ("EC21EFAR06A01M4G",),
    "AT+CGSN": ("861075030000000",),
    "AT+CSQ": ("+CSQ: 20,99",),
    "AT+CSCS?": ('+CSCS: "GSM"',),
    "AT+CSCS=?": ('+CSCS: ("GSM","IRA","UCS2")',),
    "AT+CGATT?": ("+CGATT: 1",),
    "AT+CSCA?": ('+CSCA: "+48601000310",145',),
    "AT+CMGF=?": ("+CMGF: (0,1)",),
    "AT+CMGF?": ("+CMGF: 0",),
    "AT+CPMS=?": ('+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")',),
    "AT+CPMS?": ('+CPMS: "ME",0,50,"ME",0,50,"ME",0,50',),
    "AT+CNMI=?": ("+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",),
    "AT+CNMI?": ("+CNMI: 0,0,0,0,0",),
    "AT+CSMS?": ("+CSMS: 0,1,1,1",),
}
ACCEPTED = (
    "AT+CMEE=", "AT+CSCS=", "AT+CMGF=0", "AT+CFUN=1", "AT+CREG=", "AT+CGREG=", "AT+CSMS=", "AT+CSMP=", "AT+COPS=3,2", "ATZ",
)  # fmt: skip
"""Settings that are taken and change nothing that a host can see."""

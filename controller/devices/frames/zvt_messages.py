"""ZVT messages: what we ask of a terminal, and what it says, in fields and in words (PA00P015; facts: payments 2, 3)."""

from collections.abc import Callable
from typing import Any

from controller.devices.frames.wrong import FrameWrong, need
from controller.devices.frames.zvt import apdu, split
from controller.devices.frames.zvt_fields import digits, fields, redacted

PLN = "0985"
CURRENCIES = {PLN: "PLN", "0978": "EUR"}
TAKEN, REFUSED = 0x8000, 0x84
PASSWORD = bytes.fromhex("123456")
"""The spec's own default; it keeps nobody out and guards nothing."""

CONFIG = 0x3E
"""Receipts (02) and administration (04) by us, intermediate status (08), our control alone (10, 20); no print lines: one commit point."""

RESULTS = {
    0x00: "approved",
    0x6C: "aborted by a key or by time",
    0x6F: "wrong currency",
    0x83: "not possible",
    0x9A: "protocol error",
    0x9C: "please wait",
    0xA0: "receiver not ready",
    0xB4: "already reversed",
    0xB5: "reversal not possible",
    0xB7: "wrong amount of a reservation",
    0xB8: "no such reservation",
    0xC2: "diagnosis required",
    0xC3: "amount too high",
    0xC5: "method not supported",
    0xDC: "card inserted",
    0xDF: "out of order",
    0xE2: "card reader faulty",
    0xF0: "end of day still open",
    0xFF: "system error",
}
HOST_RESULTS = range(0x01, 0x64)

STATUSES = {
    0x00: "please wait",
    0x01: "see the terminal",
    0x06: "PIN please",
    0x09: "declined",
    0x0A: "present the card",
    0x0C: "remove the card",
    0x0E: "please wait",
    0x17: "please wait",
}


def result_words(result: int) -> str:
    """A result code in words."""
    return f"refused by the host ({result:02x})" if result in HOST_RESULTS else RESULTS.get(result, f"result {result:02x}")


# --- what we ask -------------------------------------------------------------------------------------------------------------------------


def _money(amount: int, currency: str) -> bytes:
    need(0 < amount < 10**12, "data", "an amount is 1 to 999999999999 of the smallest unit")
    return b"\x04" + bytes.fromhex(f"{amount:012d}") + b"\x49" + bytes.fromhex(currency)


def registration(currency: str = PLN, config: int = CONFIG) -> bytes:
    """Who prints, who decides, and in which money."""
    return apdu(0x0600, PASSWORD + bytes([config]) + bytes.fromhex(currency))


def authorisation(amount: int, timeout_s: int | None = None, status_infos: int | None = None, currency: str = PLN) -> bytes:
    """Ask for money; `timeout_s` and `status_infos` are how long and how often the terminal says it has it. Raises FrameWrong."""
    waits = b"" if timeout_s is None else bytes([0x01, timeout_s])
    times = b"" if status_infos is None else bytes([0x02, status_infos])
    return apdu(0x0601, _money(amount, currency) + waits + times)


ACKNOWLEDGED = apdu(0x8000)
"""To status information this is the commit: from here on the customer is charged."""
WAIT = apdu(0x849C)
NOT_ISSUED = apdu(0x8466)
NOT_POSSIBLE = apdu(0x8483)
ABORT = apdu(0x06B0)
STATUS_ENQUIRY = apdu(0x0501, PASSWORD)
REPEAT_RECEIPT = apdu(0x0620, PASSWORD + bytes((0x03, 0x03)))
"""The last stored sale once more: status information yes, print no."""
OPEN_RESERVATIONS = apdu(0x0623, bytes.fromhex("87FFFF"))
END_OF_DAY = apdu(0x0650, PASSWORD)
DIAGNOSIS = apdu(0x0670)


def reversal(receipt: str, amount: int, currency: str = PLN) -> bytes:
    """Give the money of a stored sale back; on some terminals the last one only. Raises FrameWrong."""
    return apdu(0x0630, PASSWORD + b"\x87" + bytes.fromhex(receipt) + _money(amount, currency))


def reservation_reversal(receipt: str) -> bytes:
    """Let go of a reservation that was found open."""
    return apdu(0x0625, b"\x87" + bytes.fromhex(receipt))


# --- what is said ------------------------------------------------------------------------------------------------------------------------


def _with_password(data: bytes) -> dict[str, Any]:
    need(len(data) >= len(PASSWORD), "length", "the password is cut short")
    digits(data[: len(PASSWORD)])
    return fields(data[len(PASSWORD) :])


def _registration(data: bytes) -> dict[str, Any]:
    need(len(data) >= 4, "length", "a registration has a password and a configuration")
    digits(data[:3])
    told: dict[str, Any] = {"config": f"{data[3]:02x}"}
    rest = data[4:]
    if rest and rest[0] not in (0x03, 0x06):
        need(len(rest) >= 2, "length", "a currency is cut short")
        told["currency"], rest = rest[:2].hex(), rest[2:]
    return told | fields(rest)


def _completion(data: bytes) -> dict[str, Any]:
    """Bitmaps, or one bare octet with the terminal's status, or that octet and bitmaps."""
    if len(data) == 1:
        return {"status": f"{data[0]:02x}"}
    try:
        return fields(data)
    except FrameWrong:
        return {"status": f"{data[0]:02x}"} | fields(data[1:])


def _aborted(data: bytes) -> dict[str, Any]:
    need(len(data) >= 1, "length", "an abort names its reason")
    return {"result": f"{data[0]:02x}"} | fields(data[1:])


def _intermediate(data: bytes) -> dict[str, Any]:
    need(len(data) >= 1, "length", "an intermediate status is one octet at least")
    told: dict[str, Any] = {"status": f"{data[0]:02x}"}
    rest = data[1:]
    if rest and rest[0] != 0x06:
        told["timeout_min"], rest = rest[0], rest[1:]
    return told | fields(rest)


def _line(data: bytes) -> dict[str, Any]:
    need(len(data) >= 1, "length", "a line has an attribute")
    text, begun, rest = data[1:].partition(b"\x06")
    return {"attribute": f"{data[0]:02x}", "text_latin1": redacted(text.decode("latin-1"))} | fields(begun + rest)


def _block(data: bytes) -> dict[str, Any]:
    need(data[:1] == b"\x06", "data", "a block of text is one object")
    return fields(data)


Read = Callable[[bytes], dict[str, Any]]
COMMANDS: dict[int, tuple[str, Read]] = {
    0x0401: ("set time", fields),
    0x040D: ("input request", fields),
    0x040F: ("status information", fields),
    0x04FF: ("intermediate status", _intermediate),
    0x0501: ("status enquiry", _with_password),
    0x0600: ("registration", _registration),
    0x0601: ("authorisation", fields),
    0x0602: ("log off", fields),
    0x060F: ("completion", _completion),
    0x061E: ("abort", _aborted),
    0x0620: ("repeat receipt", _with_password),
    0x0622: ("reservation", fields),
    0x0623: ("partial reversal", fields),
    0x0624: ("booking of a reservation", fields),
    0x0625: ("reversal of a reservation", fields),
    0x0630: ("reversal", _with_password),
    0x0631: ("refund", _with_password),
    0x0650: ("end of day", _with_password),
    0x0670: ("diagnosis", fields),
    0x06B0: ("abort by us", fields),
    0x06D1: ("print line", _line),
    0x06D3: ("print text", _block),
    0x8000: ("acknowledged", fields),
}


REFUSALS = {0x66: "goods not issued", 0x9C: "please wait", 0x9D: "goods issued for another amount"}


def read_zvt(message: bytes) -> tuple[str, dict[str, Any]]:
    """The name and the fields of a message; raises FrameWrong for one that is damaged or unknown."""
    command, data = split(message)
    told: dict[str, Any] = {"class": f"{command:04x}", "data_len": len(data)}
    if command >> 8 == REFUSED:
        return REFUSALS.get(command & 0xFF, "refused"), told | {"result": f"{command & 0xFF:02x}"} | fields(data)
    known = COMMANDS.get(command)
    if known is None:
        raise FrameWrong("command", f"command {command:04x} is unknown")
    name, read = known
    return name, told | read(data)


def words(name: str, told: dict[str, Any]) -> str:
    """A message in one line for a person."""
    parts = [name]
    if "result" in told and name not in REFUSALS.values():
        parts.append(result_words(int(told["result"], 16)))
    if name == "intermediate status":
        parts.append(STATUSES.get(int(told["status"], 16), f"status {told['status']}"))
    if "amount_minor" in told:
        currency = CURRENCIES.get(told.get("currency", ""), "")
        parts.append(f"{told['amount_minor'] // 100}.{told['amount_minor'] % 100:02d} {currency}".strip())
    parts += [f"{key} {told[key]}" for key in ("receipt", "trace", "config") if key in told]
    parts += [repr(told[key]) for key in ("text", "text_latin1") if told.get(key)]
    return ", ".join(parts)

"""Frames of our own lock bus, read for people; the bytes are contracts/lock_bus.py's."""

from collections.abc import Callable
from typing import Any

from contracts import lock_bus as bus
from controller.devices.frames.wrong import FrameWrong

KINDS = {
    bus.IDENTIFY: "identify",
    bus.STATES: "states",
    bus.UNLOCK: "unlock",
    bus.STOP_ALL: "stop all",
    bus.SET_LIMITS: "set limits",
    bus.EXECUTED: "executed",
    bus.LAMPS: "lamps",
    bus.ERROR: "error",
}
RESULTS = ("started", "known", "cooling", "braked", "busy", "wrong boot", "bad channel", "bad pulse")
WISH_STATES = ("unknown", "running", "done", "stopped")
ERRORS = {bus.UNKNOWN_KIND: "unknown kind", bus.BAD_BODY: "bad body"}


def read_lock_bus(frame: bus.Frame) -> tuple[str, dict[str, Any], str]:
    """Name, fields and one line for a person; raises FrameWrong for a body that does not fit its kind."""
    reply = bool(frame.kind & bus.REPLY)
    kind = frame.kind & ~bus.REPLY
    name = KINDS.get(kind)
    if name is None:
        raise FrameWrong("command", f"kind {frame.kind:02x} is unknown")
    read = (REPLIES if reply else REQUESTS).get(kind, _nothing)
    try:
        body = read(frame.body)
    except bus.BusWrong as wrong:
        raise FrameWrong("length", f"{name}: {wrong}") from None
    side = "reply" if reply else "request"
    fields = {"dir": side, "board": frame.address, "sequence": frame.sequence, **body}
    said = ", ".join(f"{key} {value}" for key, value in body.items())
    return name, fields, f"board {frame.address}, {side} {frame.sequence}: {name}{f', {said}' if said else ''}"


def _nothing(body: bytes) -> dict[str, Any]:
    if body:
        raise bus.BusWrong("body of wrong length")
    return {}


def _channels(bits: int) -> list[int]:
    return [channel for channel in range(bus.CHANNELS_MAX) if bits >> channel & 1]


def _identity(body: bytes) -> dict[str, Any]:
    told = bus.decode_identity(body)
    firmware = ".".join(str(part) for part in told.firmware)
    return {
        "protocol": told.protocol,
        "firmware": firmware,
        "revision": chr(told.revision) if 0x20 < told.revision < 0x7F else f"{told.revision:02x}",
        "description_hash": told.description_hash.hex(),
        "unique_id": told.unique_id.hex(),
        "boot": told.boot,
        "channels": told.channels,
        "lamps": told.lamps,
    }


def _states(body: bytes) -> dict[str, Any]:
    told = bus.decode_states(body)
    return {
        "boot": told.boot,
        "rev": told.rev,
        "coil": None if told.coil == bus.NO_COIL else told.coil,
        "key": bool(told.flags & bus.FLAG_KEY),
        "closed": _channels(told.closed & told.known),
        "open": _channels(~told.closed & told.known),
        "changed": [{"channel": channel, "opens": opens, "closes": closes} for channel, opens, closes in told.changed],
    }


def _unlock(body: bytes) -> dict[str, Any]:
    told = bus.decode_unlock(body)
    return {"wish": told.wish_id.hex(), "boot": told.boot, "channel": told.channel, "pulse_ms": told.pulse_ms}


def _unlocked(body: bytes) -> dict[str, Any]:
    result, wait_ms = bus.decode_unlocked(body)
    return {"result": RESULTS[result], "wait_ms": wait_ms}


def _executed(body: bytes) -> dict[str, Any]:
    boot, state = bus.decode_executed(body)
    return {"boot": boot, "state": WISH_STATES[state]}


def _limits(body: bytes) -> dict[str, Any]:
    told = bus.decode_limits(body)
    limits = ("pulse_ms_max", "cooldown_ms", "doors_per_minute", "silence_ms")
    return {name: getattr(told, name) for name in limits}


def _lamps(body: bytes) -> dict[str, Any]:
    lit, percent = bus.decode_lamps(body)
    return {"lit": _channels(lit), "percent": percent}


def _error(body: bytes) -> dict[str, Any]:
    kind, code = bus.decode_error(body)
    return {"asked": KINDS.get(kind, f"{kind:02x}"), "error": ERRORS.get(code, f"{code}")}


REQUESTS: dict[int, Callable[[bytes], dict[str, Any]]] = {
    bus.STATES: lambda body: {"acknowledged": bus.decode_ack(body)},
    bus.UNLOCK: _unlock,
    bus.SET_LIMITS: _limits,
    bus.EXECUTED: lambda body: {"wish": bus.check_wish_id(body).hex()},
    bus.LAMPS: _lamps,
}
REPLIES: dict[int, Callable[[bytes], dict[str, Any]]] = {
    bus.IDENTIFY: _identity,
    bus.STATES: _states,
    bus.UNLOCK: _unlocked,
    bus.SET_LIMITS: _limits,
    bus.EXECUTED: _executed,
    bus.LAMPS: _lamps,
    bus.ERROR: _error,
}

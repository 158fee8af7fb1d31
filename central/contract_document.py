"""The topics as an AsyncAPI 3 document, made from the very types that read them."""

from typing import Any

import msgspec

from contracts import topics
from contracts.orders import Envelope
from contracts.topics import Ack, Answer, BlikAsked, BlikEnquiry, BlikWord, FactBatch, MachineReport, Presence

MESSAGES: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "up/facts": ("receive", FactBatch),
    "up/state": ("receive", MachineReport),
    "up/presence": ("receive", Presence),
    "up/answers": ("receive", Answer),
    "up/blik": ("receive", BlikAsked),
    "up/enquiries": ("receive", BlikEnquiry),
    "down/ack": ("send", Ack),
    "down/orders": ("send", Envelope),
    "down/blik": ("send", BlikWord),
}
RETAINED = frozenset({"up/state", "up/presence"})


def document() -> dict[str, Any]:
    """The whole document; the same at every call."""
    schemas, components = msgspec.json.schema_components(
        [kind for _, kind in MESSAGES.values()], ref_template="#/components/schemas/{name}"
    )
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for (path, (action, kind)), schema in zip(MESSAGES.items(), schemas, strict=True):
        name = path.replace("/", "_")
        messages[kind.__name__] = {"contentType": "application/json", "summary": _summary(kind), "payload": schema}
        channels[name] = {
            "address": f"{topics.PREFIX}/{{machine}}/{path}",
            "parameters": {"machine": {"description": "Id of the machine, a-z, 0-9 and -."}},
            "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"}},
        }
        bindings = {"mqtt": {"qos": topics.qos(path), "retain": path in RETAINED, "bindingVersion": "0.2.0"}}
        operations[name] = {"action": action, "channel": {"$ref": f"#/channels/{name}"}, "bindings": bindings}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Kiosk machines and their centre", "version": "1", "description": "Seen from the centre. See docs/messages.md."},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": components},
    }


def _summary(kind: type[msgspec.Struct]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]

"""The broker between machines and centre: where it is, and how one proves who one is. What speaks to it is broker_link.py."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.addresses import HostName
from contracts.small_files import read_small

Line = Annotated[str, Meta(max_length=300)]


class LinkWrong(OSError):
    """The broker of the settings cannot be used: a certificate or password file cannot be read."""


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `mqtt`; `password` and what follows are files, with `ca` the connection is TLS. `version` 5, or 3 for 3.1.1."""

    host: HostName = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 1883
    version: Literal[3, 5] = 5
    user: Line = ""
    password: Line = ""
    ca: Line = ""
    certificate: Line = ""
    key: Line = ""
    keepalive_s: Annotated[int, Meta(ge=5, le=1200)] = 30

    def __post_init__(self) -> None:
        # Left out by mistake these would be ignored, and the connection would be less than its owner believes.
        for key, needs in (("certificate", "ca"), ("key", "certificate"), ("password", "user")):
            if getattr(self, key) and not getattr(self, needs):
                raise ValueError(f"mqtt.{key}: needs mqtt.{needs}")


class Proof:
    """What is shown to the broker and asked of it, read once."""

    __slots__ = ("password", "tls")

    def __init__(self, broker: BrokerSettings, folder: Path) -> None:
        """Files are relative to `folder`; raises LinkWrong."""
        self.tls = _tls(broker, folder)
        with _named("password", broker.password):
            self.password = read_small(folder / broker.password).strip() if broker.password else None


def _tls(broker: BrokerSettings, folder: Path) -> ssl.SSLContext | None:
    if not broker.ca:
        return None
    with _named("ca", broker.ca):
        context = ssl.create_default_context(cafile=str(folder / broker.ca))
    if broker.certificate:
        key = str(folder / broker.key) if broker.key else None
        with _named("certificate", broker.certificate):
            context.load_cert_chain(str(folder / broker.certificate), key, password=b"")  # an encrypted key is an error, not a question
    return context


@contextmanager
def _named(setting: str, file: str) -> Generator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise LinkWrong(f"mqtt.{setting}: {file} cannot be used ({type(error).__name__})") from None

"""Host names, origins and URLs as settings may name them: what is none is refused when it is read, not when it is used."""

import re
from typing import Annotated

from msgspec import Meta

_LABELS = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63}){0,20}"
_COLONS = r"(?=[^:]*:)[0-9A-Fa-f:.]{2,45}"
_BRACKETED = r"\[[0-9A-Fa-f:.]{2,45}\]"
_PORT = r"(?::[0-9]{1,5})?"

HostName = Annotated[str, Meta(pattern=rf"^(?:{_LABELS}|{_COLONS})\Z", max_length=200)]
"""A host name or an address, without brackets."""

Origin = Annotated[str, Meta(pattern=rf"^(?:'self'|https?://(?:{_LABELS}|{_BRACKETED}){_PORT})\Z", max_length=200)]
"""An origin as a Content-Security-Policy names it."""

HttpUrl = Annotated[str, Meta(pattern=rf"^(?:https?://(?:{_LABELS}|{_BRACKETED}){_PORT}(?:/[!-~]*)?)?\Z", max_length=200)]
"""An http or https URL, or nothing."""

_HOST_NAME = re.compile(rf"(?:{_LABELS}|{_COLONS})")


def is_host_name(text: str) -> bool:
    """Whether this names a host."""
    return _HOST_NAME.fullmatch(text) is not None

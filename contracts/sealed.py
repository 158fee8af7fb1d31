"""A text message sealed by the centre for one machine: phone and text under a key that both derive from the machine's PIN key.

AES-GCM, bound to machine and idx: it opens at no other machine and as no other message.
"""

import base64
import re

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DOMAIN = b"kiosk-sms-v1/"
NONCE_BYTES = 12
TAG_BYTES = 16
PHONE = re.compile(r"[1-9][0-9]{7,14}")
TEXT_MAX = 306
"""Signs: two parts of the shorter alphabet, four of the longer, and more than any of our texts has."""
TEXT_BYTES_MAX = 4 * TEXT_MAX + 2
"""As JSON with its quotes; with more a sealed message would not fit into an order."""


class SealedWrong(ValueError):
    """A sealed message does not open here or holds no message; the text holds no content."""


class Letter:
    """One text message: phone with country code, digits only, and text; `wide` when the GSM alphabet does not hold it.

    It is personal and may hold a PIN, so it has no repr.
    """

    __slots__ = ("phone", "text", "wide")

    def __init__(self, phone: str, text: str, wide: bool = False) -> None:
        """Raises SealedWrong."""
        if not PHONE.fullmatch(phone):
            raise SealedWrong("letter: the phone is no number with country code")
        if not 0 < len(text) <= TEXT_MAX or _bytes(text) > TEXT_BYTES_MAX:
            raise SealedWrong(f"letter: the text has not 1 to {TEXT_MAX} signs")
        self.phone = phone
        self.text = text
        self.wide = wide

    def __repr__(self) -> str:
        return "Letter(…)"


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phone: str
    text: str
    wide: bool = False


def seal_letter(pin_key: bytes, machine: str, idx: str, letter: Letter, nonce: bytes) -> str:
    """The sealed message as base64url without padding; `nonce` are 12 bytes that never come twice under one key."""
    content = msgspec.json.encode(_Content(letter.phone, letter.text, letter.wide))
    sealed = nonce + AESGCM(_key(pin_key, machine)).encrypt(nonce, content, _bound(machine, idx))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_letter(pin_key: bytes, machine: str, idx: str, sealed: str) -> Letter:
    """What was sealed for this machine under this idx; raises SealedWrong."""
    try:
        data = base64.b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SealedWrong("letter: is not base64url") from None
    if len(data) < NONCE_BYTES + TAG_BYTES:
        raise SealedWrong("letter: is too short")
    try:
        content = AESGCM(_key(pin_key, machine)).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _bound(machine, idx))
        read = msgspec.json.decode(content, type=_Content)
    except InvalidTag:
        raise SealedWrong("letter: was not sealed for this machine and idx") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SealedWrong("letter: holds no message") from None
    return Letter(read.phone, read.text, read.wide)


def _bytes(text: str) -> int:
    try:
        return len(msgspec.json.encode(text))
    except UnicodeEncodeError:
        raise SealedWrong("letter: the text holds half a sign") from None


def _key(pin_key: bytes, machine: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=DOMAIN + machine.encode()).derive(pin_key)


def _bound(machine: str, idx: str) -> bytes:
    return f"{machine}/{idx}".encode()

"""What centre and machine seal for each other, under keys that both derive from the machine's PIN key: text messages and BLIK codes.

AES-GCM, bound to machine and idx or attempt: it opens at no other machine and as nothing else.
"""

import base64
import re

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DOMAIN = b"kiosk-sms-v1/"
BLIK_DOMAIN = b"kiosk-blik-v1/"
BLIK_CODE = re.compile(rb"[0-9]{6}")
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
    return _seal(_key(pin_key, machine, DOMAIN), machine, idx, content, nonce)


def open_letter(pin_key: bytes, machine: str, idx: str, sealed: str) -> Letter:
    """What was sealed for this machine under this idx; raises SealedWrong."""
    content = _open(_key(pin_key, machine, DOMAIN), machine, idx, sealed, "letter")
    try:
        read = msgspec.json.decode(content, type=_Content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SealedWrong("letter: holds no message") from None
    return Letter(read.phone, read.text, read.wide)


def seal_code(pin_key: bytes, machine: str, attempt: str, code: str, nonce: bytes) -> str:
    """The six digits of a BLIK code for the centre, as base64url without padding; `nonce` are 12 bytes that never come twice."""
    return _seal(_key(pin_key, machine, BLIK_DOMAIN), machine, attempt, code.encode(), nonce)


def open_code(pin_key: bytes, machine: str, attempt: str, sealed: str) -> str:
    """The code that this machine sealed for this attempt; raises SealedWrong."""
    code = _open(_key(pin_key, machine, BLIK_DOMAIN), machine, attempt, sealed, "code")
    if not BLIK_CODE.fullmatch(code):
        raise SealedWrong("code: has not six digits")
    return code.decode()


def _seal(key: bytes, machine: str, name: str, content: bytes, nonce: bytes) -> str:
    sealed = nonce + AESGCM(key).encrypt(nonce, content, _bound(machine, name))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _open(key: bytes, machine: str, name: str, sealed: str, what: str) -> bytes:
    try:
        data = base64.b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SealedWrong(f"{what}: is not base64url") from None
    if len(data) < NONCE_BYTES + TAG_BYTES:
        raise SealedWrong(f"{what}: is too short")
    try:
        return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _bound(machine, name))
    except InvalidTag:
        raise SealedWrong(f"{what}: was not sealed for this machine and {'idx' if what == 'letter' else 'attempt'}") from None


def _bytes(text: str) -> int:
    try:
        return len(msgspec.json.encode(text))
    except UnicodeEncodeError:
        raise SealedWrong("letter: the text holds half a sign") from None


def _key(pin_key: bytes, machine: str, domain: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=domain + machine.encode()).derive(pin_key)


def _bound(machine: str, idx: str) -> bytes:
    return f"{machine}/{idx}".encode()

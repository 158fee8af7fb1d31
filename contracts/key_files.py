"""Key files that machine and centre both read: 32 bytes as one line of base64url."""

import base64
import os
from pathlib import Path

from contracts.small_files import read_small

KEY_BYTES = 32


class KeysWrong(ValueError):
    """A key file is missing, readable by others or not a key; names the file, never its content."""


def read_key(path: Path, *, public: bool = False) -> bytes:
    """The key in a file; a private one must be readable by its owner only. Raises KeysWrong."""
    try:
        if not public and path.stat().st_mode & 0o077:
            raise KeysWrong(f"{path}: must be readable by its owner only (chmod 600)")
        text = read_small(path).strip()
    except OSError as error:
        raise KeysWrong(f"{path}: cannot be read ({type(error).__name__})") from None
    except UnicodeDecodeError:
        raise KeysWrong(f"{path}: is not a key") from None
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise KeysWrong(f"{path}: is not a key") from None
    if len(key) != KEY_BYTES:
        raise KeysWrong(f"{path}: is not a key of {KEY_BYTES} bytes")
    return key


def write_key(path: Path, key: bytes, *, public: bool = False) -> None:
    """A new key file; a private one is readable by its owner only. Raises FileExistsError: a key is never overwritten."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644 if public else 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(base64.urlsafe_b64encode(key).decode().rstrip("=") + "\n")

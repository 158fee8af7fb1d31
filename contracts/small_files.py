"""Files that people write and a program reads whole: settings, keys, passwords. Reading never waits and never fills the memory."""

import stat
from pathlib import Path

BYTES_MAX = 1_048_576


class NoRegularFile(OSError):
    """A folder, device or pipe where a file should be."""


class FileTooLong(OSError):
    """A file of more than a megabyte."""


def read_small(path: Path) -> str:
    """The text of a regular file, UTF-8; raises OSError or UnicodeDecodeError."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise NoRegularFile(path)
    if found.st_size > BYTES_MAX:
        raise FileTooLong(path)
    return path.read_text("utf-8")

"""What is no small regular file is named and never read: no waiting for a pipe, no endless device."""

import os
from pathlib import Path

import pytest

from contracts.key_files import KeysWrong, read_key
from contracts.small_files import BYTES_MAX, FileTooLong, NoRegularFile, read_small


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "name with blank"
    path.write_text("zażółć\n" * 3, "utf-8")
    assert read_small(path) == "zażółć\n" * 3


def test_folders_devices_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, Path("/dev/zero"), pipe):
        with pytest.raises(NoRegularFile):
            read_small(path)
    with pytest.raises(KeysWrong, match="NoRegularFile"):
        read_key(pipe, public=True)


def test_a_long_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"a" * (BYTES_MAX + 1))
    with pytest.raises(FileTooLong):
        read_small(path)
    path.write_bytes(b"a" * BYTES_MAX)
    assert len(read_small(path)) == BYTES_MAX


@pytest.mark.parametrize("content", [b"\xff\xfe", "ключ".encode(), b"", b"AAAA", b"A" * 43 + b"\x00"])
def test_what_is_no_key_is_named_without_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeysWrong) as wrong:
        read_key(path)
    assert str(wrong.value).startswith(f"{path}: ")
    assert "AAAA" not in str(wrong.value)

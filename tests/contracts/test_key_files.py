"""Key files: 32 bytes that only their owner can read, or a named error that names the file and nothing in it."""

import base64
import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.key_files import KEY_BYTES, KeysWrong, read_key

KEY = bytes(range(KEY_BYTES))
TEXT = base64.urlsafe_b64encode(KEY)


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", [TEXT, TEXT.rstrip(b"="), TEXT + b"\n"])
def test_a_key_is_read(tmp_path: Path, content: bytes) -> None:
    assert read_key(written(tmp_path / "pin.key", content)) == KEY


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602])
def test_a_private_key_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "pin.key", TEXT, mode)
    with pytest.raises(KeysWrong, match="readable by its owner only"):
        read_key(path)
    assert read_key(path, public=True) == KEY


@pytest.mark.parametrize("content", [b"", b"geheim482913", TEXT[:-6], TEXT + TEXT, TEXT + b"!", b"\xff" * 43, TEXT[:9] + b"\n" + TEXT[9:]])
def test_what_is_no_key_is_named_and_not_told(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "pin.key", content)
    with pytest.raises(KeysWrong) as wrong:
        read_key(path)
    assert str(wrong.value).startswith(f"{path}: is not a key")
    assert "geheim" not in str(wrong.value)


@pytest.mark.parametrize("public", [True, False])
def test_a_missing_file_is_named(tmp_path: Path, public: bool) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(KeysWrong) as wrong:
            read_key(path, public=public)
        assert str(wrong.value).startswith(f"{path}: ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=80))
def test_any_content_is_a_key_or_the_named_error(tmp_path: Path, content: bytes) -> None:
    with contextlib.suppress(KeysWrong):
        assert len(read_key(written(tmp_path / "key", content))) == KEY_BYTES

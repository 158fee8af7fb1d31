"""Names of hosts, origins and URLs: what would only fail at use, or end a header early, is refused at once."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.addresses import HostName, HttpUrl, Origin, is_host_name


def fits(value: str, kind: object) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "broker.example.org", "my_host", "a-b.c", "0.0.0.0", "::"])
def test_hosts(host: str) -> None:
    assert fits(host, HostName)
    assert is_host_name(host)


@pytest.mark.parametrize(
    "host", ["", "a..b", ".a", "a b", "a\n", "a\x00", "x" * 64 + "y", "http://a", "a/b", "zażółć", "-a", "a;b", "[::1]"]
)
def test_no_hosts(host: str) -> None:
    assert not fits(host, HostName)
    assert not is_host_name(host)


@pytest.mark.parametrize("origin", ["'self'", "http://127.0.0.1:8080", "https://city.example", "http://[::1]:80"])
def test_origins(origin: str) -> None:
    assert fits(origin, Origin)


@pytest.mark.parametrize(
    "origin", ["", "*", "http://x; script-src *", "http://x\r\nX-Y: 1", "http://x/", "ftp://x", "http://ż", "http://x:1\n"]
)
def test_no_origins(origin: str) -> None:
    assert not fits(origin, Origin)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9", "https://sms.example/v1/send?x=1", "http://[::1]:9/a"])
def test_urls(url: str) -> None:
    assert fits(url, HttpUrl)


@pytest.mark.parametrize("url", ["x", "http://", "http://a:b", "file:///etc", "http://a b", "https://a/ b", "http://a\n"])
def test_no_urls(url: str) -> None:
    assert not fits(url, HttpUrl)


@given(st.text(max_size=40))
def test_whatever_fits_is_safe_in_a_header(text: str) -> None:
    for kind in (HostName, Origin, HttpUrl):
        if fits(text, kind):
            assert text.isascii()
            assert text.isprintable()
            assert ";" not in text or kind is HttpUrl

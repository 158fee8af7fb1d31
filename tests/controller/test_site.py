"""The site file: every key with its range, an unknown one named with its nearest."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.key_files import KeysWrong, read_key
from contracts.typed_toml import parse_toml
from controller.__main__ import main
from controller.randomness import SystemRandomness
from controller.site import Site, SiteWrong, make_seal, read_order_keys, read_site, read_vault_keys

LEAST = 'machine = "urzedomat-gronowa-1"\nnumber = "U-01"\nplace = "ul. Gronowa 22a"\nbus = { port = "/dev/ttyAMA0" }\n'


def parsed(text: str) -> Site:
    return parse_toml(text, "site.toml", Site, SiteWrong)[0]


def test_the_least_there_can_be() -> None:
    site = parsed(LEAST)
    settings = site.settings()
    assert (settings.machine, settings.number, settings.place) == ("urzedomat-gronowa-1", "U-01", "ul. Gronowa 22a")
    assert (site.mqtt.version, site.kiosk.host, site.data, site.keys.orders) == (5, "127.0.0.1", "data", ("keys/order.pub",))
    assert len(settings.cabinet.compartments()) == 24
    assert settings.policy.pauses_ms == (60_000, 300_000, 900_000, 3_600_000)
    assert settings.idle_ms == 60_000


def test_everything_can_be_said() -> None:
    site = parsed(
        LEAST + 'data = "/var/lib/kiosk"\n[mqtt]\nversion = 3\nhost = "broker"\nport = 8883\nkeepalive_s = 60\n[locker]\ntries = 3\n'
        'pauses_s = [10]\nidle_s = 30\n[clock]\nnot_before = 2026-06-01T00:00:00Z\n[city]\ntimezone = "Europe/Berlin"\n'
    )
    assert parsed(LEAST + '[scanner]\nport = "/dev/ttyUSB3"\n').scanner.port == "/dev/ttyUSB3"
    assert site.scanner.port == ""
    assert site.clock.not_before == datetime(2026, 6, 1, tzinfo=UTC)
    assert site.settings().policy.tries == 3
    assert site.settings().time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("nubmer = 1", "unknown key nubmer, nearest known key is number"),
        ("[mqtt]\nprot = 1", "unknown key mqtt.prot, nearest known key is port"),
        ("[locker]\nidle = 1", "unknown key locker.idle, nearest known key is idle_s"),
        ("[mqtt]\nversion = 4", "mqtt.version"),
        ("[mqtt]\nport = 0", "mqtt.port"),
        ("[mqtt]\nkeepalive_s = 4", "mqtt.keepalive_s"),
        ("[kiosk]\nport = 65536", "kiosk.port"),
        ("[locker]\ntries = 0", "locker.tries"),
        ("[locker]\npauses_s = []", "locker.pauses_s"),
        ("[locker]\npauses_s = [0]", "locker.pauses_s"),
        ("[locker]\nidle_s = 29", "locker.idle_s"),
        ("[keys]\norders = []", "keys.orders"),
        ('[city]\ntimezone = "Europe/Gronowa"', "city.timezone: is not a known time zone"),
        ("[clock]\nnot_before = 2026-01-01T00:00:00", "clock.not_before: needs an offset"),
        ('hardware = "../urzedomat_24"', "hardware"),
    ],
)
def test_what_is_out_of_range_is_named(more: str, said: str) -> None:
    with pytest.raises(SiteWrong) as refused:
        parsed(LEAST + more + "\n")
    assert str(refused.value).startswith("site.toml: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("key", ["machine", "number", "place", "bus"])
def test_what_must_be_said_is_missed_by_name(key: str) -> None:
    lines = [line for line in LEAST.splitlines() if not line.startswith(key)]
    with pytest.raises(SiteWrong, match=key):
        parsed("\n".join(lines))


@pytest.mark.parametrize("machine", ["", "a", "Urzedomat", "u_1", "u/1", "u+", "#", "-u", "u" * 49, "ż1"])
def test_a_machine_that_is_no_topic_level(machine: str) -> None:
    with pytest.raises(SiteWrong, match="machine"):
        parsed(LEAST.replace("urzedomat-gronowa-1", machine))


@given(st.text(max_size=200))
def test_any_text_is_a_site_or_a_named_error(text: str) -> None:
    with suppress(SiteWrong):
        parsed(text)


values = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 70_000), st.text("abc-/. ", max_size=8).map(lambda text: f'"{text}"')),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(
    ("machine", "number", "bus", "mqtt", "kiosk.port", "mqtt.version", "locker.tries", "keys.orders", "clock", "cty.name")
)


@given(st.dictionaries(keys, values, max_size=5))
def test_any_values_are_a_site_or_a_named_error(changes: dict[str, object]) -> None:
    lines = [f"{key} = {str(value).replace(chr(39), '').lower()}" for key, value in changes.items()]
    with suppress(SiteWrong):
        parsed("\n".join((*lines, LEAST)))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SiteWrong, match="cannot be read"):
        read_site(tmp_path / "site.toml")
    with pytest.raises(KeysWrong, match=r"keys/pin\.key: cannot be read"):
        read_vault_keys(parsed(LEAST), tmp_path)
    with pytest.raises(KeysWrong, match=r"keys/order\.pub: cannot be read"):
        read_order_keys(parsed(LEAST), tmp_path)


def test_the_seal_is_made_on_the_machine_once_and_only_for_its_owner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, seal = tmp_path / "site.toml", tmp_path / "keys" / "seal.key"
    path.write_text(LEAST, "utf-8")
    assert main(["keys", str(path)]) == 0
    assert capsys.readouterr().out == f"{seal}\n"
    assert seal.stat().st_mode & 0o777 == 0o600
    made = read_key(seal)
    assert main(["keys", str(path)]) == 0
    assert (capsys.readouterr().out, read_key(seal)) == ("", made)


def test_a_seal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(KeysWrong, match=r"keys/seal\.key: cannot be written"):
        make_seal(parsed(LEAST), tmp_path, SystemRandomness())


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"machine = \xff")
    with pytest.raises(SiteWrong, match="cannot be read"):
        read_site(tmp_path / "site.toml")

"""The site file: every key with its range, an unknown one named with its nearest."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts.board_descriptions import DescriptionWrong
from contracts.key_files import KeysWrong, read_key
from contracts.typed_toml import parse_toml
from controller.__main__ import main
from controller.locker.pins import PinPolicy
from controller.randomness import SystemRandomness
from controller.settings import HotlineHours
from controller.site import Site, SiteWrong, make_keys, read_order_keys, read_receipt_signer, read_site, read_vault_keys
from tests.contracts.layouts import LAYOUT

LEAST = 'machine = "urzedomat-gronowa-1"\nnumber = "U-01"\nplace = "ul. Gronowa 22a"\nbus = { port = "/dev/ttyAMA0" }\n'


def parsed(text: str) -> Site:
    return parse_toml(text, "site.toml", Site, SiteWrong)[0]


def test_the_least_there_can_be() -> None:
    site = parsed(LEAST)
    settings = site.settings(Path())
    assert (settings.machine, settings.number, settings.place) == ("urzedomat-gronowa-1", "U-01", "ul. Gronowa 22a")
    assert (site.mqtt.version, site.kiosk.host, site.data, site.keys.orders) == (5, "127.0.0.1", "data", ("keys/order.pub",))
    assert len(settings.cabinet.compartments()) == 24
    assert settings.policy == PinPolicy("stepup", 900, 20, "Europe/Warsaw")
    assert (settings.domain, settings.office, settings.hours) == ("", "ul. Gronowa 22a", HotlineHours((1, 5), 450, 1_200))
    assert settings.idle_ms == 60_000
    assert (site.city.line, site.city.accent) == ("horizon", "")


def test_everything_can_be_said() -> None:
    site = parsed(
        LEAST + 'data = "/var/lib/kiosk"\n[mqtt]\nversion = 3\nhost = "broker"\nport = 8883\nkeepalive_s = 60\n[locker]\nauth = "pin"\n'
        'guesses_a_day = 500\ntries_max = 10\nidle_s = 30\n[clock]\nnot_before = 2026-06-01T00:00:00Z\n[city]\ntimezone = "Europe/Berlin"\n'
        'domain = "urzad.example"\noffice = "Rynek 1"\nhotline_hours = { days = [1, 7], from = "0:00", until = "24:00" }\n'
    )
    assert parsed(LEAST + '[scanner]\nport = "/dev/ttyUSB3"\n').scanner.port == "/dev/ttyUSB3"
    assert site.scanner.port == ""
    assert site.clock.not_before == datetime(2026, 6, 1, tzinfo=UTC)
    settings = site.settings(Path())
    assert settings.policy == PinPolicy("pin", 500, 10, "Europe/Berlin")
    assert (settings.domain, settings.hours) == ("urzad.example", HotlineHours())
    assert settings.time_zone == "Europe/Berlin"


def test_a_modem_needs_a_cabinet_that_has_one() -> None:
    modem = '[modem]\nport = "/dev/ttyUSB2"\n'
    assert parsed(LEAST + modem).settings(Path()).modem
    assert not parsed(LEAST).settings(Path()).modem
    with pytest.raises(DescriptionWrong, match="modem: is missing"):
        parsed(LEAST + 'hardware = "urzedomat_93"\n' + modem).settings(Path())


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
        ('[modem]\nport = "ttyUSB2"', "modem.port"),
        ('[modem]\nport = "/dev/tty\\nconnection = at9600"', "modem.port"),
        ('[modem]\nport = "/dev/ttyUSB2\\n"', "modem.port"),
        ("[locker]\ntries_max = 0", "locker.tries_max"),
        ("[locker]\nguesses_a_day = 0", "locker.guesses_a_day"),
        ('[locker]\nauth = "none"', "locker.auth"),
        ('[city]\nline = "goats"', "city.line"),
        ('[city]\naccent = "blue"', "city.accent"),
        ('[city]\naccent = "#5A1E64\\n"', "city.accent"),
        ('[city]\naccent = "#8CC4FF"', "city.accent: #8CC4FF has 1.6:1 to ground (#F6F4EE), and 7:1 is the least"),
        ('[city]\ndomain = "https://urzad.example"', "city.domain"),
        ('[city]\ndomain = "a-domain-of-21-letters"', "city.domain"),
        ('[city]\ndomain = "urzad.example\\n"', "city.domain"),
        ('[city]\ndomain = "\\n"', "city.domain"),
        ('[city]\nhotline_hours = { from = "7:30\\n" }', "city.hotline_hours.from"),
        ('hardware = "urzedomat_24\\n"', "hardware"),
        ('[city]\nhotline_hours = { from = "7.30" }', "city.hotline_hours.from"),
        ('[city]\nhotline_hours = { from = "21:00" }', "hotline_hours: end before they begin"),
        ("[city]\nhotline_hours = { days = [5, 1] }", "hotline_hours: end before they begin"),
        ("[city]\nhotline_hours = { days = [0, 1] }", "city.hotline_hours.days"),
        ("[locker]\nidle_s = 29", "locker.idle_s"),
        ("[keys]\norders = []", "keys.orders"),
        ('[city]\ntimezone = "Europe/Gronowa"', "city.timezone: is not a known time zone"),
        ("[clock]\nnot_before = 2026-01-01T00:00:00", "clock.not_before: needs an offset"),
        ('hardware = "../urzedomat_24"', "hardware"),
        ('hardware = "Urzedomat 24"', "hardware"),
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
    (
        "machine",
        "number",
        "bus",
        "mqtt",
        "kiosk.port",
        "mqtt.version",
        "locker.tries_max",
        "city.domain",
        "city.hotline_hours.from",
        "keys.orders",
        "clock",
        "cty.name",
    )
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


def test_the_machines_own_keys_are_made_on_the_machine_once_and_only_for_its_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, seal = tmp_path / "site.toml", tmp_path / "keys" / "seal.key"
    path.write_text(LEAST, "utf-8")
    assert main(["keys", str(path)]) == 0
    receipt = tmp_path / "keys" / "receipt.key"
    assert capsys.readouterr().out == f"{seal}\n{receipt}\n{receipt.with_suffix('.pub')}\n"
    assert receipt.stat().st_mode & 0o777 == 0o600
    public = Ed25519PrivateKey.from_private_bytes(read_key(receipt)).public_key().public_bytes_raw()
    assert read_key(receipt.with_suffix(".pub"), public=True) == public
    assert seal.stat().st_mode & 0o777 == 0o600
    made = read_key(seal)
    assert main(["keys", str(path)]) == 0
    assert (capsys.readouterr().out, read_key(seal)) == ("", made)


def test_a_seal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(KeysWrong, match=r"keys/seal\.key: cannot be written"):
        make_keys(parsed(LEAST), tmp_path, SystemRandomness())


def test_receipts_need_a_key_only_where_they_are_given(tmp_path: Path) -> None:
    assert read_receipt_signer(parsed(LEAST), tmp_path) is None
    site = parsed(LEAST + '[city]\ndomain = "urzad.example"\n')
    with pytest.raises(KeysWrong, match=r"keys/receipt\.key: cannot be read"):
        read_receipt_signer(site, tmp_path)
    make_keys(site, tmp_path, SystemRandomness())
    assert repr(read_receipt_signer(site, tmp_path)) == "ReceiptSigner(…)"


@pytest.mark.parametrize(
    ("locker", "chance"), [("guesses_a_day = 1000\ntries_max = 1000", "0.10%"), ("guesses_a_day = 5000\ntries_max = 50", "0.12%")]
)
def test_a_site_that_makes_guessing_worth_while_is_refused_by_its_keys(locker: str, chance: str) -> None:
    with pytest.raises(SiteWrong) as refused:
        parsed(f"{LEAST}[locker]\n{locker}\n").settings(Path())
    assert str(refused.value).startswith("locker.guesses_a_day, locker.tries_max: a stranger opens a door by guessing")
    assert chance in str(refused.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"machine = \xff")
    with pytest.raises(SiteWrong, match="cannot be read"):
        read_site(tmp_path / "site.toml")


def test_a_cabinet_of_the_citys_own_is_one_file_beside_the_site(tmp_path: Path) -> None:
    (tmp_path / "our_31.toml").write_text(LAYOUT, "utf-8")
    site = parsed(LEAST + 'hardware = "our_31.toml"\n')
    assert len(site.settings(tmp_path).cabinet.compartments()) == 31
    assert parsed(LEAST + f'hardware = "{tmp_path}/our_31.toml"\n').settings(Path("/")).cabinet == site.settings(tmp_path).cabinet
    with pytest.raises(DescriptionWrong, match=r"our_31\.toml: cannot be read"):
        site.settings(tmp_path / "elsewhere")


def test_the_large_cabinets_are_chosen_by_name() -> None:
    for name, doors in (("urzedomat_93", 93), ("urzedomat_192", 192)):
        assert len(parsed(LEAST + f'hardware = "{name}"\n').settings(Path()).cabinet.compartments()) == doors

"""What both ends must know of their broker: ranges, and one named error for a file that cannot be used."""

from pathlib import Path

import msgspec
import pytest

from contracts.broker import BrokerSettings, LinkWrong, Proof


@pytest.mark.parametrize(
    "said", [{"host": ""}, {"port": 0}, {"port": 65536}, {"version": 4}, {"keepalive_s": 4}, {"keepalive_s": 1201}, {"prot": 1}]
)
def test_what_is_out_of_range(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, BrokerSettings)


def test_nothing_to_prove(tmp_path: Path) -> None:
    proof = Proof(BrokerSettings(user="machine-1"), tmp_path)
    assert (proof.tls, proof.password) == (None, None)


def test_a_password_is_its_file_without_the_end_of_line(tmp_path: Path) -> None:
    (tmp_path / "broker.password").write_text("open sesame\n", "ascii")
    proof = Proof(BrokerSettings(user="u", password="broker.password"), tmp_path)
    assert proof.password == "open sesame"
    assert "sesame" not in repr(proof)


@pytest.mark.parametrize("settings", [BrokerSettings(user="u", password="broker.password"), BrokerSettings(ca="ca.crt")])
def test_files_that_are_not_there(settings: BrokerSettings, tmp_path: Path) -> None:
    with pytest.raises(LinkWrong, match=r"^mqtt\.(ca: ca\.crt|password: broker\.password) cannot be used \(FileNotFoundError\)$"):
        Proof(settings, tmp_path)


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("-----BEGIN CERTIFICATE-----\nnothing\n", "ascii")
    with pytest.raises(LinkWrong):
        Proof(BrokerSettings(ca="ca.crt"), tmp_path)


def test_a_password_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(LinkWrong):
        Proof(BrokerSettings(user="u", password="password"), tmp_path)


@pytest.mark.parametrize(
    ("said", "needs"),
    [
        ({"certificate": "a.crt"}, "mqtt.certificate: needs mqtt.ca"),
        ({"ca": "ca.crt", "key": "a.key"}, "mqtt.key: needs mqtt.certificate"),
        ({"password": "p"}, "mqtt.password: needs mqtt.user"),
    ],
)
def test_what_would_be_ignored_is_refused(said: dict[str, object], needs: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=needs):
        msgspec.convert(said, BrokerSettings)

"""The programs accept the settings that the street writes, whatever a visitor wishes."""

import itertools
from pathlib import Path
from typing import get_args

import pytest

from central.settings import read_settings
from contracts.descriptions import read_locker
from controller.site import read_site
from sim.street.places import HEADPHONE_GPIO, MACHINE, Places, Ports, furnish, wipe
from sim.street.settings_files import Auth, Theme, Wished, centre_text, site_text

PORTS = Ports(8091, 8092, 8093, 8094, 8095, 8096, 8097)


@pytest.mark.parametrize("wished", [Wished(*one) for one in itertools.product(get_args(Theme), get_args(Auth), (False, True))])
def test_the_machine_accepts_its_settings(tmp_path: Path, wished: Wished) -> None:
    places = Places(tmp_path, "127.0.0.1", PORTS)
    places.site.write_text(site_text(places, wished), "utf-8")
    site = read_site(places.site)
    assert (site.kiosk.theme, site.locker.auth, site.scanner.port) == (wished.theme, wished.auth, "socket://127.0.0.1:8097")
    assert (site.kiosk.quiet_from == 0) == wished.quiet


def test_both_programs_find_all_that_their_settings_name(tmp_path: Path) -> None:
    places = Places(tmp_path, "127.0.0.1", PORTS)
    wipe(places)
    furnish(places, site_text(places, Wished()), centre_text(places))
    settings = read_settings(places.centre)
    assert list(settings.documents) == ["certificate", "sample"]
    assert settings.hours("sample") == 1
    assert (tmp_path / settings.machines[MACHINE].receipt_key).exists()
    assert read_locker(places.description).file.panel.headphone_gpio == HEADPHONE_GPIO
    assert read_site(places.site).settings(tmp_path).cabinet.compartments() == read_locker(places.description).compartments()

"""Renders the texts of the messages from the catalogues beside this file: each of them is a language that a resident may ask for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from central.settings import MachineSettings, Settings, SettingsWrong
from central.sms import gsm7
from central.sms.purposes import PURPOSES
from contracts.screen_messages import Language
from contracts.texts import languages, read_catalogues

UNICODE_PARTS_MAX = 3
FOLDER = Path(__file__).parent / "texts"

# The letters of a Polish place name that the GSM alphabet does not have.
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ–—„”’", 'acelnoszzACELNOSZZ--""\'')


class Values(msgspec.Struct, frozen=True):
    """What a text can name; `pin` only where one is told."""

    place: str
    office: str
    hotline: str
    until: datetime
    when: datetime
    pin: str = ""

    def __repr__(self) -> str:
        return "Values(…)"


def own_names() -> Mapping[Language, str]:
    """What each language of the messages calls itself."""
    return {language: read_catalogues(FOLDER)[language]["lang.own"] for language in languages(FOLDER)}


def is_unicode(language: Language) -> bool:
    """Whether its texts have letters beyond the GSM alphabet, diacritics left out: such a message takes up to three parts."""
    own = read_catalogues(FOLDER)[language]
    try:
        for purpose in PURPOSES:
            gsm7.septets(own[f"sms.{purpose}"].translate(PLAIN))
    except gsm7.NotGsm7:
        return True
    return False


def language_of(asked: Language, unicode: bool) -> Language:
    """The language of a message: one with letters of its own, as Ukrainian, needs the city's switch, else it is English."""
    return asked if asked in languages(FOLDER) and (unicode or not is_unicode(asked)) else "en"


def text_of(purpose: str, language: Language, values: Values, zone: str) -> str:
    """The message of this purpose; may hold the PIN."""
    about = {"place": values.place, "office": values.office, "hotline": values.hotline, "pin": values.pin}
    moments = {name: text_of_moment(language, moment, zone) for name, moment in (("until", values.until), ("when", values.when))}
    rendered = read_catalogues(FOLDER)[language][f"sms.{purpose}"].format(**about, **moments)
    return rendered if is_unicode(language) else rendered.translate(PLAIN)


def check_texts(settings: Settings) -> None:
    """Every message of every machine fits one part, but in a language with letters of its own; raises SettingsWrong naming the machine."""
    for machine, about in settings.machines.items():
        for purpose, language, text in _widest(settings, about):
            try:
                fits = gsm7.fits_one_part(text)
            except gsm7.NotGsm7 as error:
                raise SettingsWrong(f"machines.{machine}.place, city.office or city.hotline: {error}") from None
            if not fits:
                where = f"machines.{machine}.place, city.office or city.hotline"
                raise SettingsWrong(f"{where}: too long, the {language} message {purpose} takes two parts")


def _widest(settings: Settings, about: MachineSettings) -> Iterator[tuple[str, Language, str]]:
    city = settings.city
    moment = datetime(2026, 12, 31, 22, 45, tzinfo=ZoneInfo(city.timezone))
    values = Values(about.place, city.office, city.hotline, moment, moment, "000000")
    for purpose in PURPOSES:
        for language in (one for one in languages(FOLDER) if not is_unicode(one)):
            yield purpose, language, text_of(purpose, language, values, city.timezone)


def text_of_moment(language: Language, moment: datetime, zone: str) -> str:
    """Day and hour as a person there writes them."""
    local = moment.astimezone(ZoneInfo(zone))
    return read_catalogues(FOLDER)[language]["until"].format(day=f"{local.day}.{local.month:02}", hour=f"{local:%H:%M}")

"""Renders the texts of the messages from the catalogues beside this file."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from central.settings import Settings, SettingsWrong
from central.sms import gsm7
from contracts.screen_messages import Language
from contracts.texts import read_catalogues

ONE_PART_LANGUAGES: tuple[Language, ...] = ("pl", "en", "de")
FOLDER = Path(__file__).parent / "texts"

# The letters of a Polish place name that the GSM alphabet does not have.
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ–—„”’", 'acelnoszzACELNOSZZ--""\'')


def language_of(asked: str, uk: bool) -> Language:
    """The language of a message: Ukrainian needs the city's switch (it takes three parts), else English."""
    if asked == "pl" or asked == "de":
        return asked
    return "uk" if asked == "uk" and uk else "en"


def ready(language: Language, place: str, pin: str, until: datetime, hotline: str, zone: str) -> str:
    """The message that a document waits; holds the PIN."""
    local = until.astimezone(ZoneInfo(zone))
    text = read_catalogues(FOLDER)[language]["sms.ready"]
    when = text_of_moment(language, local)
    rendered = text.format(place=place, pin=pin, until=when, hotline=hotline)
    return rendered if language == "uk" else rendered.translate(PLAIN)


def check_texts(settings: Settings) -> None:
    """Every machine's message fits one part in the languages that have to; raises SettingsWrong naming the machine."""
    city = settings.city
    widest = datetime(2026, 12, 31, 22, 45, tzinfo=ZoneInfo(city.timezone))
    for machine, about in settings.machines.items():
        for language in ONE_PART_LANGUAGES:
            try:
                fits = gsm7.fits_one_part(ready(language, about.place, "000000", widest, city.hotline, city.timezone))
            except gsm7.NotGsm7 as error:
                raise SettingsWrong(f"machines.{machine}.place or city.hotline: {error}") from None
            if not fits:
                raise SettingsWrong(f"machines.{machine}.place or city.hotline: too long, the {language} message takes two parts")


def text_of_moment(language: Language, local: datetime) -> str:
    """Day and hour as a person writes them."""
    day = f"{local.day}.{local.month:02}"
    hour = f"{local:%H:%M}"
    return read_catalogues(FOLDER)[language]["until"].format(day=day, hour=hour)

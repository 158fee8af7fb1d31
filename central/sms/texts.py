"""Renders the texts of the messages from the catalogues beside this file."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.screen_messages import Language
from contracts.texts import read_catalogues

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


def text_of_moment(language: Language, local: datetime) -> str:
    """Day and hour as a person writes them."""
    day = f"{local.day}.{local.month:02}"
    hour = f"{local:%H:%M}"
    return read_catalogues(FOLDER)[language]["until"].format(day=day, hour=hour)

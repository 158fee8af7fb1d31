"""The ports of the controller: everything else is below them."""

from typing import Protocol

from contracts.screen_messages import ScreenMessage
from contracts.sealed import Letter
from controller.speech import Utterance


class Line(Protocol):
    """The lock bus."""

    def write(self, data: bytes) -> None:
        """Put bytes on the line; never waits. What cannot be sent is lost."""
        ...


class Link(Protocol):
    """The broker."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hand a message over; never waits. It may be lost."""
        ...


class Page(Protocol):
    """The resident's screen."""

    def show(self, message: ScreenMessage) -> None:
        """Show this and nothing older; never waits."""
        ...

    def reload(self) -> None:
        """Have the page load itself again and show the same; never waits."""
        ...

    def restart(self) -> None:
        """Ask whoever runs the browser to start it again; never waits."""
        ...


class Modem(Protocol):
    """The machine's own modem."""

    def submit(self, wish: int, letter: Letter) -> None:
        """Hand a text message over; never waits. SmsAnswered says how it ended, whatever happens."""
        ...


class Voice(Protocol):
    """The loudspeaker or the headphones."""

    def say(self, utterance: Utterance) -> None:
        """Say this instead of whatever is being said; never waits. It may be lost."""
        ...


class Mute:
    """A machine without a voice."""

    def say(self, utterance: Utterance) -> None:
        """Nothing is heard."""

"""The five ports of the controller: everything else is below them."""

from typing import Protocol

from contracts.screen_messages import ScreenMessage
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


class Voice(Protocol):
    """The loudspeaker or the headphones."""

    def say(self, utterance: Utterance) -> None:
        """Say this instead of whatever is being said; never waits. It may be lost."""
        ...


class Mute:
    """A machine without a voice."""

    def say(self, utterance: Utterance) -> None:
        """Nothing is heard."""

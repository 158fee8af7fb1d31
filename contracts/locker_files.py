"""What the file of a locker says: panel, bus, front, boards, and every compartment with its lock and its switch."""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.board_descriptions import Baud, Level, Name, Part, Text

Address = Annotated[int, Meta(ge=0, le=255)]
LockChannel = Annotated[int, Meta(ge=0, le=47)]
Place = Annotated[int, Meta(ge=1, le=20)]
Span = Annotated[int, Meta(ge=60, le=1000)]
Height = Annotated[int, Meta(ge=0, le=2500)]
Size = Literal["S", "M", "L"]


class Panel(Part, frozen=True):
    """The screen, whether keys are beside it, and the line of the Pi that the switch in the headphone socket pulls to ground."""

    model: Literal["7in", "10in"]
    width_px: Annotated[int, Meta(ge=320, le=4096)]
    height_px: Annotated[int, Meta(ge=240, le=4096)]
    keypad: bool
    headphone_gpio: Annotated[int, Meta(ge=0, le=27)] | None = None


class Bus(Part, frozen=True):
    """The line to the lock boards."""

    name: Name
    baud: Baud


class Lock(Part, frozen=True):
    """How the locks of this cabinet are opened."""

    pulse_ms: Annotated[int, Meta(ge=50, le=3000)]


class Modem(Part, frozen=True):
    """The GSM modem built into this cabinet; its port is the site's."""

    baud: Baud


class Reach(Part, frozen=True):
    """Handles between these heights count as low."""

    low_from_mm: Height
    low_to_mm: Height


class Frame(Part, frozen=True):
    """The cabinet's front, for drawings: columns from the left, rows from the bottom. Without rows each door says where it is."""

    hinge: Literal["left", "right"]
    plinth_mm: Height
    columns_mm: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=20)]
    rows_mm: Annotated[tuple[Span, ...], Meta(max_length=20)] = ()


class BoardAt(Part, frozen=True):
    """A board on the bus and the description it must have."""

    address: Address
    description: Name


class Compartment(Part, frozen=True):
    """One box: where its door is and which coil and switch belong to it.

    `row` counts the doors of its column where the columns are stacked differently; then `bottom_mm` (from the floor) and `height_mm`
    say where the door is. `input` and `closed_level` are for bought boards alone: the input that reads this door where it is not the
    lock's own number, and the level that means *closed* where this switch is wired the other way round.
    """

    number: Annotated[int, Meta(ge=1, le=999)]
    row: Place
    column: Place
    size: Size
    handle_mm: Height
    board: Address
    channel: LockChannel
    bottom_mm: Height | None = None
    height_mm: Span | None = None
    input: LockChannel | None = None
    closed_level: Level | None = None

    @property
    def switch(self) -> int:
        """The board's input that reads the door."""
        return self.channel if self.input is None else self.input


class Cabinet(Part, frozen=True, kw_only=True):
    """What a front plan and a full description say alike."""

    name: Name
    title: Text
    panel: Panel
    bus: Bus
    lock: Lock
    reach: Reach
    modem: Modem | None = None


class LockerFile(Cabinet, frozen=True, kw_only=True):
    """A locker, as its file says it."""

    kind: Literal["locker"]
    frame: Frame
    boards: Annotated[tuple[BoardAt, ...], Meta(min_length=1, max_length=16)]
    doors: Annotated[tuple[Compartment, ...], Meta(min_length=1, max_length=384)]

"""Large texts: heading, body and targets as one flow of lines, cut into pages that the arrows turn. Pure.

Every screen has this one layout in the sizes A+ and A++. Lines are broken here and not by the browser, so that the number of pages is
known and the same message always gives the same page.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from markupsafe import Markup

from contracts.screen_messages import Size
from controller.kiosk.glyphs import width
from controller.kiosk.lines import Type, broken, widest
from controller.kiosk.panels import Panel
from controller.kiosk.words import Piece

HEAD_HEIGHT, BODY_HEIGHT, LABEL_HEIGHT = 1.06, 1.16, 1.02
HEAD_SHARE = 0.45
"""A heading that takes more of a page is not repeated on the next ones."""
GAP_PX = 8
TARGET_SIDES_PX = 34
"""Padding and border of a target, left and right together, in the theme with the thickest border."""
TARGET_ENDS_PX = 20
ICON, CAP = 0.82, 1.12
"""Ems of a target's icon and of its number."""
SLOTS_PX = 76


class Target(msgspec.Struct, frozen=True):
    """A touch target: the key it sends and the words on it; without `shown` words it is its icon."""

    key: str
    words: str
    focused: bool = False
    language: str | None = None
    """The language of the words where it is not the screen's."""
    rows: tuple[Markup, ...] = ()
    shown: bool = True
    on: bool | None = None
    """Whether what it switches is on."""


class Block(msgspec.Struct, frozen=True):
    """Lines of one paragraph on one page, or one target."""

    kind: Literal["head", "body", "target"]
    rows: tuple[Markup, ...] = ()
    target: Target | None = None
    icon: str = ""


class Page(msgspec.Struct, frozen=True):
    """One page of a screen; `number` counts from 1."""

    number: int
    count: int
    blocks: tuple[Block, ...]
    row: tuple[Target, ...]
    has_head: bool
    pad: bool = False
    picture: bool = False

    @property
    def arrows(self) -> bool:
        """Whether there is another page."""
        return self.count > 1


class Content(msgspec.Struct, frozen=True):
    """What a screen says: paragraphs, then its numbered lines, what is said after them, and the targets of its keys."""

    head: tuple[Piece, ...]
    body: tuple[tuple[Piece, ...], ...]
    lines: tuple[Target, ...]
    after: tuple[tuple[Piece, ...], ...]
    targets: tuple[Target, ...]
    icon: str = ""
    pad: bool = False
    digit: bool = False
    picture: bool = False


class Layout:
    """One screen at one size on one panel."""

    def __init__(self, content: Content, panel: Panel, size: Size) -> None:
        self._content = content
        self._panel = panel
        self._head = Type(panel.head[size], 700, HEAD_HEIGHT)
        self._body = Type(panel.body[size], 500, BODY_HEIGHT)
        self._label = Type(panel.body[size], 700, LABEL_HEIGHT)
        self._row_px = max(panel.row, round(self._label.size * LABEL_HEIGHT) + TARGET_ENDS_PX + 8)

    def page(self, wanted: int) -> Page:
        """The page that `wanted` steps of the arrows lead to."""
        pages: tuple[Page, ...] = ()
        for counted, enough in (("", 1), ("8/8", 9), ("88/88", 99)):
            pages = self._pages(counted)
            if len(pages) <= enough:
                break
        number = wanted % len(pages)
        return msgspec.structs.replace(pages[number], number=number + 1, count=len(pages))

    def _pages(self, counted: str) -> tuple[Page, ...]:
        content, panel = self._content, self._panel
        beside = content.picture and self._fits_beside()
        room = panel.inner - (panel.side + panel.margin if beside else 0)
        first = (self._pad_page(),) if content.pad else ()
        row, rest = ((), ()) if content.pad else self._split(content.targets, counted)
        high = panel.high - 2 * panel.margin
        if row or counted:
            high -= self._row_px + panel.unit
        head = self._head_block(room)
        skip_head = bool(first) and first[0].has_head
        pages = tuple(self._filled(head, tuple(self._rest(room, rest)), high, row, skip_head))
        if beside:
            pages = tuple(msgspec.structs.replace(page, picture=True) for page in pages)
        last = (Page(0, 0, (), row, False, picture=True),) if content.picture and not beside else ()
        if first and not first[0].has_head and content.icon == "warning":
            return (*pages, *first)  # what went wrong is read before anything is typed again
        return (*first, *pages, *last)

    def _fits_beside(self) -> bool:
        content, panel = self._content, self._panel
        room = panel.inner - panel.side - panel.margin
        texts = max(widest(content.head, self._head), *(widest(part, self._body) for part in (*content.body, *content.after, ())))
        return texts <= room and all(self._natural(target) <= room for target in content.targets)

    def _head_block(self, room: float) -> Block:
        icon = self._content.icon
        first = room - (self._head.size * 0.92 + self._panel.unit) if icon else None
        return Block("head", broken(self._content.head, self._head, room if first is None else first), icon=icon)

    def _rest(self, room: float, targets: Sequence[Target]) -> Iterator[Block]:
        content = self._content
        for part in content.body:
            yield Block("body", broken(part, self._body, room))
        for line in content.lines:
            yield self._in_flow(line, room)
        for part in content.after:
            yield Block("body", broken(part, self._body, room))
        for target in targets:
            yield self._in_flow(target, room)

    def _in_flow(self, target: Target, room: float) -> Block:
        mark = self._mark(target)
        rows = broken((Piece(target.words),), self._label, room - mark)
        return Block("target", target=msgspec.structs.replace(target, rows=rows))

    def _mark(self, target: Target) -> float:
        """Pixels of a target beside its words."""
        state = ICON * self._label.size + self._panel.unit if target.on is not None else 0
        return TARGET_SIDES_PX + self._panel.unit + (CAP if target.key.isdigit() else ICON) * self._label.size + state

    def _natural(self, target: Target) -> float:
        return self._mark(target) + width(target.words, self._label.size, 700)

    def _split(self, targets: Sequence[Target], counted: str) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
        """The targets that find room in the action row, green before red before all others; and the rest."""
        unit = self._panel.unit
        arrows = 2 * (self._panel.row + 10 + unit) + max(width(counted, self._label.size, 700), 1.9 * self._label.size) + unit
        left = self._panel.inner - (arrows if counted else 0)
        order = sorted(targets, key=lambda target: {"ok": 0, "cancel": 1}.get(target.key, 2))
        chosen: dict[str, Target] = {}
        for target in order:
            # Green stands there at least as its sign: whoever touches the screen finds it on every page.
            for tried in (target, msgspec.structs.replace(target, shown=False))[: 2 if target.key == "ok" else 1]:
                needed = max(self._natural(tried) if tried.shown else 0, self._panel.row * 2) + (unit if chosen else 0)
                if target.key not in chosen and needed <= left:
                    chosen[target.key] = tried
                    left -= needed
        row = tuple(chosen[target.key] for target in targets if target.key in chosen)
        return row, tuple(target for target in targets if target.key not in chosen)

    def _filled(self, head: Block, rest: tuple[Block, ...], high: float, row: tuple[Target, ...], skip_head: bool) -> Iterator[Page]:
        """Pages filled from top to bottom, none with a single line of a paragraph that would have found room before."""
        repeated = self._high(head) <= HEAD_SHARE * high and not skip_head
        queue = [*(() if skip_head else (head,)), *rest]
        if skip_head and not rest:
            return
        while queue:
            page: list[Block] = [head] if repeated and queue[0] is not head else []
            left = high - sum(self._high(block) + GAP_PX for block in page)
            fresh = True
            while queue and (taken := self._take(queue, left, fresh)) is not None:
                page.append(taken)
                left -= self._high(taken) + (self._panel.unit if taken.kind == "target" else GAP_PX)
                fresh = False
            yield Page(0, 0, tuple(page), row, any(block.kind == "head" for block in page))

    def _take(self, queue: list[Block], left: float, fresh: bool) -> Block | None:
        block = queue[0]
        if self._high(block) <= left or (fresh and block.kind == "target"):
            return queue.pop(0)
        if block.kind == "target":
            return None
        count = int(left // self._line_px(block))
        count = max(count, 1) if fresh else count
        if count < 1 or (count >= len(block.rows) and not fresh):
            return None
        queue[0] = msgspec.structs.replace(block, rows=block.rows[count:], icon="")
        return msgspec.structs.replace(block, rows=block.rows[:count])

    def _line_px(self, block: Block) -> float:
        kind = {"head": self._head, "body": self._body, "target": self._label}[block.kind]
        return kind.size * kind.height

    def _high(self, block: Block) -> float:
        if block.target is None:
            return len(block.rows) * self._line_px(block)
        return max(self._row_px, len(block.target.rows) * self._line_px(block) + TARGET_ENDS_PX + 8)

    def _pad_page(self) -> Page:
        """The page with the digits: red and green stand beside them, the heading where it finds room."""
        content, panel = self._content, self._panel
        room = panel.inner - 3 * panel.digit - 2 * panel.unit - panel.margin
        row = tuple(
            msgspec.structs.replace(target, shown=self._natural(target) <= room)
            for target in content.targets
            if target.key in ("cancel", "ok")
        )
        slots = max(SLOTS_PX, 1.1 * self._body.size) if content.digit else SLOTS_PX
        left = panel.high - 2 * panel.margin - slots - len(row) * (self._row_px + panel.unit) - 2 * GAP_PX
        head = self._head_block(room)
        has_head = self._high(head) <= left and widest(content.head, self._head) <= room
        return Page(0, 0, (head,) if has_head else (), row, has_head, pad=True)

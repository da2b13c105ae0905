"""A conversation's timeline as people read it: bubbles, notes, events, days between them.

Pure: rows in, items out. What an item says is written by its template.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatewayd.web.formats import Formats
from storage.conversations.reading import EntryRow
from storage.conversations.timeline import EntryKind
from storage.queries import MessageRow
from storage.states import MessageState

_TOGETHER_MS = 5 * 60_000
"""What the same person says within this time is one block."""


class ItemKind(StrEnum):
    """What an item is."""

    DAY = "day"
    IN = "in"
    OUT = "out"
    NOTE = "note"
    EVENT = "event"


class Voice(StrEnum):
    """Who speaks in what goes out."""

    PERSON = "person"
    PROGRAM = "program"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in the timeline; ``key`` stays the same as long as it is the same thing."""

    key: str
    kind: ItemKind
    at_ms: int
    entry: EntryRow | None = None
    message: MessageRow | None = None
    voice: Voice | None = None
    continues: bool = False
    """Whether the same speaker said what is before it, just now."""

    @property
    def missing_parts(self) -> int:
        """How many parts of an incoming message have not arrived."""
        message = self.message
        if message is None or message.parts_present is None:
            return 0
        return message.parts - message.parts_present

    @property
    def fate(self) -> str:
        """What has become of an outgoing message: its state, or `scheduled`."""
        message = self.message
        if message is None:
            return ""
        scheduled = message.send_at_ms is not None and message.send_at_ms > self.at_ms
        if message.state is MessageState.QUEUED and scheduled:
            return "scheduled"
        return message.state.value


def items_of(
    entries: Sequence[EntryRow], messages: Mapping[str, MessageRow], formats: Formats
) -> list[Item]:
    """Give a page of a timeline, which comes newest first, in the order of reading."""
    return list(_with_days(reversed(entries), messages, formats))


def _with_days(
    entries: Iterator[EntryRow], messages: Mapping[str, MessageRow], formats: Formats
) -> Iterator[Item]:
    day, before = None, None
    for entry in entries:
        item = _item(entry, messages.get(entry.message_id or ""), before)
        today = formats.at(entry.at_ms).date()
        if today != day:
            yield Item(key=f"day-{today}", kind=ItemKind.DAY, at_ms=entry.at_ms)
            item, day = _item(entry, item.message, None), today
        yield item
        before = item


def _item(entry: EntryRow, message: MessageRow | None, before: Item | None) -> Item:
    kind = _kind(entry, message)
    item = Item(
        key=entry.id,
        kind=kind,
        at_ms=entry.at_ms,
        entry=entry,
        message=message,
        voice=_voice(message) if kind is ItemKind.OUT else None,
    )
    if before is None or not _go_together(before, item):
        return item
    return Item(
        key=item.key,
        kind=kind,
        at_ms=item.at_ms,
        entry=entry,
        message=message,
        voice=item.voice,
        continues=True,
    )


def _kind(entry: EntryRow, message: MessageRow | None) -> ItemKind:
    if entry.kind is EntryKind.NOTE:
        return ItemKind.NOTE
    if entry.kind is not EntryKind.MESSAGE or message is None:
        return ItemKind.EVENT
    return ItemKind.IN if message.direction == "in" else ItemKind.OUT


def _voice(message: MessageRow | None) -> Voice:
    match None if message is None else message.author_type:
        case "automatic" | "notice" | "rule":
            return Voice.AUTOMATIC
        case "token":
            return Voice.PROGRAM
        case _:
            return Voice.PERSON


def _go_together(one: Item, other: Item) -> bool:
    return (
        one.kind is other.kind
        and one.kind in {ItemKind.IN, ItemKind.OUT}
        and one.voice is other.voice
        and _speaker(one) == _speaker(other)
        and other.at_ms - one.at_ms < _TOGETHER_MS
    )


def _speaker(item: Item) -> str | None:
    return None if item.message is None else item.message.author_id

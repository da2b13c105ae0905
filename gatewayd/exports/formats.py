"""One conversation as JSON, as CSV and as a page to print: head, rows and end, piece by piece."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape
from typing import Protocol
from zoneinfo import ZoneInfo

from config.schema import Language
from gatewayd.exports import cells, words
from gatewayd.http.models.conversations import Conversation, TimelineEntry
from storage.conversations.timeline import EntryKind


class Format(StrEnum):
    """How a conversation is written."""

    CSV = "csv"
    JSON = "json"
    HTML = "html"


MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
    Format.HTML: "text/html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above: of what it is, for whom, when, and how times are shown."""

    conversation: Conversation
    business: str
    by: str
    at: datetime
    zone: ZoneInfo
    language: Language


class Writer(Protocol):
    """Writes one conversation."""

    def begin(self, head: Head) -> str:
        """Write what comes first."""
        ...

    def rows(self, entries: Sequence[TimelineEntry]) -> str:
        """Write the next rows, the oldest first."""
        ...

    def end(self) -> str:
        """Write what comes last."""
        ...


class CsvWriter:
    """A table for spreadsheets."""

    def begin(self, head: Head) -> str:
        """Name the columns."""
        del head
        columns = (
            "at",
            "type",
            "direction",
            "author",
            "from",
            "to",
            "text",
            "state",
            "assignee",
            "reason",
        )
        return cells.BOM + cells.line(columns)

    def rows(self, entries: Sequence[TimelineEntry]) -> str:
        """Write a line each."""
        return "".join(cells.line(self._cells(entry)) for entry in entries)

    def _cells(self, entry: TimelineEntry) -> list[str | None]:
        message = entry.message
        return [
            entry.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            entry.type.value,
            None if message is None else message.direction,
            None if entry.author is None else entry.author.name,
            None if message is None else message.from_,
            None if message is None else message.to,
            entry.text if message is None else message.text,
            None if message is None else message.state.value,
            None if entry.assignee is None else entry.assignee.name,
            entry.reason,
        ]

    def end(self) -> str:
        """Nothing."""
        return ""


class JsonWriter:
    """One object: the conversation as the API shows it, with its whole timeline."""

    def __init__(self) -> None:
        self._first = True

    def begin(self, head: Head) -> str:
        """Write the conversation, and open its timeline."""
        facts = head.conversation.model_dump_json()
        return f'{facts[:-1]},"timeline":['

    def rows(self, entries: Sequence[TimelineEntry]) -> str:
        """Write an object each."""
        written = ",\n".join(entry.model_dump_json() for entry in entries)
        between = "" if self._first else ",\n"
        self._first = False
        return between + written

    def end(self) -> str:
        """Close both."""
        return "]}\n"


_STYLE = (
    "body{font:11pt/1.4 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#111}"
    "h1{font-size:15pt;margin:0}header p{color:#555}"
    "article{margin:.6em 0;padding:.4em .7em;border-left:3px solid #bbb;break-inside:avoid}"
    "article.in{border-color:#06c}article.out{border-color:#080}article.note{background:#fff8dc}"
    "article h2{font-size:9pt;font-weight:normal;color:#555;margin:0}"
    "article p{margin:.2em 0 0;white-space:pre-wrap;overflow-wrap:anywhere}"
)


class HtmlWriter:
    """A page to print: complete in itself, without scripts, all text escaped."""

    def begin(self, head: Head) -> str:
        """Write who it is with, and for whom it is printed."""
        self._head = head
        contact, language = head.conversation.contact, head.language
        who = contact.number if contact.name is None else f"{contact.name} ({contact.number})"
        title = escape(words.TITLE[language].format(who=who))
        heading = words.HEADING[language].format(
            business=head.business,
            inbox=head.conversation.inbox,
            at=self._moment(head.at),
            by=head.by,
        )
        return (
            f'<!DOCTYPE html>\n<html lang="{language.value}"><head><meta charset="utf-8">'
            f"<title>{title}</title><style>{_STYLE}</style></head>\n"
            f"<body><header><h1>{title}</h1><p>{escape(heading)}</p></header>\n<main>\n"
        )

    def rows(self, entries: Sequence[TimelineEntry]) -> str:
        """Write a block each."""
        return "".join(self._block(entry) for entry in entries)

    def _block(self, entry: TimelineEntry) -> str:
        language, message = self._head.language, entry.message
        style = entry.type.value if message is None else message.direction
        facts = [self._moment(entry.at), self._who(entry), words.word_of(entry.type, language)]
        if entry.type is EntryKind.ASSIGNED:
            whom = None if entry.assignee is None else entry.assignee.name
            to = words.NOBODY[language] if whom is None else words.TO[language].format(whom=whom)
            facts.append(to)
        if message is not None and message.direction == "out":
            facts.append(message.state.value)
        if entry.consent is not None:
            facts.append(entry.consent)
        text = entry.text if message is None else message.text or words.GONE[language]
        said = "" if not text else f"<p>{escape(text)}</p>"
        told = escape(" · ".join(facts))
        return f'<article class="{escape(style)}"><h2>{told}</h2>{said}</article>\n'

    def _who(self, entry: TimelineEntry) -> str:
        if entry.author is not None:
            return entry.author.name
        theirs = entry.type is EntryKind.MISSED_CALL
        if entry.message is not None:
            theirs = entry.message.direction == "in"
        return (words.CUSTOMER if theirs else words.US)[self._head.language]

    def _moment(self, moment: datetime) -> str:
        return moment.astimezone(self._head.zone).strftime("%Y-%m-%d %H:%M")

    def end(self) -> str:
        """Close it."""
        return "</main></body></html>\n"


def writer_of(format_: Format) -> Writer:
    """Give the one who writes it so."""
    match format_:
        case Format.CSV:
            return CsvWriter()
        case Format.JSON:
            return JsonWriter()
        case Format.HTML:
            return HtmlWriter()


def json_line(kind: str, facts: dict[str, object]) -> str:
    """Write one line of JSON Lines; ``kind`` tells what it is."""
    return json.dumps({"kind": kind, **facts}, ensure_ascii=False, separators=(",", ":")) + "\n"

"""Contacts as vCard: 3.0 (RFC 2426) and 4.0 (RFC 6350) are read, 4.0 is written.

Strict on what it needs (lines, names, escapes) and deaf to all else: photos and addresses are
passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatewayd.contactfiles.cards import (
    MOST_CONTACTS,
    Card,
    RowProblem,
    UnreadableFileError,
    too_many,
)
from storage.contacts import ContactRow

_PROPERTY = re.compile(
    r'(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NOT_TEXTED = re.compile(r"\b(fax|pager)\b", re.IGNORECASE)
_READ = frozenset({"FN", "N", "TEL", "NOTE", "CATEGORIES", "LANG", "UID"})
_VERSIONS = frozenset({"3.0", "4.0"})
_BEGIN, _END = "begin:vcard", "end:vcard"
_OCTETS = 75


@dataclass(slots=True)
class _Open:
    """A card whose end has not come."""

    line: int
    values: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _READ})
    problem: RowProblem | None = None

    def refuse(self, line: int, code: str, detail: str) -> None:
        """Note the first thing that is wrong with it."""
        if self.problem is None:
            self.problem = RowProblem(line=line, field="row", code=code, detail=detail)


def read(text: str) -> Iterator[Card | RowProblem]:
    """Read the cards of a file; raises UnreadableFileError where there is none."""
    count, card = 0, None
    for line, content in _unfolded(text):
        word = content.strip().lower()
        if word == _BEGIN:
            if card is not None:
                yield _cut_off(card)
            count += 1
            if count > MOST_CONTACTS:
                raise too_many()
            card = _Open(line)
        elif word == _END and card is not None:
            yield card.problem or _card(card)
            card = None
        elif card is not None and word:
            _take(card, line, content)
    if card is not None:
        yield _cut_off(card)
    if not count:
        detail = "the file has no vCard in it: none begins with BEGIN:VCARD"
        raise UnreadableFileError("no_vcard", detail)


def _cut_off(card: _Open) -> RowProblem:
    detail = "its END:VCARD is missing"
    return RowProblem(line=card.line, field="row", code="card_cut_off", detail=detail)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines with their numbers, those together that were one before they were folded."""
    pieces: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.removesuffix("\r")
        if content[:1] in {" ", "\t"} and pieces:
            pieces.append(content[1:])
            continue
        yield first, "".join(pieces)
        pieces, first = [content], number
    yield first, "".join(pieces)


def _take(card: _Open, line: int, content: str) -> None:
    found = _PROPERTY.fullmatch(content)
    if found is None:
        card.refuse(line, "card_line", "this line is no property of a vCard")
        return
    name, parameters, value = found[1].upper(), found[2], found[3]
    if name == "VERSION" and value.strip() not in _VERSIONS:
        detail = "it is of a version other than 3.0 and 4.0; save it again as one of them"
        card.refuse(line, "card_version", detail)
    elif name in _READ and "QUOTED-PRINTABLE" in parameters.upper():
        detail = "it is quoted-printable, as vCard 2.1 has it; save it again as 3.0 or 4.0"
        card.refuse(line, "card_version", detail)
    elif name in _READ and not (name == "TEL" and _NOT_TEXTED.search(parameters)):
        card.values[name].append(value)


def _card(card: _Open) -> Card:
    values = card.values
    names = [_plain(each) for each in values["FN"]] or [_composed(each) for each in values["N"]]
    return Card(
        line=card.line,
        name=_first(names),
        language=_first([_plain(each) for each in values["LANG"]]),
        notes="\n".join(_plain(each) for each in values["NOTE"]),
        external_id=_first([_plain(each) for each in values["UID"]]),
        numbers=tuple(_number(each) for each in values["TEL"]),
        tags=tuple(
            tag
            for each in values["CATEGORIES"]
            for tag in (_plain(part) for part in _divided(each, ","))
            if tag.strip()
        ),
    )


def _first(values: list[str]) -> str:
    return next((value for value in values if value.strip()), "")


def _composed(value: str) -> str:
    """Make a name to call somebody of its parts: family name; given name; and more."""
    parts = [_plain(part).strip() for part in _divided(value, ";")]
    return " ".join(part for part in (*parts[1:2], *parts[:1]) if part)


def _number(value: str) -> str:
    return _plain(value).strip().removeprefix("tel:")


def _divided(value: str, separator: str) -> list[str]:
    """Divide at the separators that no backslash stands before."""
    parts = [""]
    for piece in re.findall(r"\\.|[^\\]|\\$", value, re.DOTALL):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def card_of(contact: ContactRow) -> str:
    """Write one contact; one without a name is called by its number, since it must have one."""
    numbers = contact.numbers or ("",)
    lines = [_BEGIN.upper(), "VERSION:4.0", f"FN:{_escaped(contact.name or numbers[0])}"]
    lines += [f"TEL:{_escaped(number)}" for number in contact.numbers]
    if contact.external_id:
        lines.append(f"UID;VALUE=text:{_escaped(contact.external_id)}")
    if contact.language:
        lines.append(f"LANG:{contact.language}")
    if contact.tags:
        lines.append(f"CATEGORIES:{','.join(_escaped(tag) for tag in contact.tags)}")
    if contact.notes:
        lines.append(f"NOTE:{_escaped(contact.notes)}")
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, _END.upper()])


def _escaped(value: str) -> str:
    one_kind = value.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"([\\,;])", r"\\\1", one_kind).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line that is longer than 75 octets, never within a character."""
    lines: list[str] = []
    rest, most = line, _OCTETS
    while len(rest.encode("utf-8", "replace")) > most:
        octets = rest.encode("utf-8", "replace")[:most]
        head = octets.decode("utf-8", "ignore")
        lines.append(head)
        rest, most = rest[len(head) :], _OCTETS - 1
    return "\r\n ".join([*lines, rest])

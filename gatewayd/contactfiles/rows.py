"""What a file's cards mean here: numbers in their one spelling, fields as an edit takes them."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from gatewayd.contactfiles import csvfile, vcard
from gatewayd.contactfiles.cards import Card, Field, FileFormat, RowProblem, text_of
from gatewayd.http.models.contacts import ContactEdit
from gatewayd.numbers import BadNumber, normalise

MOST_NUMBERS = 20
_LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "anglais"), "en"),
    **dict.fromkeys(("fr", "fra", "fre", "french", "francais"), "fr"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contact to take in. ``odd`` are addresses that are no numbers to send to, with why."""

    line: int
    values: Mapping[str, str]
    tags: frozenset[str]
    numbers: tuple[str, ...]
    odd: Mapping[str, BadNumber]

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.numbers, *self.odd)

    @property
    def external_id(self) -> str | None:
        """By which another system knows it."""
        return self.values.get("external_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A file that was read: how many contacts it has, those that can be taken in, and the rest."""

    count: int
    good: list[Row]
    problems: list[RowProblem]
    ignored: tuple[str, ...]


def rows_of(
    data: bytes, format_: FileFormat, mapping: Mapping[str, Field | None], *, country: str | None
) -> Rows:
    """Read a file; raises UnreadableFileError where it is none as a whole."""
    text = text_of(data)
    if format_ is FileFormat.VCARD:
        return _read(vcard.read(text), (), country)
    table = csvfile.read(text, mapping)
    return _read(table.rows, table.ignored, country)


def _read(
    cards: Iterable[Card | RowProblem], ignored: tuple[str, ...], country: str | None
) -> Rows:
    count, good, problems = 0, list[Row](), list[RowProblem]()
    taken: dict[tuple[str, str], int] = {}
    for card in cards:
        count += 1
        if isinstance(card, RowProblem):
            problems.append(card)
            continue
        row = _row(card, country)
        found = row if isinstance(row, list) else _twice(row, taken)
        problems += found
        if isinstance(row, Row) and not found:
            good.append(row)
    return Rows(count=count, good=good, problems=problems, ignored=ignored)


def _twice(row: Row, taken: dict[tuple[str, str], int]) -> list[RowProblem]:
    """Tell what an earlier row of the file has too; from then on this row's are taken as well."""
    found = list[RowProblem]()
    own = [("phone", number) for number in row.addresses]
    if row.external_id is not None:
        own.append(("external_id", row.external_id))
    for key in own:
        first = taken.setdefault(key, row.line)
        if first != row.line:
            detail = f"line {first} of this file has it too"
            values = {"first": str(first)}
            found.append(
                RowProblem(
                    line=row.line, field=key[0], code="row_twice", detail=detail, values=values
                )
            )
    return found


def _row(card: Card, country: str | None) -> Row | list[RowProblem]:
    numbers, odd = _numbers(card, country)
    values = _values(card)
    if values.get("name") in {*numbers, *odd, *card.numbers}:
        del values["name"]  # a file without a name has the number in its place
    tags = sorted({tag.strip() for tag in card.tags})
    problems = _unfit(card.line, values, tags)
    if len(card.numbers) > MOST_NUMBERS:
        detail = f"it has more than {MOST_NUMBERS} numbers"
        values = {"most": str(MOST_NUMBERS)}
        problems.append(
            RowProblem(
                line=card.line, field="phone", code="many_numbers", detail=detail, values=values
            )
        )
    return problems or Row(
        line=card.line, values=values, tags=frozenset(tags), numbers=numbers, odd=odd
    )


def _values(card: Card) -> dict[str, str]:
    language = card.language.strip()
    given = {
        "name": card.name.strip(),
        "language": _LANGUAGES.get(_primary(language), language),
        "notes": card.notes if card.notes.strip() else "",
        "external_id": card.external_id.strip(),
    }
    return {name: value for name, value in given.items() if value}


def _primary(language: str) -> str:
    """Give what a language is called without its country or accents: fr of ``fr-CA``."""
    plain = unicodedata.normalize("NFKD", language.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return letters.replace("_", "-").partition("-")[0]


def _numbers(card: Card, country: str | None) -> tuple[tuple[str, ...], dict[str, BadNumber]]:
    numbers, odd = dict[str, None](), dict[str, BadNumber]()
    for written in card.numbers[: MOST_NUMBERS + 1]:
        number = normalise(written, country=country)
        if isinstance(number, BadNumber):
            odd[written] = number
        else:
            numbers[number.text] = None
    return tuple(numbers), odd


def _unfit(line: int, values: Mapping[str, str], tags: list[str]) -> list[RowProblem]:
    """Hold what is given against what an edit by hand takes."""
    if not values and not tags:
        return []
    try:
        ContactEdit.model_validate({**values, "tags": tags})
    except ValidationError as error:
        return [
            RowProblem(
                line=line,
                field=str(each["loc"][0]),
                code=f"unfit_{each['loc'][0]}",
                detail=_word(each["msg"]),
            )
            for each in error.errors(include_url=False)
        ]
    return []


def _word(message: str) -> str:
    words = message.removeprefix("Value error, ")
    return words[:1].lower() + words[1:]

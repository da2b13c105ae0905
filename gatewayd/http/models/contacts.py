"""Contacts on the wire."""

from typing import Annotated

from pydantic import Field

from gatewayd.answering import AddressKind, kind_of, why_unanswerable
from gatewayd.http.models.base import Input, Moment, Output, Page, PageQuery, moment_at, moment_of
from gatewayd.http.models.editing import NOT_GIVEN, Edited, Language, Line, Line200, Tags
from storage.contacts import ContactRow


class ContactsQuery(PageQuery):
    """Which contacts."""

    number: Annotated[str | None, Field(description="who has this number, however written")] = None
    tag: str | None = None
    blocked: bool | None = None
    q: Annotated[
        str | None, Field(min_length=1, max_length=200, description="in the name or a number")
    ] = None
    external_id: Annotated[str | None, Field(max_length=200)] = None
    updated_since: Annotated[
        Moment | None, Field(description="changed at this time or later; see also `former`")
    ] = None


class ContactEdit(Edited):
    """What is to be changed of a contact."""

    name: Line | None = None
    language: Annotated[Language | None, Field(description="null: not known")] = None
    notes: Annotated[str | None, Field(max_length=5000)] = None
    external_id: Annotated[
        Line200 | None, Field(description="by which your own system knows them; one contact's")
    ] = None
    tags: Tags = NOT_GIVEN


class ContactIn(Input):
    """A contact that is to be written down."""

    numbers: Annotated[
        list[str], Field(min_length=1, max_length=20, description="theirs, however written")
    ]
    name: Line | None = None
    language: Annotated[Language | None, Field(description="null: not known")] = None
    tags: Tags = []  # noqa: RUF012 - pydantic copies it
    notes: Annotated[str | None, Field(max_length=5000)] = None
    external_id: Annotated[
        Line200 | None, Field(description="by which your own system knows them; one contact's")
    ] = None


class ContactNumber(Output):
    """An address of a contact."""

    number: str
    kind: AddressKind
    answerable: Annotated[bool, Field(description="whether one can answer there")]


class Contact(Output):
    """Somebody whom we write with."""

    id: str
    name: str | None
    language: Annotated[Language | None, Field(description="null: not known")]
    spoken_language: Annotated[
        Language | None, Field(description="that of their own words; `language` goes before it")
    ]
    numbers: list[ContactNumber]
    tags: list[str]
    notes: str | None
    external_id: Annotated[str | None, Field(description="by which your own system knows them")]
    blocked_at: Annotated[Moment | None, Field(description="null: not blocked")]
    created_at: Moment
    updated_at: Moment
    version: int


class ContactPage(Page[Contact]):
    """Contacts, newest first."""


def contact_json(row: ContactRow, *, country: str | None) -> Contact:
    """Translate a row."""
    return Contact(
        id=row.id,
        name=row.name,
        language=row.language,
        spoken_language=row.spoken_language,
        numbers=[_number(number, country) for number in row.numbers],
        tags=list(row.tags),
        notes=row.notes,
        external_id=row.external_id,
        blocked_at=moment_of(row.blocked_at_ms),
        created_at=moment_at(row.created_at_ms),
        updated_at=moment_at(row.updated_at_ms),
        version=row.version,
    )


def _number(number: str, country: str | None) -> ContactNumber:
    kind = kind_of(number, country=country)
    return ContactNumber(number=number, kind=kind, answerable=why_unanswerable(kind) is None)

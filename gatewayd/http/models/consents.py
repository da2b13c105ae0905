"""Consent on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, moment_at, moment_of
from gatewayd.http.models.messages import Author
from gatewayd.services.consents import ConsentView
from storage.consents import ConsentKind, ConsentRow


class ConsentIn(Input):
    """What a contact said elsewhere than in a text, written down by hand."""

    what: Literal["opted_out", "opted_in"]
    reason: Annotated[
        str, Field(min_length=1, max_length=500, description="when and where they said so")
    ]
    inbox: Annotated[str | None, Field(description="as for messages")] = None
    expires_at: Annotated[
        Moment | None, Field(description="an opt-out ends then; of an opt-in it is kept only")
    ] = None


class OptOut(Output):
    """An opt-out that holds now."""

    inbox: str
    business_number: Annotated[str | None, Field(description="that they wrote to, if known")]
    since: Moment
    until: Annotated[Moment | None, Field(description="null: until they opt in again")]


class ConsentEntry(Output):
    """What happened to consent once; never changed afterwards."""

    id: str
    what: ConsentKind
    at: Moment
    number: Annotated[str, Field(description="theirs")]
    inbox: str
    business_number: str | None
    source: Annotated[
        str | None, Field(description="their words; the reason of whom set it by hand")
    ]
    message_id: str | None
    author: Annotated[Author, Field(description="`contact`: they said it themselves")]
    expires_at: Moment | None


class Consent(Output):
    """What holds for a contact now, and all that led there, the newest first."""

    opted_out: list[OptOut]
    ledger: list[ConsentEntry]


def consent_json(view: ConsentView) -> Consent:
    """Translate what holds and what led there."""
    return Consent(
        opted_out=[
            OptOut(
                inbox=row.inbox,
                business_number=row.business_number,
                since=moment_at(row.since_ms),
                until=moment_of(row.until_ms),
            )
            for row in view.opt_outs
        ],
        ledger=[consent_entry_json(row) for row in view.ledger],
    )


def consent_entry_json(row: ConsentRow) -> ConsentEntry:
    """Translate a row of the ledger."""
    return ConsentEntry(
        id=row.id,
        what=row.what,
        at=moment_at(row.at_ms),
        number=row.number,
        inbox=row.inbox,
        business_number=row.business_number,
        source=row.source,
        message_id=row.message_id,
        author=Author(type=row.author.type, id=row.author.id, name=row.author.name),
        expires_at=moment_of(row.expires_at_ms),
    )

"""The audit journal on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gatewayd.http.models.base import Moment, Output, Page, PageQuery, Query, moment_at
from gatewayd.http.models.shapes import SHA256
from gatewayd.services.audits import AuditList
from storage.audit import AuditRow, Verdict


class AuditQuery(PageQuery):
    """Which rows."""

    actor: Annotated[str | None, Field(max_length=64, description="the id of who did it")] = None
    action: Annotated[str | None, Field(max_length=64, description="such as `rules.updated`")] = (
        None
    )
    subject: Annotated[
        str | None, Field(max_length=128, description="the id of what it was done to")
    ] = None
    since: Annotated[Moment | None, Field(description="at or after")] = None
    until: Annotated[Moment | None, Field(description="before")] = None


class VerifyQuery(Query):
    """What the chain must hold."""

    expect: Annotated[
        str | None,
        Field(pattern=SHA256, description="a `hash` that was logged or noted earlier"),
    ] = None


class Actor(Output):
    """Who did it."""

    id: str
    name: Annotated[str | None, Field(description="null: not known here, as an account of IT's")]


class AuditEntry(Output):
    """One thing that somebody did."""

    number: Annotated[int, Field(description="its place in the chain, from 1")]
    at: Moment
    actor: Actor
    action: str
    subject: str
    data: Annotated[dict[str, Any], Field(description="ids and states; never text or numbers")]
    hash: Annotated[str, Field(description="over this row and the hash of the row before")]


class AuditPage(Page[AuditEntry]):
    """What was done, newest first."""


class Verification(Output):
    """Whether the chain is whole."""

    whole: bool
    rows: Annotated[int, Field(description="that were looked at and are right")]
    head: Annotated[str, Field(description="the `hash` of the last of them")]
    breach: Annotated[
        Literal["altered", "missing", "unlinked"] | None,
        Field(description="what is wrong with the row `at`, or just before it"),
    ]
    at: Annotated[int | None, Field(description="the `number` of the first row that is wrong")]
    expected: Annotated[
        bool | None, Field(description="whether a row has the hash that was looked for")
    ]


def audit_page(found: AuditList) -> AuditPage:
    """Translate rows."""
    items = [_entry(row, found.names.get(row.actor)) for row in found.rows]
    return AuditPage(items=items, next=None if found.next is None else str(found.next))


def _entry(row: AuditRow, name: str | None) -> AuditEntry:
    return AuditEntry(
        number=row.seq,
        at=moment_at(row.at_ms),
        actor=Actor(id=row.actor, name=name),
        action=row.action,
        subject=row.subject,
        data=dict(row.data),
        hash=row.hash.hex(),
    )


def verification_json(verdict: Verdict) -> Verification:
    """Translate what a look at the chain found."""
    return Verification(
        whole=verdict.whole,
        rows=verdict.head.seq,
        head=verdict.head.hash.hex(),
        breach=None if verdict.breach is None else verdict.breach.value,
        at=verdict.at_seq,
        expected=verdict.expected,
    )

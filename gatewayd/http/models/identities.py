"""Merged, split and former contacts on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, Page, PageQuery, moment_at
from gatewayd.http.models.contacts import Contact
from storage.merging import FormerContact


class MergeIn(Input):
    """Which two are one."""

    other: Annotated[str, Field(max_length=64, description="the contact that becomes a part")]


class SplitIn(Input):
    """Which numbers are somebody else's."""

    numbers: Annotated[
        list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=50)
    ]


class FormerQuery(PageQuery):
    """Since when."""

    since: Annotated[Moment, Field(description="that went at this time or later")]


class Former(Output):
    """A contact that there is no longer."""

    id: str
    why: Literal["merged", "erased"]
    into: Annotated[str | None, Field(description="of which contact it is a part now")]
    external_id: Annotated[str | None, Field(description="that a merged one had")]
    at: Moment


class FormerPage(Page[Former]):
    """Contacts that went, the first first."""


class Split(Output):
    """Two contacts where one was."""

    contact: Contact
    split_off: Annotated[
        Contact, Field(description="the new one, with the numbers that were given")
    ]


def former_json(row: FormerContact) -> Former:
    """Translate a row."""
    why: Literal["merged", "erased"] = "merged" if row.why == "merged" else "erased"
    return Former(
        id=row.contact_id,
        why=why,
        into=row.into_id,
        external_id=row.external_id,
        at=moment_at(row.at_ms),
    )

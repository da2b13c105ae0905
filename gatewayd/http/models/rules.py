"""The rulebook on the wire: the rules file as JSON, its templates, and previews."""

from typing import Annotated, Any

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, Page, Query, moment_at
from gatewayd.services.drafts import DEFAULT_INBOX
from gatewayd.services.preview import Preview
from routing.model import Kind, Texts
from routing.record import record
from storage.rulebook import RulebookRow

_DOCUMENT = Field(description="what the rules file holds (docs/rules.md), as JSON")
_VERSION = Field(
    ge=0,
    le=2**31 - 1,
    description="the version of the rules that you have looked at: if it is another by now, "
    "nothing is changed and the answer is 409 `changed_meanwhile`",
)


class RulesIn(Input):
    """Rules to put in force."""

    document: Annotated[dict[str, Any], _DOCUMENT]
    version: Annotated[int | None, _VERSION] = None


class RulesCheck(Input):
    """Rules to look over."""

    document: Annotated[dict[str, Any], _DOCUMENT]


class RulesVersion(Output):
    """One version of the rules."""

    version: Annotated[int, Field(description="0: nobody has set any")]
    author: Annotated[str | None, Field(description="the id of who set them")]
    created_at: Moment | None


class Rules(RulesVersion):
    """The rules."""

    document: Annotated[dict[str, Any], _DOCUMENT]


class RulesHistory(Page[RulesVersion]):
    """Versions, newest first."""


class HistoryQuery(Query):
    """Which page of the history."""

    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50
    cursor: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="`next` of the page before")
    ] = None


class TemplateIn(Input):
    """A template's texts."""

    en: Annotated[str, Field(max_length=1000)] = ""
    fr: Annotated[str, Field(max_length=1000)] = ""
    version: Annotated[int | None, _VERSION] = None


class TemplateQuery(Query):
    """What a removal was made for."""

    version: Annotated[int | None, _VERSION] = None


class Template(Output):
    """A text that rules answer with."""

    name: str
    en: str
    fr: str


class TemplatePage(Page[Template]):
    """All, by name, on one page."""

    version: Annotated[int, Field(description="of the rules")]


class RulesPreviewIn(Input):
    """Something that is supposed to arrive."""

    from_: Annotated[
        str,
        Field(alias="from", max_length=200, description="a number or name; empty: withheld"),
    ]
    text: Annotated[str, Field(max_length=10_000)] = ""
    kind: Annotated[Kind, Field(strict=False)] = Kind.SMS
    inbox: Annotated[str, Field(max_length=64)] = DEFAULT_INBOX
    modem: Annotated[str | None, Field(max_length=64, description="default: the inbox's first")] = (
        None
    )
    at: Annotated[
        str | None,
        Field(
            max_length=40,
            description="ISO 8601, without a zone by the inbox's clock (`2027-06-24T20:00`); "
            "default: now",
        ),
    ] = None
    document: Annotated[
        dict[str, Any] | None, Field(description="as if these were the rules, not those in force")
    ] = None


class RulesPreview(Output):
    """What would happen, and why."""

    rules_version: Annotated[int | None, Field(description="null: those of the request")]
    incoming: Annotated[dict[str, Any], Field(description="all that was known when deciding")]
    decision: Annotated[dict[str, Any], Field(description="everything that would be done")]
    story: Annotated[list[str], Field(description="the same for people, line by line")]


def rules_json(row: RulebookRow) -> Rules:
    """Translate a row."""
    return Rules(document=dict(row.document), **version_json(row).model_dump())


def version_json(row: RulebookRow) -> RulesVersion:
    """Translate a row without its document."""
    return RulesVersion(
        version=row.version,
        author=row.author or None,
        created_at=moment_at(row.created_at_ms) if row.version else None,
    )


def template_json(name: str, texts: Texts) -> Template:
    """Translate a template."""
    return Template(name=name, en=texts.en, fr=texts.fr)


def preview_json(preview: Preview) -> RulesPreview:
    """Translate a preview."""
    return RulesPreview(
        rules_version=preview.rules_version,
        incoming=record(preview.incoming),
        decision=record(preview.decision),
        story=list(preview.story),
    )

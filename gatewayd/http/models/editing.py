"""What the shapes of things that people edit share: names, tags, languages, versions."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from gatewayd.http.models.base import Input
from gatewayd.http.models.shapes import SLUG

Language = Literal["en", "fr"]


def _line(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("must be one line of text")
    return value.strip()


Line = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_line)]
"""A name for people, on one line."""

Line200 = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
"""As Line, of what another system made."""

Slug = Annotated[str, Field(pattern=SLUG)]
"""A name to type and to log."""

Tag = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_line)]
Tags = Annotated[list[Tag], Field(max_length=50, description="all of them; what is left out goes")]

Version = Annotated[
    int | None,
    Field(
        ge=1,
        le=2**31 - 1,
        description="the version that you have looked at: if it is another by now, nothing is "
        "changed and the answer is 409 `changed_meanwhile`",
    ),
]


def _nothing() -> None:
    """Stand for what is not given; ``model_fields_set`` tells."""


NOT_GIVEN: Any = Field(default_factory=_nothing)
"""The default of a field that null can't be given for."""


def _names_something(schema: dict[str, Any]) -> None:
    """Say what `_changes_something` checks."""
    changes = schema["properties"].keys() - {"version"}
    schema["anyOf"] = [{"required": [name]} for name in sorted(changes)]


class Changes(Input):
    """What is to be changed: what is not given stays."""

    model_config = ConfigDict(json_schema_extra=_names_something)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set - {"version"}:
            raise ValueError("names nothing to change")
        return self


class Edited(Changes):
    """What is to be changed, if it still has the version that was looked at."""

    version: Version = None

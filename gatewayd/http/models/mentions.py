"""Whom notes mention, on the wire."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Output
from storage.conversations.mentions import MentionRow


class Mention(Output):
    """A colleague who is mentioned in a note."""

    user_id: str
    name: Annotated[str, Field(description="what they are called now")]
    range: Annotated[
        list[int],
        Field(
            description="where in the text, from its `@` and up to, in Unicode characters",
            min_length=2,
            max_length=2,
        ),
    ]


def mentions_json(rows: Sequence[MentionRow]) -> list[Mention]:
    """Translate rows."""
    return [
        Mention(user_id=row.person_id, name=row.name, range=[row.start, row.stop]) for row in rows
    ]

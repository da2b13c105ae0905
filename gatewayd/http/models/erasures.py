"""Erasures on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, moment_at
from gatewayd.http.models.editing import Line200
from gatewayd.services.erasures import Erasure


class EraseIn(Input):
    """Why."""

    reason: Annotated[
        Line200,
        Field(description="such as how they asked; kept in the audit: no names, no numbers"),
    ]


class BackupOfBefore(Output):
    """A copy that may still hold it."""

    file: str
    made_at: Moment


class ErasureDone(Output):
    """What was erased."""

    contact: str
    messages: int
    notes: int
    canceled: Annotated[int, Field(description="messages that were still waiting to be sent")]
    files: Annotated[
        Literal["clean", "rewritten", "busy", "by_server"],
        Field(
            description="whether anything is left in the database's files: `clean`; `rewritten`, "
            "the file was written anew; `busy`, somebody reads it, ask again in a while; "
            "`by_server`, PostgreSQL clears up by itself"
        ),
    ]
    backups: Annotated[
        list[BackupOfBefore],
        Field(
            description="copies that are known and were made since this contact is; they hold it"
        ),
    ]


def erasure_json(contact_id: str, erasure: Erasure) -> ErasureDone:
    """Translate what was done."""
    return ErasureDone(
        contact=contact_id,
        messages=erasure.done.messages,
        notes=erasure.done.notes,
        canceled=erasure.done.canceled,
        files=erasure.files.value,
        backups=[
            BackupOfBefore(file=copy.path, made_at=moment_at(copy.made_at_ms))
            for copy in erasure.backups
        ],
    )

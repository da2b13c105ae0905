"""USB sticks on the wire: what `gatewayd modems scan` shows."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Output, Page, Query
from gatewayd.survey import FoundStick

_STATES = (
    "`used` by an entry of the configuration; `free`: a modem that no entry names; `busy`: another "
    "program has it; `forbidden`: no permission; `silent`: no port answers AT; `not_asked`; "
    "`hilink` and `cdrom`: no port, it has to be changed first"
)


class FoundQuery(Query):
    """How to look."""

    ask: Annotated[bool, Field(description="open the free sticks and ask who they are")] = True


class Stick(Output):
    """One USB stick and its ports."""

    place: Annotated[str, Field(description="where on the USB it is plugged in")]
    usb_id: str
    description: str
    serial: str | None
    ports: list[str]
    state: Annotated[str, Field(description=_STATES)]
    modem: Annotated[str | None, Field(description="the entry that uses it or names it")]
    held_by: Annotated[str | None, Field(description="programs that have it open, if seen")]
    reason: Annotated[str | None, Field(description="why it cannot be opened")]
    imei: str | None
    manufacturer: str | None
    model: str | None
    table: Annotated[
        str | None, Field(description="the lines that adopt it, for the configuration")
    ]


class StickPage(Page[Stick]):
    """All sticks, on one page."""


def stick_json(found: FoundStick) -> Stick:
    """Translate what was found."""
    return Stick(**asdict(found) | {"ports": list(found.ports), "state": found.state.value})

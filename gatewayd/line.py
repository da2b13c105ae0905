"""Who is on the line at this moment: the modem's name, its SIM and device, its inboxes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A modem as ingest, dispatch and reports need it. ``number`` is the SIM's own."""

    modem: str
    iccid: str | None
    imei: str | None
    number: str | None
    inboxes: tuple[str, ...]

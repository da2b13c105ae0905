"""The incident of a modem while the rules cannot be applied to what comes in there."""

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import modems
from storage.commits import era_of

CODE = "rules_failed"

_DETAIL = "what came in was received, but the rules could not be applied to it; the log tells where"
_CURE = "the rules have been applied again"


class RulesIncident:
    """At most one for each modem, also over restarts; over with the next that goes well."""

    def __init__(self) -> None:
        self._well: dict[str, object | None] = {}

    async def failed(self, tx: AsyncConnection, modem: str, *, now_ms: int) -> None:
        """Open it, unless it is open."""
        self._well.pop(modem, None)
        if not await self._open(tx, modem):
            await modems.open_incident(tx, modem=modem, code=CODE, detail=_DETAIL, now_ms=now_ms)

    async def went_well(self, tx: AsyncConnection, modem: str, *, now_ms: int) -> None:
        """Close it; asks the store only after a start, a failure or a transaction that is lost."""
        era = era_of(tx)
        if modem in self._well and self._well[modem] is era:
            return
        found = await self._open(tx, modem)
        for incident_id in found:
            await modems.close_incident(tx, incident_id=incident_id, cure=_CURE, now_ms=now_ms)
        if not found:  # else it may come to nothing, and is looked at once more
            self._well[modem] = era

    @staticmethod
    async def _open(tx: AsyncConnection, modem: str) -> list[str]:
        return [
            incident.id
            for incident in await modems.incidents_of(tx, modem)
            if incident.code == CODE and incident.closed_at_ms is None
        ]

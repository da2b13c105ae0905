"""Who did what, whether the journal is whole, and exports, each of which is in it first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from gatewayd.exports.exports import Asked
from gatewayd.exports.formats import MEDIA_TYPES, Format
from gatewayd.http.problems import not_found
from gatewayd.http.route import AUDITS, EXPORTS, STAFF
from gatewayd.http.routes.exports import send_spool
from gatewayd.services.tokens import Scope
from gatewayd.web.digits import number_in
from gatewayd.web.records.facts import details
from gatewayd.web.records.sentences import SENTENCES, place_of, told
from gatewayd.web.render import page
from gatewayd.web.route import PageRoute, Visit
from storage.audit import AuditFilter
from storage.people import PersonRow

_ROWS = 50
_LONGEST = 80
_CONVERSATION = re.compile(r"cnv_[0-9A-Z]{26}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A row as it is shown."""

    at_ms: int
    sentence: str
    place: str | None
    more: str


async def _audit(visit: Visit) -> web.StreamResponse:
    query = visit.request.query
    asked = {name: query.get(name, "")[:_LONGEST] for name in ("actor", "action", "subject", "day")}
    since_ms, until_ms = _day(asked["day"], visit.formats.zone)
    found = await visit.request.app[AUDITS].page(
        AuditFilter(
            actor=asked["actor"] or None,
            action=asked["action"] or None,
            subject=asked["subject"] or None,
            since_ms=since_ms,
            until_ms=until_ms,
        ),
        limit=_ROWS,
        before=number_in(query.get("before", "")),
        by=visit.author,
    )
    people = await visit.request.app[STAFF].people()
    names = found.names | await _names(visit, people)
    verify = "verify" in query
    kept = {name: value for name, value in asked.items() if value}
    return page(
        visit,
        "records/audit.html",
        rows=[
            Told(
                at_ms=row.at_ms,
                sentence=told(row, names, visit.tongue),
                place=place_of(row),
                more=details(row, names, visit.tongue),
            )
            for row in found.rows
        ],
        asked=asked,
        actions=SENTENCES,
        people=people,
        more=None if found.next is None else urlencode({**kept, "before": found.next}),
        verdict=await visit.request.app[AUDITS].verify(None) if verify else None,
    )


async def _names(visit: Visit, people: Sequence[PersonRow]) -> dict[str, str]:
    teams = await visit.request.app[STAFF].teams()
    return {row.id: row.display_name for row in people} | {
        row.id: row.display_name for row in teams
    }


def _day(written: str, zone: ZoneInfo) -> tuple[int | None, int | None]:
    try:
        day = date.fromisoformat(written)
        ends = (datetime.combine(day + timedelta(days=n), time(), tzinfo=zone) for n in (0, 1))
        since_ms, until_ms = (int(each.timestamp() * 1000) for each in ends)
    except (ValueError, OverflowError):
        return None, None
    return since_ms, until_ms


async def _exports(visit: Visit) -> web.StreamResponse:
    asked = visit.request.query.get("conversation", "")
    return page(
        visit,
        "records/exports.html",
        conversation=asked if _CONVERSATION.fullmatch(asked) else "",
    )


async def _everything(visit: Visit) -> web.StreamResponse:
    spool = await visit.request.app[EXPORTS].everything(by=visit.author)
    return await send_spool(
        visit.request,
        spool,
        media_type="application/jsonl",
        disposition='attachment; filename="gatewayd.jsonl"',
    )


async def _conversation(visit: Visit) -> web.StreamResponse:
    written, conversation_id = visit.field("format"), visit.named("id")
    chosen = Format(written) if written in set(Format) else Format.HTML
    asked = Asked(conversation_id=conversation_id, format=chosen, language=visit.tongue.language)
    spool = await visit.request.app[EXPORTS].conversation(asked, by=visit.author)
    if spool is None:
        raise not_found(f"conversation {conversation_id!a}")
    kind = "inline" if chosen is Format.HTML else "attachment"
    return await send_spool(
        visit.request,
        spool,
        media_type=MEDIA_TYPES[chosen],
        disposition=f'{kind}; filename="{conversation_id}.{chosen.value}"',
    )


ROUTES = (
    PageRoute(method="GET", path="/audit", handler=_audit, access=Scope.MANAGE),
    PageRoute(method="GET", path="/exports", handler=_exports, access=Scope.SUPERVISE),
    PageRoute(
        method="POST", path="/exports/everything", handler=_everything, access=Scope.SUPERVISE
    ),
    PageRoute(
        method="POST",
        path="/exports/conversations/{id}",
        handler=_conversation,
        access=Scope.SUPERVISE,
    ),
)

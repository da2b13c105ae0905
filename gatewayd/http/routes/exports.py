"""Routes that hand out whole conversations, and everything."""

from http import HTTPStatus
from typing import IO

from aiohttp import web

from config.schema import Language
from gatewayd.exports.exports import Asked
from gatewayd.exports.formats import MEDIA_TYPES, Format
from gatewayd.http.models.exports import ExportQuery
from gatewayd.http.problems import not_found
from gatewayd.http.route import EXPORTS, Answer, Call, Route
from gatewayd.services.tokens import Scope

_CHUNK = 1 << 16
_LINES = "application/jsonl"
# Nothing that somebody texted may run in the shop's browser, even if it got past the escaping.
_STRICT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def export_conversation(call: Call) -> web.StreamResponse:
    """Hand out one conversation."""
    asked: ExportQuery = call.query
    conversation_id = call.request.match_info["id"]
    wanted = Asked(
        conversation_id=conversation_id, format=asked.format, language=_language(call, asked)
    )
    spool = await call.request.app[EXPORTS].conversation(wanted, by=call.author)
    if spool is None:
        raise not_found(f"conversation {conversation_id!a}")
    kind = "inline" if asked.format is Format.HTML else "attachment"
    name = f'{kind}; filename="{conversation_id}.{asked.format.value}"'
    return await send_spool(
        call.request, spool, media_type=MEDIA_TYPES[asked.format], disposition=name
    )


async def export_everything(call: Call) -> web.StreamResponse:
    """Hand out all there is."""
    spool = await call.request.app[EXPORTS].everything(by=call.author)
    name = 'attachment; filename="gatewayd.jsonl"'
    return await send_spool(call.request, spool, media_type=_LINES, disposition=name)


async def send_spool(
    request: web.Request, spool: IO[bytes], *, media_type: str, disposition: str
) -> web.StreamResponse:
    """Hand out a file that was written, and close it."""
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{media_type}; charset=utf-8",
            "Content-Disposition": disposition,
            "Content-Security-Policy": _STRICT,
        }
    )
    with spool:
        await response.prepare(request)
        while chunk := spool.read(_CHUNK):
            await response.write(chunk)
        await response.write_eof()
    return response


def _language(call: Call, asked: ExportQuery) -> Language:
    """Choose what was asked for, else what the browser wants first, else the gateway's."""
    if asked.language is not None:
        return Language(asked.language)
    for wanted in call.request.headers.get("Accept-Language", "").split(","):
        name = wanted.strip()[:2].lower()
        if name in set(Language):
            return Language(name)
    return call.context.settings.gateway.language


ROUTES = (
    Route(
        method="GET",
        path="/v1/conversations/{id}/export",
        handler=export_conversation,
        access=Scope.SUPERVISE,
        tag="Exports",
        summary="A whole conversation as JSON, as CSV, or as a page to print",
        description="It is in the audit before it is handed out.",
        query=ExportQuery,
        streams=True,
        answers={
            HTTPStatus.OK: Answer(
                media_type=MEDIA_TYPES[Format.JSON],
                description="By `format`: JSON, the oldest first, or CSV, or a page",
                also=dict.fromkeys((MEDIA_TYPES[Format.CSV], MEDIA_TYPES[Format.HTML])),
            )
        },
    ),
    Route(
        method="GET",
        path="/v1/export",
        handler=export_everything,
        access=Scope.SUPERVISE,
        tag="Exports",
        summary="Everything, as JSON Lines",
        description="Of one moment. It is in the audit before it is handed out.",
        streams=True,
        answers={HTTPStatus.OK: Answer(media_type=_LINES, description="One object a line")},
    ),
)

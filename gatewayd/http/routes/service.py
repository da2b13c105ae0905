"""Health, figures and the API's own description."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from aiohttp import web

from gatewayd.disk import disk_space
from gatewayd.http import answers
from gatewayd.http.context import HttpContext
from gatewayd.http.models.service import Health, Ready
from gatewayd.http.openapi import DESCRIPTION
from gatewayd.http.problems import Problem
from gatewayd.http.route import WEBHOOKS, Answer, Call, Door, Route
from gatewayd.metrics import MEDIA_TYPE, Backlog, Snapshot, WebhookFigures
from gatewayd.watching import ServiceFigures
from gatewayd.web.apidocs.pages import docs
from storage import callbacks, gauges, mails, queries
from storage.copies import last_backup_ms
from storage.errors import StoreError

_TAG = "Service"
_log = structlog.get_logger(__name__)


async def healthz(call: Call) -> web.StreamResponse:
    """Answer at all: that is the health."""
    return answers.json_of(Health(version=call.context.version))


async def readyz(call: Call) -> web.StreamResponse:
    """Try the store and look at the modems."""
    context = call.context
    reasons: list[str] = []
    if context.stopping.is_set():
        reasons.append("the gateway is shutting down")
    try:
        await context.store.check()
    except StoreError as error:
        reasons.append(f"the store does not answer: {error}")
    views = context.modems.views()
    ready = [view.name for view in views if view.state == "ready"]
    if not views:
        reasons.append("no modem is configured")
    elif not ready:
        reasons += [
            f"modem {view.name} is {view.state}" + (f": {view.reason}" if view.reason else "")
            for view in views
        ]
    if reasons:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", "; ".join(reasons), reasons=reasons
        )
    return answers.json_of(Ready(modems=ready))


async def metrics(call: Call) -> web.StreamResponse:
    """Write the figures of this moment; what the store does not tell is missing."""
    context = call.context
    now_ms = context.clock.now_ms()
    messages: Mapping[str, int] = {}
    oldest: Mapping[str, int] = {}
    mail: Backlog | None = None
    calls: Backlog | None = None
    webhooks: Sequence[WebhookFigures] = ()
    try:
        async with context.store.read() as tx:
            messages = await queries.count_by_state(tx)
            oldest = await gauges.oldest_due_ms(tx, now_ms=now_ms)
            mail = _backlog(await mails.figures(tx), now_ms)
            calls = _backlog(await callbacks.figures(tx), now_ms)
        webhooks = await call.request.app[WEBHOOKS].figures()
    except StoreError as error:
        _log.warning("metrics_without_store", reason=str(error))
    snapshot = Snapshot(
        version=context.version,
        modems=context.modems.views(),
        messages=messages,
        store_unavailable=context.store.unavailable_total,
        webhooks=webhooks,
        mail=mail,
        calls=calls,
        service=_service_figures(context, oldest, now_ms),
    )
    return web.Response(
        body=context.metrics.exposition(snapshot), headers={"Content-Type": MEDIA_TYPE}
    )


def _backlog(found: mails.MailFigures | callbacks.CallFigures, now_ms: int) -> Backlog:
    return Backlog(
        pending=found.pending,
        lag_seconds=max(0, now_ms - (found.oldest_ms or now_ms)) / 1000,
        failed=found.failed,
    )


def _service_figures(
    context: HttpContext, oldest: Mapping[str, int], now_ms: int
) -> ServiceFigures:
    data_dir = context.settings.gateway.data_dir
    shown = context.certificates
    try:
        backup_ms = last_backup_ms(data_dir)
    except OSError:  # a file of root's, after one start by hand: told by the doctor (files_foreign)
        backup_ms = None
    return ServiceFigures(
        store_writable=context.store.write_trouble is None,
        disk=disk_space(data_dir),
        queue_age_seconds={
            inbox: max(0, now_ms - due_ms) / 1000 for inbox, due_ms in oldest.items()
        },
        database_bytes=gauges.database_bytes(data_dir),
        certificate_ends=None if shown is None else shown.pair.not_after.timestamp(),
        last_backup=None if backup_ms is None else backup_ms / 1000,
    )


async def openapi(call: Call) -> web.StreamResponse:
    """Describe the API to programs."""
    return answers.json_text(call.request.app[DESCRIPTION].text)


ROUTES = (
    Route(
        method="GET",
        path="/healthz",
        handler=healthz,
        access=Door.LOOPBACK,
        tag=_TAG,
        summary="Is the process alive",
        answers={HTTPStatus.OK: Answer(model=Health, description="The loop answers")},
    ),
    Route(
        method="GET",
        path="/readyz",
        handler=readyz,
        access=Door.LOOPBACK,
        tag=_TAG,
        summary="Can it send now",
        description="Writes to the store, and wants at least one modem to be `ready`.",
        answers={HTTPStatus.OK: Answer(model=Ready, description="It can")},
    ),
    Route(
        method="GET",
        path="/metrics",
        handler=metrics,
        access=Door.LOOPBACK,
        tag=_TAG,
        summary="Figures for Prometheus",
        answers={
            HTTPStatus.OK: Answer(media_type="text/plain", description="Prometheus' text format")
        },
    ),
    Route(
        method="GET",
        path="/openapi.json",
        handler=openapi,
        access=Door.OPEN,
        tag=_TAG,
        summary="This API, for programs (OpenAPI 3.1)",
        answers={HTTPStatus.OK: Answer(description="The document")},
    ),
    Route(
        method="GET",
        path="/docs",
        handler=docs,
        access=Door.OPEN,
        tag=_TAG,
        summary="This API, for people: to read, and to try; needs no internet",
        answers={HTTPStatus.OK: Answer(media_type="text/html", description="The page")},
    ),
)

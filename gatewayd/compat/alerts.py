"""The webhooks of Prometheus's Alertmanager and of Grafana: alerts as texts to a list of phones.

Both try again after a 5xx and after nothing else, so whatever may go better later is a 503. A
notification that is posted again within ten minutes sends nothing again.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

import structlog
from aiohttp import web

from config.compat import AlertReceiverSettings
from gatewayd.compat.alerttext import Notice, cut, text_of
from gatewayd.compat.sending import Denied, Sent, Taken, send
from gatewayd.compat.visit import Endpoint, Visit
from gatewayd.http.answers import json_text
from gatewayd.http.jsonbody import body_as
from gatewayd.http.problems import Problem, not_found
from gatewayd.services.drafts import Draft, Policy
from gatewayd.services.tokens import Scope

SAME_FOR_MS = 600_000
"""Longer than Alertmanager tries one notification again, shorter than its reminders."""

_log = structlog.get_logger(__name__)

_LATER = frozenset({HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})


def _taking(api: str) -> Callable[[Visit], Awaitable[web.Response]]:
    async def take(visit: Visit) -> web.Response:
        principal = await visit.enter_by_header(scope=Scope.MESSAGES_SEND)
        receiver = _receiver(visit)
        notice = body_as(Notice, await visit.body())
        draft = _draft(api, receiver, notice, Policy.of(visit.context.settings))
        same = _identity(api, receiver.name, notice)
        sent = await send(
            visit,
            principal,
            draft,
            receiver.to,
            key=same.hex(),
            valid_ms=SAME_FOR_MS,
            digest=same,
        )
        return _told(receiver, sent)

    return take


def _draft(api: str, receiver: AlertReceiverSettings, notice: Notice, policy: Policy) -> Draft:
    text = cut(
        text_of(notice, receiver.template),
        max_parts=min(receiver.cut_to_parts, policy.max_parts),
        shifts=policy.shifts,
    )
    return Draft(
        to="",
        text=text,
        inbox=receiver.inbox,
        priority="urgent",
        client_reference=f"{api}:{receiver.name}",
    )


def _told(receiver: AlertReceiverSettings, sent: Sequence[Sent]) -> web.Response:
    taken = [{"to": one.to, "id": one.id} for one in sent if isinstance(one, Taken)]
    denied = [one for one in sent if isinstance(one, Denied)]
    for one in denied:
        # Nobody reads the answer; somebody waits for this text.
        _log.warning("alert_not_texted", receiver=receiver.name, code=one.code)
    refused = [{"to": one.to, "detail": one.detail} for one in denied]
    return json_text(json.dumps({"sent": taken, "refused": refused}))


def _receiver(visit: Visit) -> AlertReceiverSettings:
    name = visit.request.match_info["name"]
    for receiver in visit.context.settings.alert_receivers:
        if receiver.name == name:
            return receiver
    raise not_found(f"[[alert_receivers]] table named {name!a}")


def _identity(api: str, receiver: str, notice: Notice) -> bytes:
    """Digest what makes two notifications the same one, posted again."""
    alerts = sorted(
        (one.fingerprint or json.dumps(one.labels, sort_keys=True), one.status, one.starts_at)
        for one in notice.alerts
    )
    facts = [api, receiver, notice.group_key, notice.status, alerts]
    return hashlib.sha256(json.dumps(facts).encode()).digest()


def _refuse(problem: Problem) -> web.Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if problem.status in _LATER else problem.status
    headers: Mapping[str, str] = problem.headers
    body = json.dumps({"error": problem.detail, "code": problem.code})
    return json_text(body, status=status, headers=headers)


def _endpoint(api: str) -> Endpoint:
    return Endpoint(
        methods=("POST",), path=f"/compat/{api}/{{name}}", handler=_taking(api), refuse=_refuse
    )


ALERTMANAGER = (_endpoint("alertmanager"),)
GRAFANA = (_endpoint("grafana"),)

"""Asking the daemon on its unix socket how it is and how its modems are.

Owns reading its answers. Must not raise for what an older or newer daemon answers differently.
"""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

from gatewayd.cli.client import Client, Json
from gatewayd.cli.failure import CliError, NoDaemonError, RefusedError
from gatewayd.doctor.facts import DaemonFacts, ModemFacts, Standing

_MOST = 200
_STORE_TROUBLE = re.compile(r"the store does not answer: ([^;]+)", re.IGNORECASE)
"""As /readyz words it."""


def ask(socket: Path) -> DaemonFacts:
    """Ask for version, readiness and modems; gives what was in the way where it fails."""
    client = Client(socket)
    try:
        health = client.get("/healthz")
        store_trouble = _store_trouble(client)
        items = client.get("/v1/modems").get("items")
    except NoDaemonError as error:
        return DaemonFacts(standing=_standing(error), said=error.sentence)
    except RefusedError as error:
        refused = error.http_status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        standing = Standing.FORBIDDEN if refused else Standing.SILENT
        return DaemonFacts(standing=standing, said=error.sentence)
    except CliError as error:
        # No answer, or not in JSON: another program, or a version that is no more.
        return DaemonFacts(standing=Standing.SILENT, said=error.sentence)
    modems = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return DaemonFacts(
        standing=Standing.RUNNING,
        version=_text(health.get("version")),
        store_trouble=store_trouble,
        modems=tuple(map(modem_facts, modems)),
        modems_json=tuple(modems),
        unknown_messages=_unknown_messages(client),
    )


def _unknown_messages(client: Client) -> int:
    try:
        found = client.get("/v1/messages", {"state": "unknown", "limit": _MOST}).get("items")
    except CliError:
        return 0  # the store does not answer, which is told above
    return len(found) if isinstance(found, list) else 0


def modem_facts(modem: Json) -> ModemFacts:
    """Read one modem of ``GET /v1/modems``."""
    limits = modem.get("limits")
    incidents = modem.get("incidents")
    paused = modem.get("paused")
    return ModemFacts(
        name=str(modem.get("name", "")),
        state=str(modem.get("state", "")),
        reason=_text(modem.get("reason")) or "",
        registration=_text(modem.get("registration")),
        operator=_text(modem.get("operator")),
        iccid=_text(modem.get("iccid")),
        signal_dbm=_number(modem.get("signal_dbm")),
        queue=_number(modem.get("queue")) or 0,
        store_used=_number(modem.get("store_used")),
        store_size=_number(modem.get("store_size")),
        muted=modem.get("muted") is True,
        paused=_text(paused.get("detail")) if isinstance(paused, dict) else None,
        limits={
            str(name): value
            for name, value in (limits if isinstance(limits, dict) else {}).items()
            if isinstance(value, int)
        },
        incidents=tuple(
            f"{each.get('kind')}: {each.get('detail')}"
            for each in (incidents if isinstance(incidents, list) else [])
            if each.get("closed_at") is None
        ),
    )


def _standing(error: NoDaemonError) -> Standing:
    if error.stopped:
        return Standing.STOPPED
    if isinstance(error.__cause__, PermissionError):
        return Standing.FORBIDDEN
    return Standing.SILENT


def _store_trouble(client: Client) -> str | None:
    try:
        client.get("/readyz")
    except RefusedError as error:
        match = _STORE_TROUBLE.search(error.sentence)
        return None if match is None else match[1].removesuffix(".")
    return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

"""The doctor from inside the daemon: what it finds of modems, ports, disk and clock, in words.

What only a look from outside can tell (whether the daemon runs, whether the database's file is
whole) is the command's: `gatewayd doctor`.
"""

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewayd.doctor import checks_modems, host, processes, usb, words
from gatewayd.doctor.daemon import modem_facts
from gatewayd.doctor.examine import examine
from gatewayd.doctor.facts import ConfigFacts, DaemonFacts, Facts, Standing
from gatewayd.doctor.findings import Finding
from gatewayd.doctor.gather import MACHINE, ports_of
from gatewayd.http.context import HttpContext
from gatewayd.http.models.modems import modem_json
from gatewayd.web.languages import Tongue
from modem.usb_reset import FOLDER as USB_FOLDER
from storage import queries
from storage.errors import StoreUnavailable
from storage.states import MessageState

_TYPED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A finding in the reader's language."""

    code: str
    subject: str
    severity: str
    cause: str
    fix: str
    evidence: Sequence[tuple[str, str]]


def of_modems(context: HttpContext, tongue: Tongue) -> dict[str, list[Diagnosis]]:
    """Tell of each modem by its name what its own answers show; looks at nothing else."""
    facts = _told(context, unknown=0)
    found: dict[str, list[Diagnosis]] = {}
    for finding in checks_modems.modems(facts):
        found.setdefault(finding.subject, []).append(_in_words(finding, tongue))
    return found


async def of_everything(context: HttpContext, tongue: Tongue) -> list[Diagnosis]:
    """Look at all that the daemon can see."""
    try:
        async with context.store.read() as tx:
            unknown = (await queries.count_by_state(tx)).get(MessageState.UNKNOWN, 0)
    except StoreUnavailable:
        unknown = 0  # the store's own trouble is told
    facts = await asyncio.to_thread(_looked, _told(context, unknown=unknown))
    return [_in_words(finding, tongue) for finding in examine(facts)]


def _told(context: HttpContext, *, unknown: int) -> Facts:
    modems = [modem_json(view).model_dump(mode="json") for view in context.modems.views()]
    return Facts(
        config=ConfigFacts(file=None, settings=context.settings),
        daemon=DaemonFacts(
            standing=Standing.RUNNING,
            version=context.version,
            store_trouble=context.store.write_trouble,
            modems=tuple(map(modem_facts, modems)),
            unknown_messages=unknown,
        ),
        now_ms=context.clock.now_ms(),
        version=context.version,
    )


def _looked(told: Facts) -> Facts:
    """Add what this machine shows: its files under /sys, /proc and the data folder."""
    settings = told.config.settings
    if settings is None:
        raise LookupError("the daemon runs without settings")
    sticks = usb.sticks(MACHINE)
    account = host.account_of(settings.gateway.data_dir)
    ports = ports_of(MACHINE, settings, sticks, account)
    return Facts(
        config=told.config,
        daemon=told.daemon,
        sticks=sticks,
        ports=ports,
        processes=processes.look(
            MACHINE,
            devices={port.real for port in ports.values() if port.present},
            listen=None,
            own=(os.getpid(),),
        ),
        usb_helper=(MACHINE / USB_FOLDER.relative_to("/")).is_dir(),
        user=account.name,
        folder=host.folder_facts(settings.gateway.data_dir, account),
        now_ms=told.now_ms,
        version=told.version,
    )


def _quoted(text: str, tongue: Tongue) -> str:
    """Put what one types between quotation marks, as people do who do not write programs."""
    return _TYPED.sub(lambda typed: tongue.quoted(typed[1]), text)


def _in_words(finding: Finding, tongue: Tongue) -> Diagnosis:
    signs = words.TEXTS[tongue.language].signs
    return Diagnosis(
        code=finding.code.value,
        subject=finding.subject,
        severity=finding.severity.value,
        cause=_quoted(words.cause(finding, tongue.language), tongue),
        fix=_quoted(words.fix(finding, tongue.language), tongue),
        evidence=[(signs[sign], value) for sign, value in finding.evidence.items()],
    )

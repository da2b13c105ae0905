"""How a modem is told to announce what comes in, and asked whether it still does."""

import structlog

from modem.at import verbs
from modem.at.verbs import CnmiSet, CnmiSupport
from modem.dialogue import learn, tell
from modem.port import Port

_log = structlog.get_logger(__name__)

_ANY_SET = CnmiSupport(
    modes=frozenset({1, 2}),
    mts=frozenset({0, 1}),
    bms=frozenset({0}),
    dss=frozenset({0, 1, 2}),
    bfrs=frozenset({0, 1}),
)


async def armed_announcements(port: Port) -> CnmiSet | None:
    """How the modem says that it announces now; None where it does not tell."""
    return await learn(port, verbs.cnmi_read(), verbs.parse_cnmi)


TRIES = 2
"""A letter lost on the line must not cost the delivery reports until the next set-up."""


async def arm_announcements(port: Port, *, stored_reports: bool) -> CnmiSet | None:
    """Put the best legal +CNMI set in force; a modem may refuse sets of legal numbers."""
    support = await _offered(port)
    for choice in support.candidates(stored_reports=stored_reports):
        for _ in range(TRIES):
            if await tell(port, verbs.cnmi(choice)):
                return choice
    _log.warning("announcements_refused", device=port.device)
    return None


async def _offered(port: Port) -> CnmiSupport:
    """What the modem says that it can; one that offers no reports at all is asked twice."""
    said = await learn(port, verbs.cnmi_test(), verbs.parse_cnmi_test)
    if said is None or not any(choice.ds for choice in said.candidates(stored_reports=True)):
        said = await learn(port, verbs.cnmi_test(), verbs.parse_cnmi_test) or said
    return said or _ANY_SET

"""Which SIM is in the modem, and whether it is the one that this modem serves.

Owns what counts as another SIM. Which one is served is the gateway's to remember.
"""

from dataclasses import replace

from modem.at import verbs
from modem.dialogue import learn_any
from modem.errors import ModemError
from modem.events import Handler, Identity
from modem.port import Port

ICCID_TRIES = 4

LEAST_ICCID = 18
"""Digits that all forms of one ICCID have in common: some modems leave its check digit out."""


class OtherSimError(ModemError):
    """The SIM is not the one that this modem served last; ``identity`` is who is there instead."""

    def __init__(self, *, iccid: str, detail: str, identity: Identity) -> None:
        super().__init__(detail)
        self.iccid = iccid
        self.detail = detail
        self.identity = identity


async def sim_iccid(port: Port, expected: str | None = None) -> str | None:
    """Who the SIM says that it is; None where the modem understands no question for it.

    Asked until two answers agree, unless it is the ``expected`` one: a digit that a bad line has
    changed would be another SIM.
    """
    before = expected
    for _ in range(ICCID_TRIES):
        found = await learn_any(port, verbs.ccid_variants(), verbs.parse_ccid)
        if found is None or found == before:
            return found
        before = found
    return None


def is_same_sim(one: str, other: str) -> bool:
    """Compare two ICCIDs, which may come of different questions."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= LEAST_ICCID and longer.startswith(shorter))


async def check_sim(handler: Handler, identity: Identity, *, modem: str) -> None:
    """Go on with a SIM that is known, the first one, or one that does not tell who it is.

    Raises OtherSimError, and SetupError where nobody can say now.
    """
    iccid = identity.iccid
    if iccid is None:
        return
    served = await handler.served_sim()
    if served is not None and not is_same_sim(iccid, served):
        raise OtherSimError(
            iccid=iccid,
            detail=f"another SIM is in the modem ({_masked(iccid)}) than before "
            f"({_masked(served)}): if it is the right one, run `gatewayd modems confirm-sim "
            f"{modem}`; else put the old one back",
            identity=replace(identity, number=None),  # the configured one is the old SIM's
        )


def _masked(iccid: str) -> str:
    return f"…{iccid[-4:]}"

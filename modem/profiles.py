"""What single kinds of modem do otherwise than they say, where probing cannot find it out."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Facts about a kind of modem; the defaults are what the standard says."""

    stored_reports: bool = True
    """Stored status reports are announced with the store they lie in."""


_PROFILES: tuple[tuple[re.Pattern[str], Profile], ...] = (
    # Quectel EC25/EG25 keep reports in SR but announce "SM",0 (wdoekes/asterisk-chan-quectel #75).
    (re.compile(r"\bE[CG]25\b", re.IGNORECASE), Profile(stored_reports=False)),
)


def profile_of(model: str | None) -> Profile:
    """The profile of a model by its +CGMM name; the standard's where none is known."""
    for pattern, profile in _PROFILES:
        if model is not None and pattern.search(model):
            return profile
    return Profile()

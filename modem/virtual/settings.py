"""What the computer may set in a modem, and what a power-off forgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.virtual.personality import Personality


@dataclass(slots=True, kw_only=True)
class Settings:
    """Volatile settings. They outlive the computer's program, not the modem's power."""

    echo: bool
    verbose: bool = True
    quiet: bool = False
    error_level: int = 0  # +CMEE
    text_mode: bool = False  # +CMGF=1
    show_details: bool = False  # +CSDH
    character_set: str = "IRA"  # +CSCS
    phase: int = 0  # +CSMS
    announcements: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)  # +CNMI
    text_parameters: tuple[int, int, int, int] = (17, 167, 0, 0)  # +CSMP: fo, vp, pid, dcs
    memories: list[str] = field(default_factory=list)  # +CPMS
    caller_id: bool = False  # +CLIP
    registration_detail: dict[str, int] = field(default_factory=dict)  # +CREG=n and kin
    chatter: bool = True  # Huawei's ^CURC
    functionality: int = 1  # +CFUN


def power_on_settings(personality: Personality) -> Settings:
    """Return the settings with which this make starts."""
    return Settings(echo=personality.echo, memories=list(personality.preferred))

"""Personalities by name: which make of modem to be."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from modem.virtual.errors import UnknownPersonalityError
from modem.virtual.makes import GENERIC, HUAWEI, LTE, QUECTEL, SIM800
from modem.virtual.oddities import ODDITIES
from modem.virtual.traits import Personality

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GENERIC", "PERSONALITIES", "Personality", "personality"]

_MAKES = (GENERIC, HUAWEI, SIM800, QUECTEL, LTE)
PERSONALITIES: Mapping[str, Personality] = MappingProxyType(
    {each.name: each for each in (*_MAKES, *ODDITIES)}
)


def personality(name: str) -> Personality:
    """Return the personality of this name. Raises UnknownPersonalityError."""
    try:
        return PERSONALITIES[name]
    except KeyError:
        raise UnknownPersonalityError(name=name, known=tuple(PERSONALITIES)) from None

"""Hiding what names a person or a SIM in a file that leaves the house: numbers, keys, addresses.

Owns what counts as a number in free text. Texts of messages are not masked: they never get here.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatewayd.logs import mask

_NUMBERS = re.compile(
    # A number with its +, blanks and dashes allowed; 7 digits (IMEI, ICCID: some end in F);
    # North America's usual grouping. Not inside a word: an id is no number.
    r"(?<!\w)\+\d[\d .()-]{5,}\d(?!\w)"
    r"|(?<!\w)\d{7,}F?(?!\w)"
    r"|(?<!\w)\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)"
)
_PASSWORD = re.compile(r"(?<=://)([^/@\s:]+):[^/@\s]+(?=@)")
_TOKEN = re.compile(r"\bgw_[\w-]{8,}")


def masked(value: Any) -> Any:
    """Give JSON with every number, token and password in it hidden."""
    match value:
        case str():
            return text(value)
        case Mapping():
            return {name: masked(item) for name, item in value.items()}
        case list() | tuple():
            return [masked(item) for item in value]
        case _:
            return value


def text(value: str) -> str:
    """Hide what names a person or opens a door in one text."""
    value = _PASSWORD.sub(r"\1:•••", value)
    value = _TOKEN.sub("gw_•••", value)
    return _NUMBERS.sub(lambda match: mask(re.sub(r"[ .()-]", "", match[0])), value)

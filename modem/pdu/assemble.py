"""Parts into the message they were: raw user data joined first, decoded after.

Owns the joining, which heals what a sender's cutting has torn (surrogate pairs, escapes). Which
parts belong together, others find out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from modem.pdu import gsm7
from modem.pdu.dcs import Alphabet
from modem.pdu.errors import PduError
from modem.pdu.userdata import UserData, decode_ucs2

GAP = "[…]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """`text` of the text parts, gaps shown as "[…]"; `data` of the others; None where none is."""

    text: str | None
    data: bytes | None
    missing: tuple[int, ...]


def assemble(parts: Mapping[int, UserData], total: int) -> Assembled:
    """Join the parts that are there, by number 1 to `total`; PduError for any other number."""
    wanted = range(1, total + 1)
    strange = [number for number in parts if number not in wanted]
    if strange:
        raise PduError("bad_part_number", f"part {strange[0]} is not one of {total}")
    ordered = [parts.get(number) for number in wanted]
    data = [part.octets for part in ordered if part is not None and not part.readable]
    readable = any(part is not None and part.readable for part in ordered)
    return Assembled(
        text="".join(_runs(ordered)) if readable else None,
        data=b"".join(data) if data else None,
        missing=tuple(number for number in wanted if number not in parts),
    )


def _runs(ordered: list[UserData | None]) -> Iterator[str]:
    """Text of each run of neighbours that are written alike; a gap is a run of its own."""
    for _, run in groupby(ordered, key=_manner):
        neighbours = [part for part in run if part is not None]
        if not neighbours:
            yield GAP
        elif neighbours[0].readable:
            yield _join(neighbours)


def _manner(part: UserData | None) -> object:
    if part is None:
        return None
    languages = part.header and (part.header.locking_shift, part.header.single_shift)
    return part.readable, part.coding.alphabet, languages or (None, None)


def _join(parts: list[UserData]) -> str:
    if parts[0].coding.alphabet is Alphabet.UCS2:
        return decode_ucs2(b"".join(part.user_data for part in parts))
    locking, single = parts[0].tables
    septets = b"".join(part.septets for part in parts)
    return gsm7.decode(septets, locking=locking, single=single)

"""Verbs about where messages lie and how they are announced: +CPMS, +CNMI, +CSMS, +CSCA.

27.005 §3.2.1-§3.4.1. Owns the choice among the +CNMI sets that a modem offers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from modem.at.command import Command, Deadline, Expect
from modem.at.errors import BadReply
from modem.at.fields import Field, fields_of, inner, number_at, numbers_in, text_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUsage:
    """One of +CPMS's up to three stores; ``name`` is told only by ``AT+CPMS?``."""

    name: str | None
    used: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CpmsSupport:
    """Which stores can be read, written, received into."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    receive: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CnmiSet:
    """One choice of +CNMI's five numbers (27.005 §3.4.1)."""

    mode: int
    mt: int
    bm: int
    ds: int
    bfr: int

    @property
    def announces(self) -> bool:
        """Whether stored messages are announced by +CMTI."""
        return self.mode != 0 and self.mt in {1, 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class CnmiSupport:
    """What +CNMI=? offers, each position by itself; a set of legal numbers may still be refused."""

    modes: frozenset[int]
    mts: frozenset[int]
    bms: frozenset[int]
    dss: frozenset[int]
    bfrs: frozenset[int]

    def best_set(self, *, stored_reports: bool = True) -> CnmiSet:
        """Give the set to try first: messages stored and announced, reports stored or pushed."""
        return self.candidates(stored_reports=stored_reports)[0]

    def candidates(self, *, stored_reports: bool = True) -> tuple[CnmiSet, ...]:
        """Give the sets to try in turn, best first: reports give way before announcements do."""
        wishes = (2, 1, 0) if stored_reports else (1, 2, 0)
        reports = [ds for ds in wishes if ds in self.dss] or [0]
        mode = _first(self.modes, (2, 1, 3, 0))
        bfr = _first(self.bfrs, (0, 1))
        # mt 3 pushes class 3 only; 2 would push what is then stored nowhere: the last resort.
        messages = [mt for mt in (1, 3, 0, 2) if mt in self.mts] or [1]
        return tuple(
            CnmiSet(mode=mode, mt=mt, bm=0, ds=ds, bfr=bfr) for mt in messages for ds in reports
        )


def cpms_test() -> Command:
    """AT+CPMS=?."""
    return _prefixed(b"AT+CPMS=?", b"+CPMS:")


def parse_cpms_test(lines: Sequence[bytes]) -> CpmsSupport:
    """Read which stores there are; missing or empty sets are empty."""
    for line in lines:
        sets = [_names(field) for field in fields_of(line)]
        sets += [()] * (3 - len(sets))
        return CpmsSupport(read=sets[0], write=sets[1], receive=sets[2])
    raise BadReply("+CPMS=?", "no answer", tuple(lines))


def cpms_read() -> Command:
    """AT+CPMS?."""
    return _prefixed(b"AT+CPMS?", b"+CPMS:")


def cpms_select(mem1: str, mem2: str | None = None, mem3: str | None = None) -> Command:
    """AT+CPMS=: choose the stores to read, to write, to receive into; those left out stay."""
    names = [name for name in (mem1, mem2, mem3) if name is not None]
    for name in names:
        if not (name.isascii() and name.isalnum()):
            raise ValueError("a store's name is letters and digits")
    quoted = ",".join(f'"{name}"' for name in names)
    return _prefixed(f"AT+CPMS={quoted}".encode("ascii"), b"+CPMS:")


def parse_cpms(lines: Sequence[bytes]) -> tuple[StoreUsage, ...]:
    """Read used and size of one, two or three stores, of a choice or of ``AT+CPMS?``.

    A bare OK (no lines) or empty sets give an empty tuple: the modem does not tell.
    """
    if not lines:
        return ()
    fields = fields_of(lines[-1])
    named = bool(fields[0].text) and fields[0].number is None
    width = 3 if named else 2
    groups = (fields[at : at + width] for at in range(0, len(fields), width))
    return tuple(usage for group in groups if (usage := _usage(group, named=named)) is not None)


def _usage(group: Sequence[Field], *, named: bool) -> StoreUsage | None:
    used, size = number_at(group, 1 if named else 0), number_at(group, 2 if named else 1)
    if used is None or size is None:
        return None
    return StoreUsage(name=group[0].text if named else None, used=used, size=size)


def _names(field: Field) -> tuple[str, ...]:
    return tuple(item.text for item in inner(field))


def cnmi_test() -> Command:
    """AT+CNMI=?."""
    return _prefixed(b"AT+CNMI=?", b"+CNMI:")


def parse_cnmi_test(lines: Sequence[bytes]) -> CnmiSupport:
    """Read the five lists; a missing one is empty."""
    for line in lines:
        lists = [numbers_in(field) for field in fields_of(line)]
        lists += [frozenset[int]()] * (5 - len(lists))
        return CnmiSupport(modes=lists[0], mts=lists[1], bms=lists[2], dss=lists[3], bfrs=lists[4])
    raise BadReply("+CNMI=?", "no answer", tuple(lines))


def cnmi(choice: CnmiSet) -> Command:
    """AT+CNMI=: announce so."""
    numbers = (choice.mode, choice.mt, choice.bm, choice.ds, choice.bfr)
    return Command(line=b"AT+CNMI=%d,%d,%d,%d,%d" % numbers)


def cnmi_read() -> Command:
    """AT+CNMI?."""
    return _prefixed(b"AT+CNMI?", b"+CNMI:")


def parse_cnmi(lines: Sequence[bytes]) -> CnmiSet:
    """Read how the modem announces now."""
    for line in lines:
        fields = fields_of(line)
        numbers = [number_at(fields, at) for at in range(5)]
        mode, mt, bm, ds, bfr = (number or 0 for number in numbers)
        if numbers[0] is not None and numbers[1] is not None:
            return CnmiSet(mode=mode, mt=mt, bm=bm, ds=ds, bfr=bfr)
    raise BadReply("+CNMI?", "no set", tuple(lines))


def csms(service: int) -> Command:
    """AT+CSMS=: 0 is phase 2, 1 is phase 2+ (pushed messages wait for +CNMA)."""
    return _prefixed(b"AT+CSMS=%d" % service, b"+CSMS:")


def csms_read() -> Command:
    """AT+CSMS?."""
    return _prefixed(b"AT+CSMS?", b"+CSMS:")


def parse_csms(lines: Sequence[bytes]) -> int:
    """Read the service in force from ``AT+CSMS?``."""
    for line in lines:
        if (service := number_at(fields_of(line), 0)) is not None:
            return service
    raise BadReply("+CSMS?", "no service", tuple(lines))


def csca_read() -> Command:
    """AT+CSCA?."""
    return _prefixed(b"AT+CSCA?", b"+CSCA:")


def csca(number: str) -> Command:
    """AT+CSCA=: set the service centre. Raises ``ValueError`` for what is no number."""
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("a service centre's number is digits, with a plus when international")
    kind = 145 if number.startswith("+") else 129
    return Command(line=b'AT+CSCA="%s",%d' % (number.encode("ascii"), kind))


def parse_csca(lines: Sequence[bytes]) -> str | None:
    """Read the service centre's number; ``None`` while it is empty, as it is after a start."""
    for line in lines:
        fields = fields_of(line)
        number = text_at(fields, 0)
        if number is not None and number.strip("+"):
            bare_international = number_at(fields, 1) == 145 and not number.startswith("+")  # noqa: PLR2004 -- 24.008 §10.5.4.7
            return f"+{number}" if bare_international else number
    return None


def _first(offered: frozenset[int], wishes: tuple[int, ...]) -> int:
    return next((wish for wish in wishes if wish in offered), wishes[0])


def _prefixed(line: bytes, prefix: bytes) -> Command:
    return Command(line=line, prefixes=(prefix,), expects=Expect.PREFIXED, deadline=Deadline.NORMAL)

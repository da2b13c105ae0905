"""USSD as a modem and its network have it: codes, menus, and the forms in which makes write them.

Owns the session of one modem (27.007 §7.15). What each code answers is the network's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from modem.pdu import PduError, pack_ussd, unpack_ussd
from modem.virtual.dialect import ERROR, OK, Form, Outcome, Request, cme, said
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.virtual.modem import VirtualModem

UCS2_LANGUAGE_UNSPECIFIED: Final = 72  # 23.038 §5
GSM7_LANGUAGE_UNSPECIFIED: Final = 15
ENDED, MENU, TERMINATED, NOT_SUPPORTED = 0, 1, 2, 4


class UssdCoding(StrEnum):
    """What stands between the quotes of +CUSD."""

    PLAIN = "plain"  # as it is; what is not ASCII as UCS2
    PACKED = "packed"  # hex of packed septets; what they do not have as UCS2
    UCS2 = "ucs2"  # hex of UCS-2
    OCTETS = "octets"  # hex of Latin-1


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdPage:
    """What the network answers, and to which replies it has a further page."""

    text: str
    replies: Mapping[str, UssdPage] = field(default_factory=lambda: MappingProxyType({}))
    coding: UssdCoding | None = None  # None: as the make does
    dcs: int | None = None  # None: what belongs to the coding
    status: int | None = None  # None: 1 where there are replies, else 0
    delay_ms: int = 0
    silent: bool = False  # the network never answers


PLAN_MENU: Final = UssdPage(
    text="Mon compte / my account\n1. Solde / balance\n2. Forfait / plan",
    replies=MappingProxyType(
        {
            "1": UssdPage(text="Solde / balance: 12.34 CAD"),
            "2": UssdPage(text="Forfait: textos illimités jusqu'au 31 décembre"),
        }
    ),
)


class UssdSession:
    """The one USSD session that a modem may have."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self._menu: UssdPage | None = None
        self._turn = 0  # an answer of an earlier turn is not said any more

    def forget(self) -> None:
        """Lose the session, as with the power."""
        self._menu = None
        self._turn += 1

    def execute(self, request: Request) -> Outcome:
        """Carry out AT+CUSD in any form."""
        match request.form:
            case Form.READ:
                return said("+CUSD: 1")
            case Form.TEST:
                return said("+CUSD: (0-2)")
            case _:
                pass
        if request.text(0) == "2":
            self.forget()
            return OK
        if request.text(0) != "1" or not request.text(1):
            return OK
        modem = self._modem
        trouble = modem.sim_trouble(message_service=False)
        if trouble is not None or not modem.in_service:
            return trouble or cme(30)
        asked = _read(request.text(1), modem.personality.ussd_request)
        if asked is None:
            return ERROR
        self._ask(asked)
        return OK

    def _ask(self, asked: str) -> None:
        network = self._modem.network
        network.ledger.record(Happening.USSD, number=self._modem.number, text=asked)
        menu, self._menu = self._menu, None
        if menu is not None:
            page = menu.replies.get(asked, UssdPage(text="", status=TERMINATED))
        else:
            found = network.ussd.get(asked, UssdPage(text="", status=NOT_SUPPORTED))
            page = UssdPage(text=found) if isinstance(found, str) else found
        self._turn += 1
        turn = self._turn
        if not page.silent:
            self._modem.later(page.delay_ms, lambda: self._answer(page, turn))

    def _answer(self, page: UssdPage, turn: int) -> None:
        if turn != self._turn:
            return
        if page.replies:
            self._menu = page
        status = page.status if page.status is not None else MENU if page.replies else ENDED
        if not page.text:
            self._modem.say(f"+CUSD: {status}")
            return
        text, dcs = _write(page.text, page.coding or self._modem.personality.ussd_answer)
        self._modem.say(f'+CUSD: {status},"{text}",{dcs if page.dcs is None else page.dcs}')


def _read(text: str, coding: UssdCoding) -> str | None:
    """Read a request in the form of the make; None where it is in another."""
    try:
        match coding:
            case UssdCoding.PLAIN:
                hexadecimal = len(text) > 3 and all(each in "0123456789ABCDEF" for each in text)  # noqa: PLR2004 - "1" and "12" are replies
                return None if hexadecimal else text
            case UssdCoding.PACKED:
                return unpack_ussd(bytes.fromhex(text))
            case UssdCoding.UCS2:
                return bytes.fromhex(text).decode("utf-16-be")
            case UssdCoding.OCTETS:
                return bytes.fromhex(text).decode("latin-1")
    except ValueError:  # no hex, or no whole characters
        return None


def _write(text: str, coding: UssdCoding) -> tuple[str, int]:
    """Write an answer, with its data coding scheme."""
    if coding is UssdCoding.PLAIN and text.isascii():
        return text.replace("\n", "\r\n"), GSM7_LANGUAGE_UNSPECIFIED
    if coding is UssdCoding.OCTETS:
        return text.encode("latin-1", "replace").hex().upper(), GSM7_LANGUAGE_UNSPECIFIED
    if coding is UssdCoding.PACKED:
        try:
            return pack_ussd(text).hex().upper(), GSM7_LANGUAGE_UNSPECIFIED
        except PduError:  # not in the GSM alphabet
            pass
    return text.encode("utf-16-be").hex().upper(), UCS2_LANGUAGE_UNSPECIFIED

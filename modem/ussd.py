"""USSD with one modem: a code, the network's answer or menu, replies to it, its end.

Owns the session, of which a modem has one at most, and the form in which this modem wants its
requests. The worker only types the commands (``requests``); while the network thinks, it serves
messages. What a code does is nobody's business here.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import structlog

from modem.at import verbs
from modem.at.events import Response, TimedOut
from modem.at.results import explain
from modem.at.urc import UssdAnswer
from modem.requests import NotDone, Requests, WhyNot
from modem.session import Session
from modem.ussd_text import FORMS, UssdForm, read_ussd, write_ussd

TAKEN_SECONDS = 30.0
"""How long AT+CUSD may take to its OK: at once on most makes, on some the network's time."""

OK_GRACE_SECONDS = 1.0
"""How long the OK may still come once the network has answered."""

ANSWER_SECONDS = 45.0
"""How long the network may take; it gives up by itself after 30 to 40 s."""

SESSION_SECONDS = 120.0
"""How long a menu stays open without a reply."""

_log = structlog.get_logger(__name__)


class Dialogue(StrEnum):
    """How the session stands after an answer."""

    OPEN = "open"
    """The network waits for a reply."""

    ENDED = "ended"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the network said; ``dcs`` is its data coding scheme, where the modem tells it."""

    text: str
    dcs: int | None
    session: Dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdRefused:
    """The modem or the network does not want it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """It was asked, and nothing came in time; what it does may have been done all the same."""


class Conflict(StrEnum):
    """What the session's state does not allow."""

    BUSY = "ussd_busy"
    """Somebody else's question or menu is open; there is one session at a time."""

    NO_SESSION = "ussd_no_session"
    """There is no menu to reply to, or to cancel."""


UssdOutcome = Answered | UssdRefused | NoAnswer | Conflict | NotDone
_Heard = UssdAnswer | UssdRefused | NoAnswer | Conflict | NotDone

# +CUSD: n of 27.007 §7.15
_MENU, _TERMINATED, _ELSEWHERE, _NOT_SUPPORTED, _TIMED_OUT = 1, 2, 3, 4, 5
_REFUSALS = {
    _TERMINATED: ("ussd_terminated", "the network ended the session without a word"),
    _ELSEWHERE: ("ussd_elsewhere", "another program on the modem took the answer"),
    _NOT_SUPPORTED: ("ussd_not_supported", "the network or the modem does not know this code"),
}


class Ussd:
    """The USSD session of one modem; it outlives ports, a session does not."""

    def __init__(self, requests: Requests, *, modem: str) -> None:
        self._requests = requests
        self._log = _log.bind(modem=modem)
        self.form: UssdForm | None = None
        """The form that worked last: it is tried first."""
        self._asking = False
        self._menu_open = False
        self._heard: asyncio.Future[UssdAnswer | NotDone] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, code: str) -> UssdOutcome:
        """Ask by a code of digits, * and #, in each form until the modem takes one."""
        if self._asking or self._menu_open:
            return Conflict.BUSY
        with self._turn():
            heard: _Heard = NoAnswer()
            for form in self._forms():
                before, heard = heard, await self._ask(code, form)
                if not _another_form_may_help(heard, known=form is self.form):
                    break
                if isinstance(before, UssdAnswer):
                    heard = before  # the network's refusal tells more than the modem's
            outcome = self._read(heard)
            if isinstance(outcome, Answered):
                self.form = form
            return outcome

    async def reply(self, text: str) -> UssdOutcome:
        """Answer the network's menu with printable ASCII characters without quotes."""
        if self._asking:
            return Conflict.BUSY
        if not self._menu_open:
            return Conflict.NO_SESSION
        with self._turn():
            heard = await self._ask(text, self.form or UssdForm.PLAIN, to_menu=True)
            if isinstance(heard, NotDone) and heard.why is WhyNot.BUSY:
                return heard  # the menu is as open as before
            if isinstance(heard, UssdRefused):
                self._hang_up()
            self._menu_open = False
            return self._read(heard)

    async def cancel(self) -> UssdOutcome:
        """End the session while its menu is open."""
        if self._asking:
            return Conflict.BUSY
        if not self._menu_open:
            return Conflict.NO_SESSION
        with self._turn():
            done = await self._requests.ask(_cancel)
            if isinstance(done, NotDone):
                return done
            self._menu_open = False
            return Answered(text="", dcs=None, session=Dialogue.CANCELED)

    def said(self, answer: UssdAnswer) -> None:
        """Take what the modem said; never blocks, never raises."""
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(answer)
            return
        self._log.info("ussd_unasked", status=answer.status)
        self._close_menu()
        if answer.status == _MENU:
            self._hang_up()  # nobody here has opened it, and nobody will reply

    def lost(self, detail: str) -> None:
        """The modem is gone, or has forgotten: so has the session."""
        self._close_menu()
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(NotDone(why=WhyNot.LOST, detail=detail))

    def _forms(self) -> Iterator[UssdForm]:
        if self.form is not None:
            yield self.form
        yield from (form for form in FORMS if form is not self.form)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._asking = True
        self._stop_timer()
        try:
            yield
        finally:
            self._asking = False
            self._heard = None
            if self._menu_open:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(SESSION_SECONDS, self._expire)

    async def _ask(self, text: str, form: UssdForm, *, to_menu: bool = False) -> _Heard:
        heard: asyncio.Future[UssdAnswer | NotDone] = asyncio.get_running_loop().create_future()

        async def put(session: Session) -> Response | TimedOut | Conflict:
            if to_menu and not self._menu_open:
                return Conflict.NO_SESSION  # the network has ended it meanwhile
            self._heard = heard
            return await _put(session, write_ussd(text, form), heard)

        try:
            typed = await self._requests.ask(put)
            if isinstance(typed, NotDone | Conflict):
                return typed
            if isinstance(typed, Response) and not (typed.final.ok or heard.done()):
                explained = explain(typed.final)
                return UssdRefused(code=explained.code, detail=explained.words)
            # Also where the modem kept its OK to itself: some do until the network has answered.
            await asyncio.wait({heard}, timeout=ANSWER_SECONDS)
        except asyncio.CancelledError:
            if self._heard is heard:
                self._menu_open = False
                self._hang_up()
            raise
        if heard.done():
            return heard.result()
        self._hang_up()
        return NoAnswer()

    def _read(self, heard: _Heard) -> UssdOutcome:
        if not isinstance(heard, UssdAnswer):
            return heard
        if heard.status == _TIMED_OUT:
            return NoAnswer()
        text = read_ussd(heard.raw, heard.dcs)
        # Huawei and kin say 2 with the text of an answer that ends the session.
        if heard.status in _REFUSALS and not (heard.status == _TERMINATED and text):
            code, detail = _REFUSALS[heard.status]
            return UssdRefused(code=code, detail=detail)
        self._menu_open = heard.status == _MENU
        session = Dialogue.OPEN if self._menu_open else Dialogue.ENDED
        return Answered(text=text, dcs=heard.dcs, session=session)

    def _expire(self) -> None:
        self._log.info("ussd_menu_expired")
        self._close_menu()
        self._hang_up()

    def _hang_up(self) -> None:
        self._requests.leave(_cancel)

    def _close_menu(self) -> None:
        self._menu_open = False
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _another_form_may_help(heard: _Heard, *, known: bool) -> bool:
    """Whether the network cannot have had the code: it may do something, and is not sent twice."""
    if isinstance(heard, UssdAnswer):
        return heard.status == _NOT_SUPPORTED and not known
    return isinstance(heard, UssdRefused)


async def _put(
    session: Session, text: str, heard: "asyncio.Future[UssdAnswer | NotDone]"
) -> Response | TimedOut:
    """Type a request; messages wait for its OK, so not for long once the answer is there."""
    graces: list[asyncio.TimerHandle] = []

    def answered(_: object) -> None:
        loop = asyncio.get_running_loop()
        graces.append(loop.call_later(OK_GRACE_SECONDS, session.conclude))

    heard.add_done_callback(answered)
    try:
        return await session.run(verbs.cusd(text), deadline_seconds=TAKEN_SECONDS)
    finally:
        heard.remove_done_callback(answered)
        for grace in graces:
            grace.cancel()


async def _cancel(session: Session) -> Response | TimedOut:
    return await session.run(verbs.cusd_cancel())

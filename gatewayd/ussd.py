"""USSD of one modem as the gateway has it: its form is remembered over restarts."""

import structlog

from modem.desk import Desk
from modem.ussd import UssdOutcome
from modem.ussd_text import FORMS
from storage import ussd as memory
from storage.engine import Store
from storage.errors import StoreUnavailable

_log = structlog.get_logger(__name__)


class UssdLine:
    """Asks through a modem's desk. Codes and texts are never logged: both may be private."""

    def __init__(self, *, desk: Desk, modem: str, store: Store) -> None:
        self._desk = desk
        self._modem = modem
        self._store = store
        self._recalled = False

    async def start(self, code: str) -> UssdOutcome:
        """Ask the network by a code of digits, * and #."""
        await self._recall()
        form = self._desk.ussd.form
        outcome = await self._desk.start_ussd(code)
        if self._desk.ussd.form is not form:
            await self._remember()
        return outcome

    async def reply(self, text: str) -> UssdOutcome:
        """Reply to the menu that the last answer left open."""
        return await self._desk.reply_ussd(text)

    async def cancel(self) -> UssdOutcome:
        """Close the menu that the last answer left open."""
        return await self._desk.cancel_ussd()

    async def _recall(self) -> None:
        if self._recalled:
            return
        try:
            async with self._store.read() as tx:
                known = await memory.recall_form(tx, self._modem)
        except StoreUnavailable as error:
            # All forms are tried then, as at the first time.
            _log.error("store_unavailable", reason=error.reason)
            return
        self._recalled = True
        self._desk.ussd.form = next((form for form in FORMS if form == known), None)

    async def _remember(self) -> None:
        form = self._desk.ussd.form
        if form is None:
            return
        try:
            async with self._store.write() as tx:
                await memory.remember_form(tx, self._modem, form.value)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)

"""What routing looks at when something arrives, read from the store as of the transaction.

The daemon and the preview ask the same function, so that a preview says what would happen. Reads
only.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language
from gatewayd.numbers import NumberKind, canonical
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.services.shop import LoadedShop
from routing.answers import AnswerKind, PastAnswer
from routing.consent import Keyword, keyword_of
from routing.decision import Contact, Incoming
from routing.match import number_matches
from routing.model import Kind, SenderType
from routing.own_phones import Alert
from storage import alerts, consents, kept_refusals
from storage.conversations import facts
from storage.conversations.facts import ContactFacts
from storage.people import PersonRow, PersonState

ALARM_LIST = "alarm_recipients"
"""Whom this list of the rulebook names gets alarms, and cannot opt out of them."""

CANCEL = "CANCEL"

_RECENT_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SENDER_TYPES = {
    NumberKind.E164: SenderType.NUMBER,
    NumberKind.SHORT_CODE: SenderType.SHORT_CODE,
    NumberKind.ALPHANUMERIC: SenderType.ALPHANUMERIC,
}


async def facts_of(
    tx: AsyncConnection,
    loaded: LoadedShop,
    *,
    inbox: str,
    number: str,
    kind: Kind,
    text: str,
    at_ms: int,
    modem: str,
) -> Incoming:
    """Tell all that is known about something from ``number``, in its one spelling.

    Not in it what came in at ``at_ms`` itself: it is asked before that is filed.
    """
    found = await facts.contact(tx, number=number, inbox=inbox)
    user = next((name for name, row in loaded.people.items() if _has_phone(row, number)), None)
    return Incoming(
        at=_moment(at_ms),
        kind=kind,
        sender="" if number == UNKNOWN_SENDER else number,
        sender_type=sender_type_of(number),
        text=text,
        modem=modem,
        contact=await _contact(
            tx, loaded, found, inbox=inbox, number=number, modem=modem, text=text, at_ms=at_ms
        ),
        own_number=await facts.is_own_number(tx, number),
        alarm_recipient=is_alarm_recipient(loaded, number),
        user=user,
        alerts=() if user is None else await _alerts(tx, loaded, user, now_ms=at_ms),
    )


async def _alerts(
    tx: AsyncConnection, loaded: LoadedShop, user: str, *, now_ms: int
) -> tuple[Alert, ...]:
    valid = await alerts.alerts_of(tx, loaded.people[user].id, now_ms)
    return tuple(Alert(code=each.code, conversation=each.conversation) for each in valid)


async def _contact(
    tx: AsyncConnection,
    loaded: LoadedShop,
    found: ContactFacts | None,
    *,
    inbox: str,
    number: str,
    modem: str,
    text: str,
    at_ms: int,
) -> Contact:
    past = await facts.past_answers(tx, number=number, inbox=inbox, since_ms=at_ms - _RECENT_MS)
    answers = tuple(PastAnswer(at=_moment(each.at_ms), kind=AnswerKind(each.kind)) for each in past)
    if found is None:
        held = await kept_refusals.kept(tx, number)
        return Contact(
            first_message=True,
            blocked=held.blocked,
            opted_out=held.opted_out(inbox, await facts.numbers_of(tx, [modem])),
            past_answers=answers,
        )
    names = {row.id: name for name, row in loaded.people.items()}
    return Contact(
        known=found.known,
        tags=found.tags,
        language=None if found.language is None else Language(found.language),
        earlier_language=(
            None if found.spoken_language is None else Language(found.spoken_language)
        ),
        first_message=not found.wrote_before,
        blocked=found.blocked,
        opted_out=await consents.is_opted_out(
            tx, found.id, inbox=inbox, business_numbers=await facts.numbers_of(tx, [modem])
        ),
        cancel_offered_at=await _offered(tx, loaded, found, text=text, at_ms=at_ms),
        assignee=names.get(found.assignee_id or ""),
        past_answers=answers,
        person_answered_at=None if found.answered_ms is None else _moment(found.answered_ms),
    )


async def _offered(
    tx: AsyncConnection, loaded: LoadedShop, found: ContactFacts, *, text: str, at_ms: int
) -> datetime | None:
    """Tell when a reminder offered CANCEL; asked only where it matters."""
    if found.conversation_id is None or keyword_of(text) is not Keyword.OPT_OUT:
        return None
    window_ms = loaded.consent.cancel_window // timedelta(milliseconds=1)
    offered_ms = await facts.offered_at_ms(
        tx, found.conversation_id, word=CANCEL, since_ms=at_ms - window_ms
    )
    return None if offered_ms is None else _moment(offered_ms)


def is_alarm_recipient(loaded: LoadedShop, number: str) -> bool:
    """Whether a number is listed as a recipient of alarms."""
    return number_matches(loaded.shop.lists.get(ALARM_LIST, ()), number)


def sender_type_of(number: str) -> SenderType:
    """Tell what a sender in its one spelling is."""
    if number in {"", UNKNOWN_SENDER}:
        return SenderType.WITHHELD
    # One spelling is the same for every country: no country is needed to read it.
    return _SENDER_TYPES[canonical(number, country=None).kind]


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _has_phone(row: PersonRow, number: str) -> bool:
    """Whether it is the own phone of somebody who works here."""
    return row.phone == number and row.state is PersonState.ACTIVE

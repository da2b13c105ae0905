"""SMS to people's own phones, and what comes back from them: no customer ever sees such a number.

Works inside the transaction of the message that it is about. An SMS is an ordinary message to the
person's phone, outside of customers' conversations.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language, Settings
from gatewayd.admission import Admission, NotAdmitted
from gatewayd.answering import kind_of, why_not, why_unanswerable
from gatewayd.callers import shown_to
from gatewayd.failover import sharing_names
from gatewayd.notice_text import MOST_PARTS, Notice, alert_text, not_sent_text, what_of
from gatewayd.reminder_text import Reminder, reminder_text
from gatewayd.services.drafts import Draft, Policy, Refused, prepare
from gatewayd.services.replying import PLAINLY, Reply
from gatewayd.services.tokens import Principal, PrincipalType
from routing.decision import Notification
from routing.own_phones import Relay
from storage import alerts, outbox, people
from storage.alerts import Earlier, NewAlert
from storage.conversations import reading
from storage.conversations.reading import ConversationRow
from storage.ids import Prefix, new_id
from storage.outbox import NewMessage
from storage.outbox.consent import EXEMPT
from storage.people import PersonRow
from storage.queries import MessageRow

AUTHOR = "notice"
URGENT_WORDS = "urgent"
"""Stands for a rule's name where the shop's urgent words did it."""

_HOUR = timedelta(hours=1)
_URGENT_APART = timedelta(minutes=10)
_URGENT_AN_HOUR = 4
_FORWARDED_AN_HOUR = 20
_PRIORITY_URGENT, _PRIORITY_NORMAL = 0, 1

_log = structlog.get_logger(__name__)


def may_alert(earlier: Sequence[Earlier], *, person_id: str, urgent: bool, now_ms: int) -> bool:
    """Whether one more alert of a conversation goes out, after those of the last hour."""
    if urgent:
        times = [each.at_ms for each in earlier if each.urgent]
        apart_ms = _URGENT_APART // timedelta(milliseconds=1)
        return len(times) < _URGENT_AN_HOUR and all(
            abs(now_ms - each) >= apart_ms for each in times
        )
    forwarded = [each for each in earlier if not each.urgent and each.person_id == person_id]
    return len(forwarded) < _FORWARDED_AN_HOUR


class OwnPhones:
    """Sends SMS to people, and sends on what they answer."""

    def __init__(self, *, settings: Settings, admission: Admission) -> None:
        self._settings = settings
        self._policy = Policy.of(settings)
        self._admission = admission
        self._language = settings.gateway.language

    async def alert(
        self,
        tx: AsyncConnection,
        notification: Notification,
        conversation: ConversationRow,
        *,
        message: MessageRow | None,
        now_ms: int,
    ) -> None:
        """Tell a person of a message or, where it is None, of a missed call; floods are bounded."""
        person = await _person(tx, notification.to, now_ms)
        since_ms = now_ms - _HOUR // timedelta(milliseconds=1)
        earlier = await alerts.earlier_of(tx, conversation.id, since_ms=since_ms)
        urgent = notification.urgent
        if not may_alert(earlier, person_id=person.id, urgent=urgent, now_ms=now_ms):
            _log.info("alert_withheld", conversation=conversation.id, person=person.id)
            return
        code = await alerts.code_for(
            tx, person_id=person.id, conversation_id=conversation.id, now_ms=now_ms
        )
        who = (await shown_to(tx, person, conversation)).who
        told_by = await self._send(
            tx,
            person,
            self._text(
                person, self._notice(conversation, message, who=who, urgent=urgent, code=code)
            ),
            inbox=conversation.inbox,
            urgent=urgent,
            about=(conversation.id, notification.rule or URGENT_WORDS),
            now_ms=now_ms,
        )
        if told_by is not None:
            alert = NewAlert(
                message_id=told_by,
                conversation_id=conversation.id,
                person_id=person.id,
                code=code,
                urgent=urgent,
            )
            await alerts.add(tx, alert, now_ms=now_ms)

    async def remind(
        self,
        tx: AsyncConnection,
        person: PersonRow,
        conversation: ConversationRow,
        reminder: Reminder,
        *,
        now_ms: int,
    ) -> None:
        """Tell a person that a customer waits, with a code to answer by."""
        code = await alerts.code_for(
            tx, person_id=person.id, conversation_id=conversation.id, now_ms=now_ms
        )
        kind = kind_of(conversation.number, country=self._policy.country)
        shown = replace(reminder, code=code if why_unanswerable(kind) is None else None)
        told_by = await self.inform(
            tx,
            person,
            conversation,
            partial(reminder_text, shown),
            why=reminder.kind,
            now_ms=now_ms,
        )
        if told_by is not None:
            alert = NewAlert(
                message_id=told_by,
                conversation_id=conversation.id,
                person_id=person.id,
                code=code,
                urgent=False,
            )
            await alerts.add(tx, alert, now_ms=now_ms)

    async def inform(
        self,
        tx: AsyncConnection,
        person: PersonRow,
        conversation: ConversationRow,
        text: Callable[[Language], str],
        *,
        why: str,
        now_ms: int,
    ) -> str | None:
        """Tell a person something in their language, from a conversation's inbox; give its id."""
        return await self._send(
            tx,
            person,
            text(self._language_of(person)),
            inbox=conversation.inbox,
            urgent=False,
            about=(conversation.id, why),
            now_ms=now_ms,
        )

    def _text(self, person: PersonRow, notice: Notice) -> str:
        return alert_text(
            notice,
            self._language_of(person),
            max_parts=min(MOST_PARTS, self._policy.max_parts),
            shifts=self._policy.shifts,
        )

    def _notice(
        self,
        conversation: ConversationRow,
        message: MessageRow | None,
        *,
        who: str,
        urgent: bool,
        code: str,
    ) -> Notice:
        kind = kind_of(conversation.number, country=self._policy.country)
        return Notice(
            who=who,
            what=what_of(message),
            text="" if message is None else message.text or "",
            urgent=urgent,
            code=code if why_unanswerable(kind) is None else None,
        )

    async def relay(self, tx: AsyncConnection, relay: Relay, *, now_ms: int) -> None:
        """Send a person's words on as the conversation's reply, or tell them that they were not."""
        conversation = await reading.get(tx, relay.conversation)
        if conversation is None:
            raise LookupError(relay.conversation)
        person = await _person(tx, relay.person, now_ms)
        refused = await self._reply(tx, conversation, person, relay.text, now_ms)
        if refused is None:
            return
        _log.warning("relay_refused", conversation=conversation.id, person=person.id, code=refused)
        # Without a code, so that a phone which answers by itself and quotes it relays nothing.
        who = (await shown_to(tx, person, conversation)).who
        await self._send(
            tx,
            person,
            not_sent_text(who, self._language_of(person)),
            inbox=conversation.inbox,
            urgent=False,
            about=(conversation.id, "relay"),
            now_ms=now_ms,
        )

    async def _reply(
        self,
        tx: AsyncConnection,
        conversation: ConversationRow,
        person: PersonRow,
        text: str,
        now_ms: int,
    ) -> str | None:
        """Answer in a conversation as this person; give the code of why that cannot be."""
        reason = why_not(conversation, country=self._policy.country, served=self._policy.inboxes)
        if reason is not None:
            return reason.code
        if person.inboxes is not None and conversation.inbox not in person.inboxes:
            return "inbox_not_yours"  # taken from them since they were told
        by = Principal(
            type=PrincipalType.PERSON,
            id=person.id,
            name=person.display_name,
            scopes=frozenset(),  # what they may is asked of the code that they quote
        )
        answer = Reply(conversation=conversation, manner=PLAINLY, by=by, settings=self._settings)
        draft = Draft(to=conversation.number, text=text, inbox=conversation.inbox, answers=True)
        draft = await answer.before(tx, draft, now_ms=now_ms)
        author = (by.type, by.id, by.name)
        message = self._message(draft, author=author, filed=True, now_ms=now_ms)
        if isinstance(message, Refused):
            return message.refusals[0].code
        admitted = await self._admission.of(tx, message, application=None, now_ms=now_ms)
        if isinstance(admitted, NotAdmitted):
            return admitted.code
        await outbox.enqueue(tx, admitted, now_ms=now_ms)
        await answer.after(tx, now_ms=now_ms)
        return None

    async def _send(
        self,
        tx: AsyncConnection,
        person: PersonRow,
        text: str,
        *,
        inbox: str,
        urgent: bool,
        about: tuple[str, str],
        now_ms: int,
    ) -> str | None:
        """Send an SMS to a person's own phone; give its id, None where that cannot be."""
        draft = Draft(
            to=person.phone or "",
            text=text,
            inbox=inbox,
            priority="urgent" if urgent else "normal",
        )
        message = self._message(draft, author=(AUTHOR, *about), filed=False, now_ms=now_ms)
        if isinstance(message, Refused):
            codes = ",".join(each.code for each in message.refusals)
            _log.error("notice_not_sent", person=person.id, codes=codes)
            return None
        await outbox.enqueue(tx, message, now_ms=now_ms)
        return message.id

    def _message(
        self, draft: Draft, *, author: tuple[str, str, str], filed: bool, now_ms: int
    ) -> NewMessage | Refused:
        prepared = prepare(
            draft, self._policy, now_ms=now_ms, concat_reference=secrets.randbelow(256)
        )
        if isinstance(prepared, Refused):
            return prepared
        author_type, author_id, author_name = author
        urgent = draft.priority == "urgent"
        return NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            to=prepared.to,
            text=draft.text,
            encoding=prepared.encoding,
            national=prepared.national,
            inbox=prepared.inbox,
            priority=_PRIORITY_URGENT if urgent else _PRIORITY_NORMAL,
            send_at_ms=None,
            expires_at_ms=None,
            delivery_report=draft.delivery_report,
            on_unknown=prepared.on_unknown,
            client_reference=None,
            author_type=author_type,
            author_id=author_id,
            author_name=author_name,
            parts=prepared.parts,
            answers=draft.answers,
            filed=filed,
            sharing=sharing_names(self._settings, prepared.inbox) if filed else (),
            # A user's own phone is told what they work with; a reply's basis is asked for.
            consent_basis=None if filed else EXEMPT,
        )

    def _language_of(self, person: PersonRow) -> Language:
        return self._language if person.language is None else Language(person.language)


async def _person(tx: AsyncConnection, name: str, now_ms: int) -> PersonRow:
    """Read whom a decision names; routing knows people by their names."""
    row = await people.named(tx, name, now_ms=now_ms)
    if row is None:
        raise LookupError(name)
    return row

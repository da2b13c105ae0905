"""Any order of turns and acts: a conversation is what an independent reading says it is."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage import contacts, inbound, outbox
from storage.conversations import acts, filing, reading
from storage.conversations.acts import Doing
from storage.conversations.states import Act
from storage.conversations.timeline import Author
from storage.engine import FILE_NAME, Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming
from storage.schema import changes, conversations, messages, timeline

NOW = 1_800_000_000_000
DAY = 86_400_000
NUMBER = "+15145550123"
US = Author(type="token", id="tok_1", name="page")

STEPS = (
    "text",
    "call",
    "answer",
    "program",
    "lost",
    "close",
    "reopen",
    "snooze",
    "wake",
    "block",
    "free",
)


@dataclass
class Model:
    """Whose turn it is, as docs/inbox.md tells it."""

    state: str = ""
    unanswered: bool = False
    blocked: bool = False
    answered: bool = False
    """By something of which it is not known yet whether it arrives."""

    entries: int = 0

    def step(self, name: str) -> None:
        there = self.state != ""
        if name in {"text", "call"}:
            self.entries += 1
            if not self.blocked:
                self.state, self.unanswered = "open", True
        elif name in {"answer", "program"}:
            self.entries += 1
            if name == "answer":
                self.answered = self.answered or self.unanswered
                self.state, self.unanswered = "waiting", False
            elif not there:
                self.state = "waiting"
        elif name == "lost":
            self._lose()
        elif there:
            self._act(name)

    def _lose(self) -> None:
        waits_again = self.answered and not self.unanswered and not self.blocked
        self.answered = False
        # Who closes it and then takes back the answer wants it to be over.
        if waits_again and self.state != "closed":
            self.state, self.unanswered = "open", True
            self.entries += 1

    def _act(self, name: str) -> None:
        before = self.state
        if name == "close":
            self.state, self.unanswered = "closed", False
        elif name == "reopen" or (name == "wake" and before == "snoozed"):
            self.state = "open"
        elif name == "snooze" and before != "closed":
            self.state = "snoozed"
        elif name == "block":
            self.unanswered, self.blocked = self.unanswered and self.blocked, True
        elif name == "free":
            self.blocked = False
        # A second sleep has another end; whatever else changes nothing is not told.
        self.entries += self.state != before or (name == "snooze" and before == "snoozed")


class Life:
    """The same on a real store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = NOW
        self.answer = ""

    async def step(self, name: str) -> None:
        self.at += DAY
        async with self.store.write() as tx:
            columns = ("id", "contact_id", "unanswered_since_ms")
            ids = select(*(conversations.c[column] for column in columns))
            known = (await tx.execute(ids)).one_or_none()
            if name == "text":
                await inbound.insert_incoming(tx, self.text_in(), now_ms=self.at)
            elif name == "call":
                call = {"number": NUMBER, "inbox": "main", "modem": "counter"}
                await filing.add_missed_call(tx, **call, now_ms=self.at)
            elif name in {"answer", "program"}:
                message = self.text_out(answers=name == "answer")
                await outbox.enqueue(tx, message, now_ms=self.at)
                if name == "answer" and known is not None and known.unanswered_since_ms is not None:
                    self.answer = message.id
            elif name == "lost":
                await outbox.cancel(tx, message_id=self.answer, now_ms=self.at)
            elif name == "wake":
                await acts.wake(tx, now_ms=self.at + 2 * DAY)
            elif known is not None and name in {"block", "free"}:
                who = {"contact_id": known.contact_id, "by": "tok_1", "now_ms": self.at}
                await contacts.set_blocked(tx, **who, blocked=name == "block")
            elif known is not None:
                until_ms = self.at + DAY if name == "snooze" else None
                doing = Doing(author=US, now_ms=self.at)
                await acts.act(tx, known.id, Act(name), doing, until_ms=until_ms)

    def text_in(self) -> NewIncoming:
        return NewIncoming(
            id=new_id(Prefix.MESSAGE, now_ms=self.at),
            from_=NUMBER,
            to_number=None,
            text="x",
            encoding="gsm7",
            inbox="main",
            modem="counter",
            iccid=None,
            kind="text",
            sc_time_ms=None,
            parts_total=1,
            parts_present=1,
            complete=True,
        )

    def text_out(self, *, answers: bool) -> outbox.NewMessage:
        return outbox.NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=self.at),
            to=NUMBER,
            text="x",
            encoding="gsm7",
            inbox="main",
            priority=1,
            send_at_ms=None,
            expires_at_ms=None,
            delivery_report=True,
            on_unknown="hold",
            client_reference=None,
            author_type="token",
            author_id="t",
            author_name="t",
            parts=[outbox.NewPart(number=1, tpdu=b"")],
            answers=answers,
        )

    async def check(self, model: Model) -> None:
        async with self.store.read() as tx:
            rows = (await tx.execute(select(conversations))).all()
            if not model.state:
                assert rows == []
                return
            (row,) = rows
            assert (row.state, row.unanswered_since_ms is not None) == (
                model.state,
                model.unanswered,
            )
            assert (row.snoozed_until_ms is not None) == (model.state == "snoozed")
            page = await reading.entries(tx, row.id, limit=200)
            last = (await tx.execute(select(func.max(timeline.c.seq)))).scalar_one()
            strays = select(messages.c.id).where(
                messages.c.conversation_id.is_distinct_from(row.id)
            )
            assert (await tx.execute(strays)).all() == []
            told = select(changes.c.data).where(changes.c.type.startswith("conversation."))
            states = [data["state"] for data in (await tx.execute(told)).scalars()]
        assert (len(page.items), row.last_seq) == (model.entries, last)
        assert states[-1] == row.state


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=15))
def test_any_life_of_a_conversation(migrated: Path, steps: list[str]) -> None:
    async def live() -> None:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(migrated, Path(folder) / FILE_NAME)
            store = await Store.open(data_dir=Path(folder))
            life, model = Life(store), Model()
            try:
                for step in steps:
                    await life.step(step)
                    model.step(step)
                    await life.check(model)
            finally:
                await store.close()

    asyncio.run(live())

"""What a digest says: counts, who waits, what failed, the modems; only of one's own inboxes."""

import re
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text as sql

from config.schema import SmtpSettings
from gatewayd.daily.post import DailyPost
from gatewayd.daily.schedule import Days
from gatewayd.followups import Followups
from gatewayd.mail.mailer import Mailer
from modem.ladder import Cause, Step
from storage import modems, options, people
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming
from storage.outbox import NewMessage, NewPart, enqueue

CUSTOMER, OTHER = "+15145550123", "+15145550124"
SECRET = "the words of a customer"
HOSTILE = '<img src=x onerror="alert(1)">'
MONDAY = Days.parse("2026-11-30/2026-11-30")


class Postman:
    """A mail server that takes everything."""

    sender = "texts@shop.example"

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def hand_over(self, mail: EmailMessage) -> None:
        self.got.append(mail)


async def hear(mornings: Any, number: str = CUSTOMER, *, inbox: str = "main") -> None:
    now_ms = mornings.clock.ms
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=number,
        to_number="+15145550100",
        text=SECRET,
        encoding="gsm7",
        inbox=inbox,
        modem="counter",
        iccid="89",
        kind="text",
        sc_time_ms=now_ms,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with mornings.store.write() as tx:
        await insert_incoming(tx, message, now_ms=now_ms)


async def send(mornings: Any, to: str, state: str, *, inbox: str = "main") -> None:
    now_ms = mornings.clock.ms
    message = NewMessage(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        to=to,
        text=SECRET,
        encoding="gsm7",
        inbox=inbox,
        priority=1,
        send_at_ms=None,
        expires_at_ms=None,
        delivery_report=True,
        on_unknown="hold",
        client_reference=None,
        author_type="token",
        author_id="tok_1",
        author_name="till",
        parts=[NewPart(number=1, tpdu=b"\x01")],
    )
    async with mornings.store.write() as tx:
        await enqueue(tx, message, now_ms=now_ms)
        await tx.execute(
            sql("UPDATE messages SET state = :s WHERE id = :i"), {"s": state, "i": message.id}
        )


async def follow_up(mornings: Any) -> None:
    """Let waits be known as overdue, without an e-mail about that."""
    task = Followups(
        settings=replace(mornings.settings, smtp=SmtpSettings()),
        store=mornings.store,
        bus=mornings.bus,
        clock=mornings.clock,
    )
    while await task.round() == 0:
        pass


@pytest.fixture
async def busy(mornings: Any) -> Any:
    """What happened on Monday: three wrote, one message failed, the counter's modem was deaf."""
    mornings.clock.shows("2026-11-30T10:00")
    await hear(mornings)
    await hear(mornings, OTHER, inbox="spare")
    await send(mornings, "+15145550125", "failed")
    await send(mornings, "+15145550126", "unknown", inbox="spare")
    async with mornings.store.write() as tx:
        incident = await modems.open_incident(
            tx, modem="counter", code=Cause.DEAF.value, detail="", now_ms=mornings.clock.ms
        )
        await tx.execute(
            sql(
                "UPDATE contacts SET name = :n WHERE id = (SELECT contact_id FROM conversations"
                " WHERE inbox = 'main' AND unanswered_since_ms IS NOT NULL)"
            ),
            {"n": HOSTILE},
        )
    mornings.clock.shows("2026-11-30T10:02")
    async with mornings.store.write() as tx:
        await modems.close_incident(
            tx, incident_id=incident, cure=Step.RADIO.value, now_ms=mornings.clock.ms
        )
    mornings.clock.shows("2026-11-30T16:00")
    await follow_up(mornings)
    mornings.clock.shows("2026-12-01T07:00")
    return mornings


def post(mornings: Any) -> DailyPost:
    return DailyPost(settings=mornings.settings, store=mornings.store, clock=mornings.clock)


async def words(mornings: Any, name: str = "marie") -> Any:
    composed = await post(mornings).for_person(mornings.ids[name], MONDAY)
    return None if composed is None else composed.words


async def test_it_tells_what_was_and_what_waits_with_links(busy: Any) -> None:
    told = await words(busy)
    assert told.subject == "Chez Nous: Mon, Nov 30, 2026: 2 wait for an answer"
    lines = told.text.splitlines()
    for line in (
        "- Received: 2",
        "- Sent: 2",
        "- Answered: 0",
        "- Answered late, or not yet: 2",
        "- main: 1 received, 1 sent, 0 answered",
        "- (514) 555-0124, for 7 hrs, overdue (nobody has it)",
        "- (514) 555-0125, Yesterday, 10:00\u202fa.m.: not delivered",
        "- (514) 555-0126, Yesterday, 10:00\u202fa.m.: may or may not have been sent",
        "- counter: 0 of 500 texts on the last day",
        "- spare: 0 texts in the month",
    ):
        assert line in lines, (line, told.text)
    assert "counter: It did not announce what came in" in told.text
    assert "turning its radio off and on" in told.text
    assert "  https://sms.shop.example/inbox/waiting/cnv_" in told.text
    assert "  https://sms.shop.example/modems/counter" in told.text
    # What failed is shown where it stands.
    assert re.search(r"not delivered\n  https://\S+/inbox/all/cnv_\w+\?at=msg_\w+\n", told.text)


async def test_no_customers_words_are_in_it_and_no_name_is_markup(busy: Any) -> None:
    told = await words(busy)
    assert SECRET not in told.text + told.html
    assert HOSTILE in told.text
    assert "<img" not in told.html
    assert "&lt;img src=x" in told.html


async def test_each_reads_of_their_own_inboxes_only_and_in_their_language(busy: Any) -> None:
    await busy.person("luc", inboxes=["spare"], language="fr")
    told = await words(busy, "luc")
    assert told.subject.endswith("1 attend une réponse")
    assert "(514) 555-0124" in told.text
    assert "peut-être envoyé, peut-être pas" in told.text
    for other in (HOSTILE, "555-0125", "counter"):
        assert other not in told.text


async def test_numbers_are_masked_where_the_business_hides_them_from_anybody(busy: Any) -> None:
    async with busy.store.write() as tx:
        await options.change(tx, {"mask_numbers": True}, by="tok", now_ms=busy.clock.ms)
    told = await words(busy)
    assert "555-0124" not in told.text + told.html
    assert "+1514•••0124" in told.text


async def test_where_nothing_is_wrong_it_says_so(mornings: Any) -> None:
    mornings.clock.shows("2026-12-01T07:00")
    told = await words(mornings)
    assert told.subject == "Chez Nous: Mon, Nov 30, 2026: Nobody waits for an answer"
    for line in ("Everything that was to be sent went out.", "No modem was in trouble."):
        assert f"- {line}\n" in told.text


async def test_several_days_are_named_and_a_long_list_leads_to_the_rest(mornings: Any) -> None:
    mornings.clock.shows("2026-11-30T10:00")
    for number in range(12):
        await hear(mornings, f"+151455502{number:02}")
        await send(mornings, f"+151455503{number:02}", "undelivered")
    mornings.clock.shows("2026-12-01T07:00")
    days = Days.parse("2026-11-27/2026-11-30")
    composed = await post(mornings).for_person(mornings.ids["marie"], days)
    assert composed is not None
    assert "Fri, Nov 27–Mon, Nov 30, 2026" in composed.words.title
    assert "- and 2 more\n  https://sms.shop.example/inbox/waiting" in composed.words.text
    assert "- and 2 more\n\n" in composed.words.text


async def test_it_is_sent_once_as_text_and_as_html(busy: Any) -> None:
    busy.clock.shows("2026-11-30T16:30")
    await busy.task.round()
    await busy.at("2026-12-01T07:00")
    postman = Postman()
    mailer = Mailer(
        settings=busy.settings,
        store=busy.store,
        bus=busy.bus,
        clock=busy.clock,
        server=postman,  # type: ignore[arg-type]  # all that a mailer asks of one
    )
    while await mailer.step() == 0:
        pass
    (mail,) = postman.got
    assert mail["To"] == "marie@shop.example"
    assert mail["Subject"] == "Chez Nous: Mon, Nov 30, 2026: 2 wait for an answer"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Received: 2" in plain.get_content()
    assert '<html lang="en">' in html.get_content()


@pytest.mark.parametrize("change", [{"role": "agent"}, {"state": "suspended"}])
async def test_who_is_not_entitled_any_more_when_it_goes_does_not_get_it(
    busy: Any, change: dict[str, Any]
) -> None:
    busy.clock.shows("2026-11-30T16:30")
    await busy.task.round()
    await busy.at("2026-12-01T07:00")
    async with busy.store.write() as tx:
        await people.change(
            tx, busy.ids["marie"], change, version=None, by="tok", now_ms=busy.clock.ms
        )
    postman = Postman()
    mailer = Mailer(
        settings=busy.settings,
        store=busy.store,
        bus=busy.bus,
        clock=busy.clock,
        server=postman,  # type: ignore[arg-type]  # all that a mailer asks of one
    )
    await mailer.step()
    assert postman.got == []
    async with busy.store.read() as tx:
        row = (await tx.execute(sql("SELECT state, error FROM mails"))).one()
    assert tuple(row) == ("failed", "not_entitled")

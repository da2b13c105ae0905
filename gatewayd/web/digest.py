"""The daily digest in words: a subject, and sections of lines, as plain text and as simple HTML.

Pure. No customer's words are in it, and a number only where its contact has no name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from babel import dates
from markupsafe import Markup

from gatewayd.daily.model import DailyDigest, PlanUse, StillWaiting
from gatewayd.services.supervision import Figures
from gatewayd.web.formats import Formats
from gatewayd.web.languages import N_
from gatewayd.web.modems.stories import story_of
from storage.daily import FailedMessage, Failures

_SECOND_MS = 1000
_INBOX = N_("%(inbox)s: %(received)s received, %(sent)s sent, %(answered)s answered")
_WITHIN = N_("%(count)s (half within %(half)s, 9 of 10 within %(most)s of opening time)")
_NOBODY_WAITS = N_("Nobody waits for an answer.")
_FOR = N_("%(who)s, for %(span)s")
_OVERDUE = N_("%(who)s, for %(span)s, overdue")
_HELD = N_("with %(name)s")
_NOBODYS = N_("nobody has it")
_FAILED = N_("%(who)s, %(when)s")
_NOT_SENT = N_("Everything that was to be sent went out.")
_NO_TROUBLE = N_("No modem was in trouble.")
_MORE = N_("and %(num)s more")
_PLAN_DAY = N_("%(modem)s: %(used)s of %(limit)s texts on the last day")
_PLAN_MONTH = N_("%(modem)s: %(used)s of %(limit)s texts in the month")
_PLAN_FREE = N_("%(modem)s: %(used)s texts in the month")
_COST = N_("%(amount)s so far")
_FOOT = N_(
    "This goes each morning to who supervises. Whether you get it, and on which days, you choose "
    "on the page, in the settings, under “Daily digest”."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing, with where it is looked at."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading and its lines."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The whole digest, to be read."""

    subject: str
    title: str
    parts: Sequence[Part]
    foot: str
    language: str

    @property
    def text(self) -> str:
        """As plain text."""
        parts = [self.title]
        for part in self.parts:
            lines = (
                f"- {line.text}\n  {line.href}" if line.href else f"- {line.text}"
                for line in part.lines
            )
            parts.append("\n".join([part.title, *lines]))
        return "\n\n".join([*parts, f"-- \n{self.foot}"]) + "\n"

    @property
    def html(self) -> str:
        """As HTML without pictures, scripts or anything that is fetched."""
        parts = [_PART.format(part.title, _lines(part)) for part in self.parts]
        return str(_PAGE.format(self.language, self.title, Markup("").join(parts), self.foot))


_PAGE = Markup(
    '<!doctype html><html lang="{}"><meta charset="utf-8"><body style="font-family:sans-serif">'
    '<h1 style="font-size:1.3em">{}</h1>{}<p style="color:#555">{}</p></body></html>'
)
_PART = Markup('<h2 style="font-size:1.1em">{}</h2><ul>{}</ul>')
_LINE, _LINK = Markup("<li>{}</li>"), Markup('<li><a href="{}">{}</a></li>')


def _lines(part: Part) -> Markup:
    return Markup("").join(
        _LINK.format(line.href, line.text) if line.href else _LINE.format(line.text)
        for line in part.lines
    )


def words_of(digest: DailyDigest, f: Formats, *, business: str, page: str) -> Words:
    """Write it for one reader; ``page`` is the address of the page, without a slash at its end."""
    say = f.tongue.say
    waiting = _waiting_title(digest, f)
    title = _days(digest, f)
    return Words(
        subject=f"{business}: {title}: {waiting}",
        title=f"{business}, {title}",
        parts=(
            Part(title=say("What was done"), lines=[*_done(digest, f)]),
            Part(title=say("Waiting now"), lines=[*_waiting(digest, f, page)]),
            Part(title=say("Not delivered"), lines=[*_failures(digest, f, page)]),
            Part(title=say("Modems"), lines=[*_troubles(digest, f, page)]),
            Part(title=say("Plans"), lines=[Line(text=_plan(each, f)) for each in digest.plans]),
        ),
        foot=say(_FOOT),
        language=f.tongue.language.value,
    )


def _days(digest: DailyDigest, f: Formats) -> str:
    first, last = digest.days.first, digest.days.last
    if first == last:
        return f.calendar_day(last)
    return dates.format_interval(first, last, "yMMMEd", locale=f.tongue.locale)


def _waiting_title(digest: DailyDigest, f: Formats) -> str:
    if not digest.waiting.count:
        return f.tongue.say(_NOBODY_WAITS).rstrip(".")
    return f.tongue.plural(
        "%(num)s waits for an answer", "%(num)s wait for an answer", digest.waiting.count
    )


def _done(digest: DailyDigest, f: Formats) -> Iterator[Line]:
    say, total = f.tongue.say, digest.report.total
    for title, value in (
        (say("Received"), f.number(total.messages_in or 0)),
        (say("Sent"), f.number(total.messages_out)),
        (say("Automatic answers"), f.number(total.automatic_answers or 0)),
        (say("Answered"), _answered(total, f)),
        (say("Answered late, or not yet"), f.number(total.overdue)),
        (say("Resolved"), f.number(total.resolved)),
        (say("Opted out"), f.number(total.opt_outs or 0)),
    ):
        yield Line(text=say("%(title)s: %(value)s", title=title, value=value))
    if len(digest.report.items) > 1:
        yield from (Line(text=_inbox(each, f)) for each in digest.report.items)


def _answered(row: Figures, f: Formats) -> str:
    if row.first_answer_median_seconds is None or row.first_answer_p90_seconds is None:
        return f.number(row.answers)
    return f.tongue.say(
        _WITHIN,
        count=f.number(row.answers),
        half=f.span(row.first_answer_median_seconds * _SECOND_MS),
        most=f.span(row.first_answer_p90_seconds * _SECOND_MS),
    )


def _inbox(row: Figures, f: Formats) -> str:
    return f.tongue.say(
        _INBOX,
        inbox=row.name,
        received=f.number(row.messages_in or 0),
        sent=f.number(row.messages_out),
        answered=f.number(row.answers),
    )


def _waiting(digest: DailyDigest, f: Formats, page: str) -> Iterator[Line]:
    waiting = digest.waiting
    if not waiting.count:
        yield Line(text=f.tongue.say(_NOBODY_WAITS))
        return
    for each in waiting.longest:
        yield Line(text=_waits(each, f), href=f"{page}/inbox/waiting/{each.row.id}")
    yield from _more(waiting.count, len(waiting.longest), f, f"{page}/inbox/waiting")


def _waits(each: StillWaiting, f: Formats) -> str:
    say, row = f.tongue.say, each.row
    told = say(
        _OVERDUE if each.overdue else _FOR,
        who=row.contact_name or f.phone(row.number),
        span=f.span(each.waited_ms),
    )
    holder = row.person_name or row.team_name
    return f"{told} ({say(_HELD, name=holder) if holder else say(_NOBODYS)})"


def _failures(digest: DailyDigest, f: Formats, page: str) -> Iterator[Line]:
    if not digest.failed.count and not digest.doubts.count:
        yield Line(text=f.tongue.say(_NOT_SENT))
    yield from _failed(digest.failed, f.tongue.say("not delivered"), f, page)
    yield from _failed(digest.doubts, f.tongue.say("may or may not have been sent"), f, page)


def _failed(failures: Failures, why: str, f: Formats, page: str) -> Iterator[Line]:
    for each in failures.newest:
        yield Line(
            text=f"{_failed_to(each, f)}: {why}",
            href=f"{page}/inbox/all/{each.conversation_id}?at={each.id}",
        )
    yield from _more(failures.count, len(failures.newest), f, "")


def _failed_to(each: FailedMessage, f: Formats) -> str:
    who = each.name or f.phone(each.number)
    return f.tongue.say(_FAILED, who=who, when=f.full(each.created_at_ms))


def _troubles(digest: DailyDigest, f: Formats, page: str) -> Iterator[Line]:
    if not digest.troubles:
        yield Line(text=f.tongue.say(_NO_TROUBLE))
    for each in digest.troubles:
        story = story_of(each.incident, f)
        told = " ".join(filter(None, (f"{each.modem}: {story.told}", story.cure)))
        yield Line(text=told, href=f"{page}/modems/{each.modem}")


def _plan(plan: PlanUse, f: Formats) -> str:
    say = f.tongue.say
    told = []
    if plan.max_per_day is not None:
        told.append((_PLAN_DAY, plan.day, plan.max_per_day))
    if plan.max_per_month is not None or not told:
        message = _PLAN_FREE if plan.max_per_month is None else _PLAN_MONTH
        told.append((message, plan.month, plan.max_per_month or 0))
    said = [
        say(message, modem=plan.modem, used=f.number(used), limit=f.number(limit))
        for message, used, limit in told
    ]
    if plan.cost is not None:
        said.append(say(_COST, amount=f.money(plan.cost)))
    return "; ".join(said)


def _more(count: int, shown: int, f: Formats, href: str) -> Iterator[Line]:
    if count > shown:
        yield Line(text=f.tongue.say(_MORE, num=f.number(count - shown)), href=href)

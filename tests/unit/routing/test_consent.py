"""Opt-out, opt-in, help; and whether a message may be sent."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.consent import (
    HELP_WORDS,
    OPT_IN_WORDS,
    OPT_OUT_WORDS,
    ConsentFacts,
    ConsentPolicy,
    ConsentStep,
    Keyword,
    QuietHours,
    SendFacts,
    SendKind,
    SendReason,
    consent_step,
    keyword_of,
    may_mean_opt_out,
    may_send,
    quiet_until,
)

NOW = datetime(2027, 6, 24, 15, tzinfo=UTC)
OUT, IN = ConsentFacts(opted_out=True), ConsentFacts()


def test_the_words_are_those_that_were_promised() -> None:
    assert " ".join(OPT_OUT_WORDS) == (
        "STOP STOPALL UNSUBSCRIBE END QUIT CANCEL REVOKE OPTOUT ARRET ARRÊT DESABONNER"
    )
    assert " ".join(OPT_IN_WORDS) == "START UNSTOP DEBUT"
    assert " ".join(HELP_WORDS) == "HELP INFO AIDE"


@pytest.mark.parametrize(
    ("word", "keyword"),
    [
        *((word, Keyword.OPT_OUT) for word in OPT_OUT_WORDS),
        *((word, Keyword.OPT_IN) for word in OPT_IN_WORDS),
        *((word, Keyword.HELP) for word in HELP_WORDS),
    ],
)
@pytest.mark.parametrize(
    "form", ["{0}", "{1}", "{2}", " {1}.\n", "{0}!!!", "{2} !", "{0}…", "{1}?"]
)
def test_one_word_alone_in_any_case(word: str, keyword: Keyword, form: str) -> None:
    assert keyword_of(form.format(word, word.lower(), word.title())) is keyword


@pytest.mark.parametrize("text", ["désabonner", "Début", "arrêt.", "ARRÊT", "arre\u0302t"])
def test_accents_do_not_matter(text: str) -> None:
    assert keyword_of(text) is not None


@pytest.mark.parametrize(
    "text",
    ["", "...", "STOP please", "don't stop", "opt-out", "OPT OUT", "stopped", "!STOP", "ST OP"],
)
def test_what_is_fuzzier_is_no_keyword(text: str) -> None:
    assert keyword_of(text) is None


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("please STOP texting me", True),
        ("Opt-out", True),
        ("arrêtez svp", True),
        ("Je ne veux plus recevoir", False),
        ("je veux ne plus recevoir ça", True),
        ("you have the wrong number", True),
        ("Don't text me", True),
        ("is the bus stopping there", False),
        ("STOP", False),
        ("hello", False),
    ],
)
def test_staff_are_asked_about_what_sounds_like_it(text: str, may: bool) -> None:
    assert may_mean_opt_out(text) is may


@pytest.mark.parametrize(
    ("text", "facts", "step"),
    [
        ("STOP", IN, ConsentStep.OPTED_OUT),
        ("STOP", OUT, ConsentStep.STILL_OUT),
        ("START", OUT, ConsentStep.OPTED_IN),
        ("START", IN, ConsentStep.NONE),
        ("HELP", IN, ConsentStep.HELP),
        ("HELP", OUT, ConsentStep.NONE),
        ("hello", IN, ConsentStep.NONE),
        ("stop it please", IN, ConsentStep.SUGGEST_OPT_OUT),
        ("STOP", ConsentFacts(exempt=True), ConsentStep.EXEMPT),
        ("stop it please", ConsentFacts(exempt=True), ConsentStep.NONE),
    ],
)
def test_consent_comes_first(text: str, facts: ConsentFacts, step: ConsentStep) -> None:
    assert consent_step(text, facts, now=NOW, policy=ConsentPolicy()) is step


@pytest.mark.parametrize(
    ("text", "ago", "step"),
    [
        ("Cancel.", timedelta(hours=24), ConsentStep.CANCEL_FOR_A_PERSON),
        ("CANCEL", timedelta(hours=24, seconds=1), ConsentStep.OPTED_OUT),
        ("STOP", timedelta(hours=1), ConsentStep.OPTED_OUT),
    ],
)
def test_cancel_answers_a_reminder_that_offered_it(
    text: str, ago: timedelta, step: ConsentStep
) -> None:
    facts = ConsentFacts(cancel_offered_at=NOW - ago)
    assert consent_step(text, facts, now=NOW, policy=ConsentPolicy()) is step


@pytest.mark.parametrize(
    ("facts", "policy", "allowed", "reason"),
    [
        (SendFacts(kind=SendKind.PROGRAM), ConsentPolicy(), True, SendReason.ALLOWED),
        (
            SendFacts(kind=SendKind.PROGRAM, opted_out=True),
            ConsentPolicy(),
            False,
            SendReason.OPTED_OUT,
        ),
        (
            SendFacts(kind=SendKind.AUTOMATIC, opted_out=True),
            ConsentPolicy(),
            False,
            SendReason.OPTED_OUT,
        ),
        (
            SendFacts(kind=SendKind.STAFF_ANSWER, opted_out=True),
            ConsentPolicy(),
            False,
            SendReason.OPTED_OUT,
        ),
        (
            SendFacts(kind=SendKind.STAFF_ANSWER, opted_out=True),
            ConsentPolicy(staff_may_answer_opted_out=True),
            True,
            SendReason.DIRECT_ANSWER,
        ),
        (
            SendFacts(kind=SendKind.STAFF, opted_out=True),
            ConsentPolicy(staff_may_answer_opted_out=True),
            False,
            SendReason.OPTED_OUT,
        ),
        (
            SendFacts(kind=SendKind.CONFIRMATION, opted_out=True),
            ConsentPolicy(),
            True,
            SendReason.CONFIRMATION,
        ),
        (SendFacts(kind=SendKind.STAFF, blocked=True), ConsentPolicy(), False, SendReason.BLOCKED),
        (
            SendFacts(kind=SendKind.AUTOMATIC, opted_out=True, exempt=True),
            ConsentPolicy(),
            True,
            SendReason.EXEMPT,
        ),
        (SendFacts(kind=SendKind.BULK), ConsentPolicy(quiet_hours=None), True, SendReason.ALLOWED),
        (SendFacts(kind=SendKind.BULK), ConsentPolicy(), True, SendReason.ALLOWED),
    ],
)
def test_who_may_be_sent_to(
    facts: SendFacts, policy: ConsentPolicy, allowed: bool, reason: SendReason
) -> None:
    verdict = may_send(facts, policy, now=NOW)
    assert (verdict.allowed, verdict.reason, verdict.not_before) == (allowed, reason, None)


@pytest.mark.parametrize(
    ("contact_zone", "morning"),
    [(None, "2027-06-25T08:00-04:00"), ("America/Vancouver", None)],
)
def test_bulk_waits_for_the_contact_s_own_morning(contact_zone: str, morning: str | None) -> None:
    night = datetime.fromisoformat("2027-06-24T22:30-04:00")
    facts = SendFacts(kind=SendKind.BULK, contact_zone=contact_zone, inbox_zone="America/Toronto")
    verdict = may_send(facts, ConsentPolicy(), now=night)
    assert verdict.allowed
    assert verdict.not_before == (None if morning is None else datetime.fromisoformat(morning))


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (QuietHours(), "2027-06-24T20:59", None),
        (QuietHours(), "2027-06-24T21:00", "2027-06-25T08:00"),
        (QuietHours(), "2027-06-25T07:59", "2027-06-25T08:00"),
        (QuietHours(), "2027-06-25T08:00", None),
        (QuietHours(begin=time(12), end=time(13)), "2027-06-24T12:30", "2027-06-24T13:00"),
        (QuietHours(begin=time(12), end=time(13)), "2027-06-24T13:30", None),
        (QuietHours(begin=time(22), end=time(2, 30)), "2027-03-14T01:00", "2027-03-14T03:00"),
    ],
)
def test_quiet_hours(quiet: QuietHours, now: str, until: str | None) -> None:
    zone = ZoneInfo("America/Toronto")

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=zone)

    assert quiet_until(quiet, zone, now=at(now)) == (None if until is None else at(until))

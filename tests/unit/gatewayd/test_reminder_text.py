"""What people of ours are told of who waits: short, in GSM 03.38, in both languages."""

import pytest

from config.schema import Language
from gatewayd.reminder_text import (
    Digest,
    Kind,
    Reminder,
    digest_text,
    duration,
    reminder_text,
    waiting_text,
)
from modem.pdu.segment import plan


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_it_is_one_sms_or_two_and_needs_no_ucs2(kind: Kind, language: Language) -> None:
    reminder = Reminder(kind=kind, who="M" * 200, waited_minutes=6000, code="CFGH")
    text = reminder_text(reminder, language)
    assert "CFGH" in text
    assert plan(text).parts <= 2
    assert "\u2019" not in text + waiting_text(kind, "Marie", language)
    assert "Marie" in waiting_text(kind, "Marie", language)


@pytest.mark.parametrize(
    ("minutes", "written"), [(0, "0 min"), (59, "59 min"), (60, "1 h 00"), (125, "2 h 05")]
)
def test_times_are_written_for_people(minutes: int, written: str) -> None:
    assert duration(minutes) == written


@pytest.mark.parametrize(
    ("waiting", "settled", "text"),
    [
        (["Ann"], 0, "While you were away: 1 conversation that waits (Ann)."),
        (
            ["Ann", "Bob", "Cy", "Di"],
            2,
            (
                "While you were away: 4 conversations that wait (Ann, Bob, Cy...). "
                "Answered by others meanwhile: 2."
            ),
        ),
        ([], 1, "While you were away: nothing that still waits. Answered by others meanwhile: 1."),
    ],
)
def test_a_digest_names_who_waits(waiting: list[str], settled: int, text: str) -> None:
    digest = Digest(waiting=waiting, settled=settled)
    assert digest_text(digest, Language.EN) == text

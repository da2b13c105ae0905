"""What docs/rules.md promises of rules, answers and consent is what there is."""

import dataclasses
import re
import tomllib
from enum import StrEnum
from pathlib import Path

import pytest

from routing.answers import AnswerKind, AnswerPolicy, Refusal
from routing.consent import (
    HELP_WORDS,
    OPT_IN_WORDS,
    OPT_OUT_WORDS,
    ConsentPolicy,
    QuietHours,
    SendReason,
)
from routing.expression import problem_of
from routing.match import Result
from routing.model import ContactIs, Do, HoursAre, Kind, Priority, TargetKind, When
from routing.rulebook import InboxRules
from routing.rulesfile import parse
from routing.senders import ApplicationLimit, Sending, SendRefusal, SendRule
from routing.template import Placeholder

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
FILE = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
KEYS = [When, Do, Sending, SendRule, ApplicationLimit, ConsentPolicy, InboxRules, AnswerPolicy]
CODES = [AnswerKind, Refusal, SendReason, SendRefusal, Result, Kind, Priority, TargetKind]


@pytest.mark.parametrize("codes", [*CODES, ContactIs, HoursAre])
def test_every_code_is_there(codes: type[StrEnum]) -> None:
    assert not [code.value for code in codes if not re.search(rf"`{code}[`:]", PAGE)]


@pytest.mark.parametrize("kind", [*KEYS])
def test_every_key_is_there(kind: type) -> None:
    names = {item.name for item in dataclasses.fields(kind)} - {"rules", "limits"}
    shown = set(re.findall(r"`(\w+)[` ]", PAGE)) | set(re.findall(r"^(\w+) =", FILE, re.MULTILINE))
    assert names <= shown


def test_every_word_and_placeholder_is_there() -> None:
    assert all(word in PAGE for word in (*OPT_OUT_WORDS, *OPT_IN_WORDS, *HELP_WORDS))
    assert all(f"`{{{name}}}`" in PAGE for name in Placeholder)


def test_the_numbers_are_those_that_hold() -> None:
    policy, quiet = AnswerPolicy(), QuietHours()
    cancel = ConsentPolicy().cancel_window
    assert f"less than {policy.after_person.seconds // 60} minutes ago" in PAGE
    assert f"in the last {policy.open_every.seconds // 3600} hours" in PAGE
    assert f"got {policy.daily_cap} answers" in PAGE
    assert f"({quiet.begin:%H:%M} to {quiet.end.hour}:{quiet.end:%M} unless" in PAGE
    assert f"within {cancel.total_seconds() // 3600:.0f} hours" in PAGE


def test_the_hours_that_are_shown_are_understood() -> None:
    table = PAGE.partition("| hours | mean |")[2].partition("\n\n")[0]
    shown = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert len(shown) > 5
    assert [problem_of(each) for each in shown] == [None] * len(shown)


def test_the_file_that_is_shown_is_right() -> None:
    assert tomllib.loads(FILE)
    assert parse(FILE).problems == ()

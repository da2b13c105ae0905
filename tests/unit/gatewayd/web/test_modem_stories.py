"""A modem's trouble, its plan, and the line over every page, as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.schema import Language
from gatewayd.directory import IncidentView, LimitsView, ModemView, StepView
from gatewayd.web.formats import Formats
from gatewayd.web.languages import tongue
from gatewayd.web.modems.meters import meters_of
from gatewayd.web.modems.stories import story_of
from modem.ladder import Cause, Step

OPENED = datetime(2026, 12, 1, 7, 14, tzinfo=UTC)
NOW_MS = int(OPENED.timestamp() * 1000) + 3_600_000


def formats(language: Language = Language.EN) -> Formats:
    return Formats(
        tongue=tongue(language, "CA"),
        zone=ZoneInfo("America/Toronto"),
        region="CA",
        now_ms=NOW_MS,
    )


def incident(**more: object) -> IncidentView:
    values = {"id": "inc_1", "kind": "modem_deaf", "detail": "", "opened_at": OPENED}
    return IncidentView(**(values | more))  # type: ignore[arg-type]  # of the test


def test_what_is_over_tells_when_how_long_and_what_cured_it() -> None:
    steps = [
        StepView(step="rearm", helped=False, seconds=30, at=OPENED),
        StepView(step="usb_reset", helped=False, seconds=0, at=OPENED, detail="no helper"),
        StepView(step="radio", helped=True, seconds=90, at=OPENED),
    ]
    closed = OPENED + timedelta(minutes=2)
    story = story_of(incident(closed_at=closed, cure="radio", steps=steps), formats())
    assert story.over
    assert story.told.startswith("It did not announce what came in, today, 2:14")
    assert story.told.endswith("for 2 mins.")
    assert story.cure == "Cured by: turning its radio off and on."
    assert story.steps == (
        "Turning its announcements on again: it did not help",
        "Resetting its USB port: not possible",
        "Turning its radio off and on: it helped",
    )


def test_what_goes_on_says_since_when_in_the_reader_s_language() -> None:
    story = story_of(incident(), formats(Language.FR))
    assert not story.over
    assert story.told.startswith("Il n’annonçait plus ce qui arrivait, depuis aujourd’hui")
    assert story.cure == ""


@pytest.mark.parametrize("kind", Cause)
def test_each_trouble_of_the_ladder_is_told_in_french(kind: Cause) -> None:
    english = story_of(incident(kind=kind.value), formats()).told
    french = story_of(incident(kind=kind.value), formats(Language.FR)).told
    assert english.split(",")[0] != french.split(",")[0]


@pytest.mark.parametrize("step", Step)
def test_each_cure_of_the_ladder_is_told_in_french(step: Step) -> None:
    over = incident(closed_at=OPENED, cure=step.value)
    english, french = (story_of(over, formats(each)).cure for each in Language)
    assert english.partition(": ")[2] != french.partition(": ")[2]


def test_a_limit_is_shown_where_what_is_left_of_it_is_known() -> None:
    limits = LimitsView(max_per_day=200, day_left=30, max_per_month=5000, max_per_hour=10)
    view = ModemView(
        name="counter", state="ready", since=OPENED, limits=limits, store_used=30, store_size=30
    )
    day, store = meters_of(view)
    assert (day.title, day.used, day.most, day.width, day.tone) == (
        "Sent today",
        170,
        200,
        85,
        "warn",
    )
    assert (store.used, store.width, store.tone) == (30, 100, "bad")


def test_a_limit_of_nothing_is_used_up() -> None:
    limits = LimitsView(max_per_day=0, day_left=0)
    (day,) = meters_of(ModemView(name="counter", state="ready", since=OPENED, limits=limits))
    assert (day.width, day.tone) == (100, "bad")

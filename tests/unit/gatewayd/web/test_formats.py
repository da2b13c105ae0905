"""Times, spans, amounts and numbers as readers in two languages are used to them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.schema import Language
from gatewayd.money import Money
from gatewayd.web.formats import Formats, initials, local_moment
from gatewayd.web.languages import tongue

MONTREAL = ZoneInfo("America/Toronto")
NOW = datetime(2026, 6, 24, 14, 5, tzinfo=MONTREAL)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def reader(language: Language) -> Formats:
    return Formats(tongue=tongue(language, "CA"), zone=MONTREAL, region="CA", now_ms=ms(NOW))


EN, FR = reader(Language.EN), reader(Language.FR)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_days_have_names_where_people_give_them_names() -> None:
    assert [EN.day(ms(NOW - timedelta(days=ago))) for ago in (0, 1)] == ["Today", "Yesterday"]
    assert [FR.day(ms(NOW - timedelta(days=ago))) for ago in (0, 1)] == ["Aujourd’hui", "Hier"]
    assert EN.day(ms(NOW - timedelta(days=9))) == "Mon, Jun 15"
    assert "2025" in FR.day(ms(NOW - timedelta(days=300)))


def test_midnight_is_the_reader_s() -> None:
    just_after = datetime(2026, 6, 24, 0, 1, tzinfo=MONTREAL)
    assert EN.day(ms(just_after)) == "Today"
    assert EN.day(ms(just_after - timedelta(minutes=2))) == "Yesterday"


def test_times_are_written_as_there() -> None:
    assert plain(EN.clock(ms(NOW))) == "2:05 p.m."
    assert plain(FR.clock(ms(NOW))) == "14 h 05"


def test_a_list_says_the_time_the_weekday_or_the_date() -> None:
    assert plain(EN.brief(ms(NOW))) == "2:05 p.m."
    assert EN.brief(ms(NOW - timedelta(days=2))) == "Mon"
    assert EN.brief(ms(NOW - timedelta(days=20))) == "Jun 4"
    assert "2025" in EN.brief(ms(NOW - timedelta(days=300)))


def test_how_long_somebody_waits() -> None:
    assert plain(EN.since(ms(NOW - timedelta(seconds=5)))) == "1 min"
    assert plain(EN.since(ms(NOW - timedelta(hours=3)))) == "3 hrs"
    assert plain(FR.since(ms(NOW - timedelta(days=2)))) == "2 j"


def test_amounts_have_the_places_that_they_need() -> None:
    assert plain(EN.money(Money(micros=7_500, currency="CAD"))) == "$0.0075"
    assert plain(FR.money(Money(micros=40_000, currency="CAD"))) == "0,04 $"


def test_a_count_that_stopped_says_so() -> None:
    assert [EN.count(each) for each in (0, 999, 1000)] == ["0", "999", "1,000+"]


def test_a_number_of_here_is_written_without_its_country() -> None:
    assert EN.phone("+15145550123") == "(514) 555-0123"
    assert EN.phone("+33612345678") == "+33 6 12 34 56 78"
    assert [EN.phone(each) for each in ("24365", "Vidéotron", "+")] == ["24365", "Vidéotron", "+"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Marie Tremblay", "MT"), ("élodie", "É"), ("  ", ""), ("42", ""), ("李 小龙", "李小")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_browser_s_moment_is_the_shop_s() -> None:
    assert local_moment("2026-06-24T14:05", MONTREAL) == ms(NOW)
    assert local_moment(EN.local_input(ms(NOW)), MONTREAL) == ms(NOW)
    assert local_moment("2026-06-24T18:05:00+00:00", MONTREAL) == ms(NOW)
    assert local_moment("soon", MONTREAL) is None


def test_inside_a_sentence_a_day_has_no_capital_of_its_own() -> None:
    ago = [ms(NOW - timedelta(days=days)) for days in (0, 1, 9)]
    assert [plain(EN.inside(each)) for each in ago] == [
        "today, 2:05 p.m.",
        "yesterday, 2:05 p.m.",
        "Mon, Jun 15, 2:05 p.m.",
    ]
    assert plain(FR.inside(ago[0])) == "aujourd’hui, 14 h 05"

"""A week's hours as readers of two languages are used to them."""

import pytest

from config.schema import Language
from gatewayd.web.languages import tongue
from gatewayd.web.week_words import in_words

EN, FR = (tongue(each, "CA") for each in (Language.EN, Language.FR))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("hours", "english", "french"),
    [
        (
            "Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-24:00",
            "Mon–Fri 9:00 a.m.–12:00 p.m., 1:00 p.m.–6:00 p.m.; Sat 10:00 a.m.–12:00 a.m.",
            "lun.–ven. 09 h 00–12 h 00, 13 h 00–18 h 00; sam. 10 h 00–00 h 00",
        ),
        ("off", "closed", "fermé"),
        ("Jul-Aug Mo 09:00-12:00", "Jul-Aug Mo 09:00-12:00", "Jul-Aug Mo 09:00-12:00"),
    ],
)
def test_the_days_and_times_are_the_readers(hours: str, english: str, french: str) -> None:
    assert (plain(in_words(hours, EN)), plain(in_words(hours, FR))) == (english, french)

"""Public holidays of a country or province, with their names in English and French.

Owns the one library that knows them (holidays). Knows no shop.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from config.schema import Language
from routing.model import Texts


@lru_cache(maxsize=64)
def holidays_of(place: str, year: int) -> Mapping[date, Texts]:
    """Give a year's holidays at ``CA`` or ``CA-QC``; where it is unknown, ``CA``'s."""
    known = place if knows(place) else place[:2]
    if not knows(known):
        return {}
    english, french = (_calendar(known, year, language) for language in Language)
    return {
        day: Texts(en=english[day], fr=french[day])
        for day in sorted(english)
        # What is observed in place of New Year may lie in the year before.
        if day.year == year
    }


def knows(place: str) -> bool:
    """Whether the holidays of a country, and of its province where one is named, are known."""
    country, _, province = place.partition("-")
    try:
        holidays.country_holidays(country, subdiv=province or None)
    except NotImplementedError:
        return False
    return True


def _calendar(place: str, year: int, language: Language) -> holidays.HolidayBase:
    country, _, province = place.partition("-")
    spoken = holidays.country_holidays(country).supported_languages
    # The library says en_CA; where it does not speak a language, the country's own is taken.
    variant = next((each for each in spoken if each.partition("_")[0] == language.value), None)
    return holidays.country_holidays(country, subdiv=province or None, years=year, language=variant)

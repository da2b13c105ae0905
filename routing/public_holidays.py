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
    """Give a year's holidays at ``CA`` or ``CA-QC``; none for a place that is not known."""
    country, _, province = place.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return {}
    subdivision = province if province in known[country] else None
    names = {
        language: holidays.country_holidays(
            country, subdiv=subdivision, years=year, language=_variant(country, language)
        )
        for language in Language
    }
    return {
        day: Texts(en=names[Language.EN].get(day, ""), fr=names[Language.FR].get(day, ""))
        for day in sorted(names[Language.EN])
        if day.year == year
    }


def knows(place: str) -> bool:
    """Whether the holidays of a country, and of its province where one is named, are known."""
    country, _, province = place.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    return country in known and (not province or province in known[country])


def _variant(country: str, language: Language) -> str | None:
    """Give what the library calls a language there: ``en_CA``; None for the country's own."""
    supported = holidays.country_holidays(country).supported_languages
    return next((name for name in supported if name.partition("_")[0] == language.value), None)

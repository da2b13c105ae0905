"""Opening hours of a week as people read them, where they are such as a form can hold. Pure."""

from datetime import time
from itertools import groupby

from babel import dates

from gatewayd.web.languages import N_, Tongue
from gatewayd.web.weekly import Range, for_form, read

_CLOSED = N_("closed")


def in_words(expression: str, tongue: Tongue) -> str:
    """Write them with the language's days and times; as they are where they are of another kind."""
    week = read(expression)
    if week is None:
        return expression
    parts = []
    for ranges, group in groupby(range(len(week)), key=lambda day: week[day]):
        if ranges:
            days = list(group)
            said = ", ".join(_range(each, tongue) for each in ranges)
            parts.append(f"{_days(days[0], days[-1], tongue)} {said}")
    return "; ".join(parts) or tongue.say(_CLOSED)


def _days(first: int, last: int, tongue: Tongue) -> str:
    names = tongue.locale.days["stand-alone"]["abbreviated"]
    return names[first] if first == last else f"{names[first]}–{names[last]}"


def _range(hours: Range, tongue: Tongue) -> str:
    begin, end = (time.fromisoformat(for_form(each)) for each in hours)
    said = (dates.format_time(each, "short", locale=tongue.locale) for each in (begin, end))
    return "–".join(said)

"""Which modem sends, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.senders import (
    ApplicationLimit,
    NumberType,
    Route,
    Sending,
    SendRefusal,
    SendRequest,
    SendRule,
    route,
)

NOW = datetime(2027, 6, 23, 14, tzinfo=UTC)  # ten in the morning in Toronto
REQUEST = SendRequest(
    to="+15145550123",
    number_type=NumberType.ORDINARY,
    country="CA",
    inbox="main",
    modems=("bell", "rogers"),
    application="till",
)


def routed(sending: Sending, request: SendRequest = REQUEST) -> Route:
    return route(request, sending, home="CA", zone=ZoneInfo("America/Toronto"), now=NOW)


@pytest.mark.parametrize(
    ("changed", "sending", "refusal", "why"),
    [
        ({}, Sending(deny=("+1514555*",)), SendRefusal.DENIED, "deny-list"),
        ({}, Sending(deny=("+15145550123",)), SendRefusal.DENIED, "deny-list"),
        (
            {"number_type": NumberType.PREMIUM},
            Sending(allow_premium=("+1976*",)),
            SendRefusal.PREMIUM,
            "a premium number",
        ),
        ({"country": "FR"}, Sending(allow_countries=("US",)), SendRefusal.FOREIGN, "FR is not"),
        (
            {"sent_at": (NOW - timedelta(minutes=59),)},
            Sending(limits=(ApplicationLimit(application="till", per_hour=1),)),
            SendRefusal.APPLICATION_LIMIT,
            "till may send 1 parts in an hour, and has sent 1",
        ),
        (
            {"sent_at": (NOW - timedelta(hours=23), NOW - timedelta(hours=2))},
            Sending(limits=(ApplicationLimit(application="till", per_hour=1, per_day=2),)),
            SendRefusal.APPLICATION_LIMIT,
            "in a day",
        ),
        (
            {"parts": 3},
            Sending(limits=(ApplicationLimit(application="till", per_day=2),)),
            SendRefusal.APPLICATION_LIMIT,
            "may send 2 parts in a day, and has sent 0",
        ),
    ],
)
def test_what_is_refused(
    changed: dict[str, object], sending: Sending, refusal: SendRefusal, why: str
) -> None:
    found = routed(sending, replace(REQUEST, **changed))  # type: ignore[arg-type]  # a test's table
    assert (found.modem, found.refusal) == (None, refusal)
    assert why in found.why


@pytest.mark.parametrize(
    ("changed", "sending"),
    [
        ({}, Sending(deny=("+1438*",))),
        ({"number_type": NumberType.PREMIUM}, Sending(allow_premium=("+1514*",))),
        ({"number_type": NumberType.SHORT_CODE, "country": None}, Sending()),
        ({"country": "US"}, Sending(allow_countries=("US",))),
        ({"country": "FR"}, Sending(allow_countries=("*",))),
        (
            {"sent_at": (NOW - timedelta(hours=1),)},
            Sending(
                limits=(
                    ApplicationLimit(application="till", per_hour=1, per_day=2),
                    ApplicationLimit(application="shop", per_day=0),
                )
            ),
        ),
    ],
)
def test_what_is_allowed(changed: dict[str, object], sending: Sending) -> None:
    found = routed(sending, replace(REQUEST, **changed))  # type: ignore[arg-type]  # a test's table
    assert (found.modem, found.refusal) == (None, None)
    assert found.why == "no rule is for it, so any modem of the inbox"


RULES = (
    SendRule(name="gone", modem="fido"),
    SendRule(name="france", modem="bell", country=("FR",)),
    SendRule(name="support", modem="bell", inbox=("support",)),
    SendRule(name="laval", modem="bell", prefix=("+1450*",)),
    SendRule(name="night", modem="bell", begin=time(22), end=time(6)),
    SendRule(name="afternoon", modem="bell", begin=time(12)),
    SendRule(name="morning", modem="rogers", begin=time(9), end=time(12)),
    SendRule(name="rest", modem="bell"),
)


@pytest.mark.parametrize(
    ("changed", "rule", "modem"),
    [
        ({}, "morning", "rogers"),
        ({"country": "FR"}, "france", "bell"),
        ({"inbox": "support"}, "support", "bell"),
        ({"to": "+14505550123"}, "laval", "bell"),
        ({"modems": ("bell",)}, "rest", "bell"),
    ],
)
def test_the_first_rule_that_is_for_it(changed: dict[str, object], rule: str, modem: str) -> None:
    sending = Sending(rules=RULES, allow_countries=("*",))
    found = routed(sending, replace(REQUEST, **changed))  # type: ignore[arg-type]  # a test's table
    assert (found.rule, found.modem) == (rule, modem)


@pytest.mark.parametrize(
    ("hour", "rule"),
    [(1, "night"), (2, "night"), (9, "night"), (10, "rest"), (13, "morning"), (16, "afternoon")],
)
def test_time_of_day_is_the_gateway_s(hour: int, rule: str) -> None:
    now = datetime(2027, 6, 23, hour, tzinfo=UTC)  # four hours less in Toronto
    sending = Sending(rules=RULES)
    found = route(REQUEST, sending, home="CA", zone=ZoneInfo("America/Toronto"), now=now)
    # 21:00 is after twelve, too.
    assert found.rule == ("afternoon" if hour == 1 else rule)


def test_a_contact_keeps_the_modem_that_they_know() -> None:
    known = replace(REQUEST, last_modem="bell")
    assert routed(Sending(rules=RULES), known).modem == "bell"
    assert routed(Sending(rules=RULES), known).why == "the contact knows bell"
    assert routed(Sending(rules=RULES, sticky=False), known).modem == "rogers"
    gone = replace(REQUEST, last_modem="fido")
    assert routed(Sending(rules=RULES), gone).modem == "rogers"

"""N8: when work is over it is over, also for what rules forward to people's own phones."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.schema import Language
from routing.assign import Person, Staff, Team
from routing.decision import Inbox, Incoming, Shop
from routing.evaluate import evaluate
from routing.hours import Hours
from routing.model import Do, Kind, Rule, SenderType, Target, TargetKind

TORONTO = ZoneInfo("America/Toronto")
MAX = Person(
    id="max",
    name="Max",
    phone="+15145550112",
    shifts=Hours(weekly="Mo-Fr 09:00-18:00", zone="America/Toronto"),
)
IDA = Person(id="ida", name="Ida", phone="+15145550115")
INBOX = Inbox(
    id="main",
    team="shop",
    language=Language.FR,
    hours=Hours(weekly="Mo-Fr 09:00-12:00,13:00-18:00", zone="America/Toronto"),
)
MAX_HIMSELF = Target(kind=TargetKind.PERSON, name="max")
IDA_HERSELF = Target(kind=TargetKind.PERSON, name="ida")
WHO_IS_THERE = Target(kind=TargetKind.ON_DUTY)
MORNING, LUNCH, NIGHT = "2027-06-23T10:00", "2027-06-23T12:30", "2027-06-23T20:00"


@pytest.mark.parametrize(
    ("when", "to", "on_call", "reached"),
    [
        (MORNING, MAX_HIMSELF, (), ["max"]),
        (NIGHT, MAX_HIMSELF, (), []),
        (NIGHT, MAX_HIMSELF, ("max",), ["max"]),
        (MORNING, WHO_IS_THERE, (), ["ida"]),
        # Max has a shift at noon; Ida, who has none, works while the inbox is open.
        (LUNCH, WHO_IS_THERE, (), ["max"]),
        (NIGHT, WHO_IS_THERE, (), []),
        (NIGHT, IDA_HERSELF, (), []),
        (NIGHT, IDA_HERSELF, ("ida",), ["ida"]),
        (NIGHT, Target(kind=TargetKind.ON_CALL), ("ida",), ["ida"]),
    ],
)
def test_when_work_is_over_nobody_is_reached_but_who_is_on_call(
    when: str, to: Target, on_call: tuple[str, ...], reached: list[str]
) -> None:
    team = Team(id="shop", members=("ida", "max"), on_call=on_call)
    shop = Shop(
        business="Chez Nous",
        staff=Staff(people={"max": MAX, "ida": IDA}, teams={"shop": team}),
        rules=(Rule(name="one", do=Do(forward=(to,))),),
    )
    text = Incoming(
        at=datetime.fromisoformat(when).replace(tzinfo=TORONTO),
        kind=Kind.SMS,
        sender="+15145550123",
        sender_type=SenderType.NUMBER,
        text="allo",
    )
    assert [each.to for each in evaluate(text, INBOX, shop).notifications] == reached

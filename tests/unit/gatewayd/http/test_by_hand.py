"""What becomes of a modem's outcomes on the wire."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope
from modem.console import Typed
from modem.requests import NotDone, WhyNot
from modem.ussd import Answered, Conflict, Dialogue, NoAnswer, UssdOutcome, UssdRefused

USSD, AT = "/v1/modems/counter/ussd", "/v1/modems/counter/at"
LOST = NotDone(why=WhyNot.LOST, detail="it went away")


async def test_each_step_of_a_session(api: Any) -> None:
    api.modems.ussd = Answered(text="1. Solde\n2. Plan", dcs=72, session=Dialogue.OPEN)
    steps = ({"code": "*100#"}, {"reply": "1"}, {"cancel": True})
    for step in steps:
        answer = await api.admin("POST", USSD, json=step)
        assert answer == {"text": "1. Solde\n2. Plan", "dcs": 72, "session": "open"}
    assert api.modems.told == [
        ("ussd", "counter", "*100#"),
        ("reply", "counter", "1"),
        ("cancel", "counter"),
    ]


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (UssdRefused(code="cme_30", detail="no network service"), 502, "ussd_refused"),
        (NoAnswer(), 504, "ussd_no_answer"),
        (Conflict.BUSY, 409, "ussd_busy"),
        (Conflict.NO_SESSION, 409, "ussd_no_session"),
        (NotDone(why=WhyNot.NOT_SERVED, detail="absent"), 503, "modem_not_ready"),
        (NotDone(why=WhyNot.BUSY, detail="messages"), 503, "modem_busy"),
        (LOST, 503, "modem_lost"),
    ],
)
async def test_what_came_to_nothing(api: Any, outcome: UssdOutcome, status: int, code: str) -> None:
    api.modems.ussd = outcome
    problem = await api.admin("POST", USSD, status=status, json={"code": "*100#"})
    assert problem["code"] == code
    assert problem["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"code": "*100#", "cancel": True}, ""),
        ({"code": "*100#;+CFUN=0"}, "/code"),
        ({"code": "**042*1234*1*1#"}, "/code"),
        ({"reply": 'say "yes"'}, "/reply"),
        ({"reply": ""}, "/reply"),
    ],
)
async def test_what_is_no_step_reaches_no_modem(api: Any, body: Any, pointer: str) -> None:
    problem = await api.admin("POST", USSD, status=422, json=body)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert api.modems.told == []


async def test_the_console(api: Any) -> None:
    denied = await api.admin("POST", AT, status=422, json={"command": "ATZ"})
    assert (denied["code"], denied["errors"][0]["pointer"]) == ("at_not_allowed", "/command")
    api.modems.typed = Typed(command="AT+CSQ", lines=("+CSQ: 21,99",), result="OK", done=True)
    answer = await api.admin("POST", AT, json={"command": "AT+CSQ"})
    assert answer == {
        "command": "AT+CSQ",
        "lines": ["+CSQ: 21,99"],
        "result": "OK",
        "done": True,
    }
    api.modems.typed = LOST
    assert (await api.admin("POST", AT, status=503, json={"command": "AT"}))["code"] == "modem_lost"


async def test_for_administrators_and_modems_that_there_are(api: Any) -> None:
    reader = await api.token(Scope.MESSAGES_READ, Scope.MESSAGES_SEND)
    for path, body in ((USSD, {"code": "*100#"}), (AT, {"command": "AT"})):
        async with api.tcp.post(path, json=body, headers=reader) as answer:
            assert answer.status == 403
        await api.admin("POST", path.replace("counter", "nope"), status=404, json=body)
    assert api.modems.told == []

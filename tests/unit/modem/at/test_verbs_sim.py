import pytest

from modem.at import verbs
from modem.at.command import Deadline
from modem.at.errors import BadReply


@pytest.mark.parametrize(
    ("line", "code", "ready", "wants_pin"),
    [
        (b"+CPIN: READY", "READY", True, False),
        (b'+CPIN: "SIM PIN"', "SIM PIN", False, True),
        (b"+CPIN: SIM PUK", "SIM PUK", False, False),
    ],
)
def test_pin_state(line: bytes, code: str, ready: bool, wants_pin: bool) -> None:
    state = verbs.parse_cpin([line])
    assert (state.code, state.ready, state.wants_pin) == (code, ready, wants_pin)
    assert verbs.cpin_read().line == b"AT+CPIN?"


def test_no_pin_state() -> None:
    with pytest.raises(BadReply):
        verbs.parse_cpin([b"+CPIN:"])


def test_entering_a_pin() -> None:
    command = verbs.cpin_enter("0042")
    assert (command.line, command.deadline) == (b'AT+CPIN="0042"', Deadline.NETWORK)


@pytest.mark.parametrize(
    "pin", ["", "123", "123456789", "12a4", '1"\r', "\u0661\u0662\u0663\u0664", "1234\n"]
)
def test_what_is_no_pin(pin: str) -> None:
    with pytest.raises(ValueError, match="4 to 8 digits"):
        verbs.cpin_enter(pin)


@pytest.mark.parametrize(
    ("lines", "attempts"),
    [
        ([b"+CPINR: SIM PUK,10,10", b"+CPINR: SIM PIN,3,3"], 3),
        ([b"+CPINR: SIM PIN,0,3"], 0),
        ([b"^CPIN: SIM PIN,2,10,2,10,3"], 2),
        ([b"^CPIN: SIM PIN,1"], 1),
        ([b"^CPIN: READY,,10,3,10,3"], 3),
        ([b"^CPIN: SIM PUK,9,9,0,10,3"], 0),
        ([b'+QPINC: "SC",1,10'], 1),
        ([b"+SPIC: 3,10,0,10"], 3),
    ],
)
def test_attempts_left(lines: list[bytes], attempts: int) -> None:
    assert verbs.parse_pin_attempts(lines) == attempts


@pytest.mark.parametrize(
    "lines", [[], [b"+XYZ: 3"], [b"+CPINR: SIM PIN"], [b"^CPIN: READY"], [b"^CPIN: SIM PUK,9"]]
)
def test_no_attempts_told(lines: list[bytes]) -> None:
    with pytest.raises(BadReply):
        verbs.parse_pin_attempts(lines)


def test_the_ways_to_ask_for_the_attempts() -> None:
    lines = [command.line for command in verbs.pin_attempts_variants()]
    assert lines == [b"AT+CPINR", b"AT^CPIN?", b'AT+QPINC="SC"', b"AT+SPIC"]

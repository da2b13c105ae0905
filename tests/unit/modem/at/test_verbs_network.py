import pytest

from modem.at import verbs
from modem.at.errors import BadReply
from modem.at.verbs import Domain, RegistrationState


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"+CREG: 0,1"], 1),
        ([b'+CREG: 2,5,"00C3","0001E6D2",7'], 5),
        ([b"+CREG: 2,1, 5C9, 39E5"], 1),
        ([b"+CEREG: 0,001"], 1),
        ([b"+CEREG: 0,10"], 10),
        ([b"+CREG: 1"], 1),
        ([b'+CREG: 3,"00C3","0001"'], 3),
        ([b"+CREG: 1, 5C9, 39E5"], 1),
        ([b'+CREG: 1,"1","2"'], 1),
        ([b"+CREG: 2", b"+CREG: 0,5"], 5),
        ([b"+CREG: 0,5", b"+CREG: 2"], 5),
        ([b"+CREG: 2", b"+CREG: 1"], 1),
        ([b"+CREG: x", b"+CREG: 4"], 4),
    ],
)
def test_registration(lines: list[bytes], status: int) -> None:
    assert verbs.parse_registration(lines) == RegistrationState(status=status)


@pytest.mark.parametrize("lines", [[], [b"+CREG:"], [b"+CREG: x,y"]])
def test_no_registration(lines: list[bytes]) -> None:
    with pytest.raises(BadReply):
        verbs.parse_registration(lines)


@pytest.mark.parametrize(
    ("status", "registered", "roaming", "denied", "searching"),
    [
        (0, False, False, False, False),
        (1, True, False, False, False),
        (2, False, False, False, True),
        (3, False, False, True, False),
        (5, True, True, False, False),
        (6, True, False, False, False),
        (7, True, True, False, False),
        (8, False, False, False, False),
        (10, True, True, False, False),
    ],
)
def test_what_a_status_means(
    status: int, registered: bool, roaming: bool, denied: bool, searching: bool
) -> None:
    state = RegistrationState(status=status)
    assert state.registered is registered
    assert state.roaming is roaming
    assert state.denied is denied
    assert state.searching is searching


def test_command_lines() -> None:
    assert verbs.registration_read(Domain.LTE).line == b"AT+CEREG?"
    assert verbs.registration_polled(Domain.CIRCUIT).line == b"AT+CREG=0"
    assert verbs.csq().line == b"AT+CSQ"
    assert verbs.cops_read().line == b"AT+COPS?"
    assert verbs.cops_long_names().line == b"AT+COPS=3,0"
    assert verbs.cops_automatic().line == b"AT+COPS=0"
    assert verbs.clip().line == b"AT+CLIP=1"
    assert verbs.chup().line == b"AT+CHUP"
    assert verbs.ath().line == b"ATH"
    assert verbs.cusd("*100#").line == b'AT+CUSD=1,"*100#",15'
    assert verbs.cusd_cancel().line == b"AT+CUSD=2"


@pytest.mark.parametrize("text", ['a"b', "a\rb", "é", "a\x1ab"])
def test_ussd_text_cannot_break_out(text: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        verbs.cusd(text)


def test_signal() -> None:
    assert verbs.parse_csq([b"+CSQ: 20,99"]) == -73
    assert verbs.parse_csq([b"+CSQ: 99,99"]) is None
    with pytest.raises(BadReply):
        verbs.parse_csq([b"+CSQ:"])


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ([b'+COPS: 0,0,"Bell",7'], "Bell"),
        ([b'+COPS: 0,0,"Vid\xc3\xa9o"'], "Vidéo"),
        ([b'+COPS: 0,0,"00420065006C006C",2'], "Bell"),
        ([b"+COPS: 0"], None),
        ([b'+COPS: 0,0,"  "'], None),
        ([], None),
    ],
)
def test_operator(lines: list[bytes], name: str | None) -> None:
    assert verbs.parse_cops(lines) == name

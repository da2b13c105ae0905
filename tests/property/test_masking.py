"""Nothing of a number or a text survives in a recording, and PDUs stay PDUs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gatewayd.troubles.dialogue import Dialogue
from gatewayd.troubles.mask import Mask
from gatewayd.troubles.pdus import masked_pdu
from modem.pdu import (
    Address,
    Alphabet,
    DataCoding,
    Deliver,
    Element,
    Frame,
    ServiceCentreTime,
    StatusReport,
    Submit,
    TypeOfNumber,
    UserDataHeader,
    build_delivers,
    build_submits,
    decode_incoming,
)
from modem.pdu.userdata import of_octets
from modem.tape import Kind, Tape

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SMSC = Address.parse("+15145550900")
# No zero: it is what every digit becomes.
numbers = st.text(alphabet="123456789", min_size=7, max_size=15)
texts = st.text(min_size=1, max_size=300).filter(
    lambda text: text.encode("utf-8", errors="ignore").decode() == text
)
names = st.text(alphabet="ABCDEFGHIJ", min_size=1, max_size=11)


def octets(pdu: Deliver | Submit | StatusReport) -> bytes:
    return Frame(smsc=SMSC, tpdu=pdu.to_bytes()).to_bytes()


def masked(raw: bytes) -> Deliver | Submit | StatusReport:
    found = masked_pdu(raw, tpdu_length=len(Frame.from_bytes(raw).tpdu))
    assert found is not None
    assert len(found) == len(raw)
    incoming = decode_incoming(found)
    assert incoming.smsc is not None
    assert set(incoming.smsc.text) == {"+", "0"}
    return incoming.tpdu


def in_semi_octets(number: str) -> str:
    """As the digits stand in a PDU's hex."""
    return Address.parse(number).to_bytes().hex()[4:].rstrip("f")


@given(number=numbers, text=texts)
def test_a_text_that_came_in(number: str, text: str) -> None:
    for pdu in build_delivers(originator=f"+{number}", text=text, time=NOON, concat_reference=7):
        shown = masked(octets(pdu))
        assert isinstance(shown, Deliver)
        assert set(shown.originator.text) == {"+", "0"}
        assert set(shown.text or "x") == {"x"}
        assert (shown.coding, shown.time) == (pdu.coding, pdu.time)
        assert (shown.header and shown.header.concatenation) == (
            pdu.header and pdu.header.concatenation
        )
        assert shown.user_data_length == pdu.user_data_length


@given(name=names, text=texts)
def test_a_named_sender(name: str, text: str) -> None:
    pdu = build_delivers(originator=name, text=text, time=NOON, concat_reference=7)[0]
    shown = masked(octets(pdu))
    assert isinstance(shown, Deliver)
    assert shown.originator.ton is TypeOfNumber.ALPHANUMERIC
    assert shown.originator.text == "x" * len(name)


@given(number=numbers, text=texts, hours=st.integers(1, 1000))
def test_a_text_that_goes_out(number: str, text: str, hours: int) -> None:
    for pdu in build_submits(
        to=number, text=text, concat_reference=7, report=True, validity=timedelta(hours=hours)
    ):
        shown = masked(octets(pdu))
        assert isinstance(shown, Submit)
        assert set(shown.destination.text) == {"0"}
        assert set(shown.text or "x") == {"x"}
        assert (shown.validity, shown.status_report_request) == (pdu.validity, True)


@given(number=numbers, status=st.integers(0, 255), parameters=st.binary(max_size=30))
def test_a_report(number: str, status: int, parameters: bytes) -> None:
    time = ServiceCentreTime.of(NOON)
    pdu = StatusReport(
        reference=9,
        recipient=Address.parse(number),
        time=time,
        discharge=time,
        status=status,
        parameters=parameters,
    )
    shown = masked(octets(pdu))
    assert isinstance(shown, StatusReport)
    assert (shown.reference, shown.status, shown.time) == (9, status, time)
    assert set(shown.recipient.text) == {"0"}
    assert not any(shown.parameters)


@given(
    identifier=st.integers(0, 255),
    data=st.binary(min_size=5, max_size=30).filter(any),
    body=st.binary(max_size=90),
    time=st.binary(min_size=7, max_size=7),
)
def test_octets_that_may_be_anything(
    identifier: int, data: bytes, body: bytes, time: bytes
) -> None:
    header = UserDataHeader(elements=(Element(identifier=identifier, data=data),))
    content = of_octets(body, coding=DataCoding.of(Alphabet.DATA8), header=header)
    pdu = Deliver(
        originator=Address.parse("+15145550123"),
        time=ServiceCentreTime(time),
        coding=content.coding,
        header=content.header,
        user_data=content.user_data,
        user_data_length=content.user_data_length,
    )
    shown = masked(octets(pdu))
    assert isinstance(shown, Deliver)
    assert shown.header is not None
    assert not any(shown.header.elements[0].data)
    assert not any(shown.user_data)
    assert shown.time == pdu.time if pdu.time.utc else not any(shown.time.raw)


@given(raw=st.binary(max_size=60), length=st.integers(0, 60))
def test_any_octets_give_a_pdu_of_the_same_length_or_none(raw: bytes, length: int) -> None:
    found = masked_pdu(raw, tpdu_length=length)
    assert found is None or len(found) == len(raw)


words = st.text(alphabet="qwzjkvy", min_size=4, max_size=12)
lines = st.sampled_from(
    [
        '+CLIP: "+{n}",145,"{w}"',
        "+CLIP: {n},145,{w}",
        '+CNUM: "{w}","{n}",129',
        '+CUSD: 0,"{w} {n}",15',
        '+CUSD: 0,"{w}\r\n{n} {w}",15',
        "+CUSD: 0,{w} {n}",
        "{n}",
        "{w}",
        "{w} {n} {w}",
        '+CMGL: 1,"REC UNREAD","+{n}","{w}","26/11/25"\r\n{w} {n}',
        '+CMT: "+{n}",,"26/11/25"\r\n{w}',
        "+CMGR: 0,,21\r\n{w} {n}",
        "^{w}: {n}",
        "*{w} {n}",
        "+CME ERROR: {n}",
        "^ICCID: {n}F",
        "+CIMI: {n}",
        "^SMMEMFULL: {n}",
        '+COPS: 0,0,"{w}"',
        'AT+CPIN="{n}"',
        "> {w}",
        "{h}",
        "+CMT: ,30\r\n{h}",
        "+CDS: 30\r\n{h}",
        "+CBM: 30\r\n{h}",
        "OK {n}",
    ]
)
commands = st.sampled_from(
    [
        'AT+CPIN="{n}"\r',
        "AT+CPIN={n}\r",
        'AT+CPIN="{n}","{n}"\r',
        'AT+CSCA="+{n}",145\r',
        "ATD{n};\r",
        "ATD>{w}\r",
        'AT+CMGS="{n}"\r{w} {n}\x1a',
        "AT+CMGS=30\r{h}\x1a",
        'AT+CUSD=1,"{n}",15\r',
        "AT+CSQ;+CUSD=1,{n},{w}\r",
        'AT+CPBW=1,"{n}",129,"{w}"\r',
        "{w} {n}\r",
        "AT+CGMM\r",
    ]
)


@given(
    number=numbers,
    word=words,
    said=st.lists(st.tuples(st.booleans(), commands, lines), min_size=1, max_size=8),
)
def test_nothing_survives_in_a_dialogue(
    number: str, word: str, said: list[tuple[bool, str, str]]
) -> None:
    tape = Tape(lambda: 0.0)
    hexed = word.encode("utf-16-be").hex().upper() + in_semi_octets(number).upper()
    hexed += "0" * (len(hexed) % 2)
    for typing, command, line in said:
        if typing:
            tape.typed(command.format(n=number, w=word, h=hexed).encode())
        else:
            tape.heard(f"\r\n{line.format(n=number, w=word, h=hexed)}\r\n".encode())
    shown = "\n".join(Dialogue().lines(tape.since()))
    assert number not in shown
    assert in_semi_octets(number) not in shown.lower()
    assert word not in shown
    assert word.encode("utf-16-be").hex() not in shown.lower()
    # Nor a part of a number that would tell whose it is.
    assert not any(number[at : at + 5] in shown for at in range(len(number) - 4))


@given(data=st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=8))
def test_any_bytes_are_written_on_lines_of_their_own(data: list[tuple[bool, bytes]]) -> None:
    tape = Tape(lambda: 0.0)
    for typing, some in data:
        (tape.typed if typing else tape.heard)(some)
    lines = tape.since()
    mask = Mask()
    for line in lines:
        shown = mask.typed(line.data) if line.kind is Kind.TYPED else mask.heard(line.data)
        assert len(shown.data) == len(line.data)
    written = list(Dialogue().lines(lines))
    assert all(line.isprintable() and line[0] in "#<>" for line in written)

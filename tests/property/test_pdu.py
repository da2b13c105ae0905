"""Laws of the TPDU codec that hold for any input."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import (
    AbsoluteValidity,
    Address,
    Alphabet,
    DataCoding,
    Deliver,
    Element,
    EnhancedValidity,
    Frame,
    NumberingPlan,
    PduError,
    RelativeValidity,
    ServiceCentreTime,
    StatusReport,
    Submit,
    TypeOfNumber,
    UserData,
    UserDataHeader,
    assemble,
    decode_incoming,
    gsm7,
)
from modem.pdu.userdata import of_octets, of_septets

IN_ALPHABET = gsm7.ALPHABET.replace("\x1b", "") + "".join(gsm7.EXTENSION.values())
septet_strings = st.binary(max_size=160).map(lambda raw: bytes(octet & 0x7F for octet in raw))

numeric = st.builds(
    lambda digits, ton, npi: Address(
        text=f"+{digits}" if ton is TypeOfNumber.INTERNATIONAL and digits else digits,
        ton=ton,
        npi=npi,
    ),
    st.text(alphabet="0123456789*#abc", max_size=20),
    st.sampled_from([ton for ton in TypeOfNumber if ton is not TypeOfNumber.ALPHANUMERIC]),
    st.sampled_from(NumberingPlan),
)
named = st.builds(
    lambda text, npi: Address(text=text, ton=TypeOfNumber.ALPHANUMERIC, npi=npi),
    st.text(alphabet=IN_ALPHABET, max_size=11).filter(lambda text: len(gsm7.encode(text)) <= 11),
    st.sampled_from(NumberingPlan),
)
addresses = st.one_of(numeric, named)
times = st.binary(min_size=7, max_size=7).map(ServiceCentreTime)
octet = st.integers(0, 255)
elements = st.builds(lambda i, d: Element(identifier=i, data=d), octet, st.binary(max_size=20))
headers = st.one_of(
    st.none(),
    st.builds(lambda e: UserDataHeader(elements=tuple(e)), st.lists(elements, max_size=3)),
)
codings = octet.map(DataCoding)
validities = st.one_of(
    st.none(),
    octet.map(RelativeValidity),
    times.map(AbsoluteValidity),
    st.binary(min_size=7, max_size=7).map(EnhancedValidity),
)


@st.composite
def contents(draw: st.DrawFn) -> dict[str, object]:
    """Fields of a UserData of any coding that fits."""
    coding, header = draw(codings), draw(headers)
    if coding.alphabet is Alphabet.GSM7 and not coding.compressed:
        septets = draw(septet_strings.filter(lambda s: len(s) <= 80))
        content = of_septets(septets, coding=coding, header=header)
    else:
        content = of_octets(draw(st.binary(max_size=70)), coding=coding, header=header)
    return {
        "coding": content.coding,
        "header": content.header,
        "user_data": content.user_data,
        "user_data_length": content.user_data_length,
    }


flags = st.booleans()
delivers = st.builds(
    lambda content, **fields: Deliver(**content, **fields),
    contents(),
    originator=addresses,
    time=times,
    protocol_id=octet,
    more_messages=flags,
    loop_prevention=flags,
    status_report_indication=flags,
    reply_path=flags,
)
submits = st.builds(
    lambda content, **fields: Submit(**content, **fields),
    contents(),
    destination=addresses,
    reference=octet,
    protocol_id=octet,
    validity=validities,
    status_report_request=flags,
    reject_duplicates=flags,
    reply_path=flags,
)
reports = st.builds(
    StatusReport,
    reference=octet,
    recipient=addresses,
    time=times,
    discharge=times,
    status=octet,
    more_messages=flags,
    loop_prevention=flags,
    command_result=flags,
    has_header=flags,
    parameters=st.binary(max_size=40),
)
tpdus = st.one_of(delivers, submits, reports)


def has_no_surrogates(text: str | None) -> bool:
    return text is None or not any("\ud800" <= character <= "\udfff" for character in text)


def touch(tpdu: Deliver | StatusReport | Submit) -> None:
    """Read everything that is worked out on demand."""
    if isinstance(tpdu, StatusReport):
        assert tpdu.delivery in type(tpdu.delivery)
        _ = tpdu.time.utc, tpdu.discharge.utc
        try:
            content: UserData | None = tpdu.content()
        except PduError:
            return
    else:
        content = tpdu
    if isinstance(tpdu, Deliver):
        _ = tpdu.time.utc, tpdu.time.offset_minutes
    if content is None:
        return
    assert has_no_surrogates(content.text)
    assert has_no_surrogates(assemble({2: content}, 3).text)
    _ = content.coding.message_class, content.coding.message_waiting
    if content.header:
        header = content.header
        _ = header.concatenation, header.ports, header.message_waiting


@given(address=addresses)
def test_an_address_comes_back(address: Address) -> None:
    deliver = Deliver(originator=address, time=ServiceCentreTime(bytes(7)))
    assert Deliver.from_bytes(deliver.to_bytes()).originator == address


@given(text=st.text(max_size=25))
def test_any_text_is_an_address_or_a_pdu_error(text: str) -> None:
    try:
        address = Address.parse(text)
    except PduError:
        return
    assert address.text == text
    assert len(address.to_bytes()) <= 12


@given(
    moment=st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2089, 12, 30)),  # noqa: DTZ001 - the zone is drawn
    quarters=st.integers(-79, 79),
)
def test_a_moment_comes_back_to_the_second(moment: datetime, quarters: int) -> None:
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    time = ServiceCentreTime.of(local)
    assert time.utc == local
    assert time.offset_minutes == 15 * quarters


@given(time=times)
def test_any_seven_octets_are_a_moment_or_none(time: ServiceCentreTime) -> None:
    assert time.utc is None or time.utc.tzinfo is UTC


@given(raw=st.binary(max_size=140))
def test_any_octets_are_a_header_that_is_written_as_it_was_read(raw: bytes) -> None:
    header = UserDataHeader.from_bytes(raw)
    assert header.to_bytes() == raw
    _ = header.concatenation, header.ports, header.single_shift, header.locking_shift
    _ = header.message_waiting


@given(period=st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(weeks=63)))
def test_a_validity_is_the_shortest_that_is_long_enough(period: timedelta) -> None:
    chosen = RelativeValidity.of(period)
    assert chosen.period >= period
    assert chosen.raw == 0 or RelativeValidity(chosen.raw - 1).period < period


@given(tpdu=tpdus)
def test_from_bytes_undoes_to_bytes(tpdu: Deliver | Submit | StatusReport) -> None:
    frame = Frame(smsc=None, tpdu=tpdu.to_bytes())
    assert decode_incoming(frame.to_bytes()).tpdu == tpdu


@given(raw=st.binary(max_size=200), outgoing=st.booleans())
def test_any_octets_are_a_value_or_a_pdu_error(raw: bytes, outgoing: bool) -> None:
    try:
        incoming = decode_incoming(raw, outgoing=outgoing)
    except PduError:
        return
    touch(incoming.tpdu)


Mutation = Callable[[bytes, int, int], bytes]
MUTATIONS: dict[str, Mutation] = {
    "change": lambda raw, at, value: raw[:at] + bytes([value]) + raw[at + 1 :],
    "insert": lambda raw, at, value: raw[:at] + bytes([value]) + raw[at:],
    "delete": lambda raw, at, _: raw[:at] + raw[at + 1 :],
    "truncate": lambda raw, at, _: raw[:at],
    "append": lambda raw, at, value: raw + bytes([value]) * at,
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@given(tpdu=tpdus, at=st.integers(0, 180), value=octet)
def test_a_mutated_tpdu_is_a_value_or_a_pdu_error(
    mutation: str, tpdu: Deliver | Submit | StatusReport, at: int, value: int
) -> None:
    raw = MUTATIONS[mutation](Frame(smsc=None, tpdu=tpdu.to_bytes()).to_bytes(), at, value)
    try:
        incoming = decode_incoming(raw)
    except PduError:
        return
    touch(incoming.tpdu)

import pytest

from modem.pdu import Alphabet, DataCoding, Element, PduError, UserData, UserDataHeader
from modem.pdu.octets import Reader
from modem.pdu.userdata import of_octets, of_septets, read_user_data

GSM7, DATA8, UCS2 = (DataCoding.of(alphabet) for alphabet in Alphabet)
COMPRESSED = DataCoding(0x20)


def header_of(length: int) -> UserDataHeader:
    """A header of `length` octets without its length octet."""
    return UserDataHeader(elements=(Element(identifier=0x70, data=b"\x5a" * (length - 2)),))


def read(field: bytes, coding: DataCoding, *, has_header: bool = False) -> UserData:
    return read_user_data(Reader(field), coding=coding, has_header=has_header)


@pytest.mark.parametrize("length", range(2, 60))
def test_septets_after_a_header_of_any_length(length: int) -> None:
    header = header_of(length)
    written = of_septets(b"Hello @", coding=GSM7, header=header)
    back = read(written.user_data_field(), GSM7, has_header=True)
    assert back == written
    assert back.header == header
    assert back.septets == b"Hello @"


@pytest.mark.parametrize("text", ["", "a", "1234567", "1234567@", "@", "@@@@@@@@"])
def test_the_septet_count_decides_between_at_sign_and_padding(text: str) -> None:
    septets = text.replace("@", "\0").encode()
    field = of_septets(septets, coding=GSM7, header=None).user_data_field()
    assert read(field, GSM7).text == text


def test_national_tables_are_those_of_the_header() -> None:
    locking = UserDataHeader(elements=(Element(identifier=0x25, data=b"\x01"),))
    single = UserDataHeader(elements=(Element(identifier=0x24, data=b"\x02"),))
    assert of_septets(b"\x40\x60", coding=GSM7, header=locking).text == "İç"
    assert of_septets(b"\x1b\x41\x40", coding=GSM7, header=single).text == "Á¡"
    assert of_septets(b"\x1b\x41\x40", coding=GSM7, header=None).text == "A¡"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("00e700610020d83dde00", "ça 😀"),
        ("d83d", "\ufffd"),
        ("de000041", "\ufffdA"),
        ("004100", "A\ufffd"),
        ("0000", "\0"),
    ],
)
def test_ucs2_never_gives_lone_surrogates(octets: str, text: str) -> None:
    assert of_octets(bytes.fromhex(octets), coding=UCS2, header=None).text == text


@pytest.mark.parametrize("coding", [DATA8, COMPRESSED, DataCoding(0x28)])
def test_data_has_octets_and_no_text(coding: DataCoding) -> None:
    written = of_octets(b"\xff\x00\xd8", coding=coding, header=None)
    back = read(written.user_data_field(), coding)
    assert (back.text, back.octets, back.readable) == (None, b"\xff\x00\xd8", False)


def test_octets_after_a_header() -> None:
    written = of_octets(b"data", coding=DATA8, header=header_of(5))
    assert written.user_data_length == 10
    assert read(written.user_data_field(), DATA8, has_header=True) == written


def test_an_empty_header() -> None:
    written = of_octets(b"\x00A", coding=UCS2, header=UserDataHeader())
    assert written.user_data_field().hex() == "03000041"
    assert read(written.user_data_field(), UCS2, has_header=True) == written


def test_what_follows_is_no_part_of_it() -> None:
    assert read(b"\x02\x00A" + b"\xff" * 20, UCS2).text == "A"


@pytest.mark.parametrize(
    ("field", "coding", "has_header", "code"),
    [
        ("", GSM7, False, "truncated"),
        ("05c8", GSM7, False, "truncated"),  # more septets than octets
        ("0541", UCS2, False, "truncated"),
        ("a1" + "00" * 160, GSM7, False, "user_data_too_long"),
        ("8d" + "00" * 160, UCS2, False, "user_data_too_long"),
        ("00", GSM7, True, "truncated"),  # no room for the header's length
        ("0405aabbcc", DATA8, True, "truncated"),  # a header longer than the data
        ("0605aabbccddee", GSM7, True, "bad_header"),  # ends inside its last septet
    ],
)
def test_lengths_that_lie(field: str, coding: DataCoding, has_header: bool, code: str) -> None:
    with pytest.raises(PduError) as caught:
        read(bytes.fromhex(field), coding, has_header=has_header)
    assert caught.value.code == code


def test_a_header_that_fills_the_septets_exactly() -> None:
    assert read(bytes.fromhex("070500037f020100"), GSM7, has_header=True).text == ""


def test_bodies_that_do_not_fit() -> None:
    with pytest.raises(PduError, match="user_data_too_long"):
        of_septets(b"a" * 154, coding=GSM7, header=header_of(5))
    with pytest.raises(PduError, match="user_data_too_long"):
        of_octets(b"a" * 141, coding=DATA8, header=None)
    assert of_septets(b"a" * 153, coding=GSM7, header=header_of(5)).user_data_length == 160
    assert of_octets(b"a" * 134, coding=DATA8, header=header_of(5)).user_data_length == 140

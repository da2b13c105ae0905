import pytest

from modem.pdu import (
    Assembled,
    DataCoding,
    Element,
    PduError,
    UserData,
    UserDataHeader,
    assemble,
    split,
)
from modem.pdu.userdata import of_octets, of_septets

GSM7, DATA8, UCS2 = DataCoding(0x00), DataCoding(0x04), DataCoding(0x08)


def ucs2(octets: str) -> UserData:
    return of_octets(bytes.fromhex(octets), coding=UCS2, header=None)


def whole(text: str) -> Assembled:
    return Assembled(text=text, data=None, missing=())


@pytest.mark.parametrize("text", ["a" * 400, "ж😀" * 100, "€" * 200, "", "@" * 200])
def test_parts_give_the_text_back(text: str) -> None:
    parts = dict(enumerate(split(text, reference=1), start=1))
    shuffled = dict(reversed(parts.items()))
    assert assemble(shuffled, len(parts)) == whole(text)


def test_a_surrogate_pair_across_parts_is_healed() -> None:
    assert assemble({1: ucs2("0041d83d"), 2: ucs2("de000042")}, 2) == whole("A😀B")


def test_a_character_cut_between_its_octets_is_healed() -> None:
    assert assemble({1: ucs2("004104"), 2: ucs2("360042")}, 2) == whole("AжB")


def test_an_escape_across_parts_is_healed() -> None:
    parts = {
        1: of_septets(b"a\x1b", coding=GSM7, header=None),
        2: of_septets(b"\x65b", coding=GSM7, header=None),
    }
    assert assemble(parts, 2) == whole("a€b")


def test_gaps_are_shown_and_break_pairs() -> None:
    assert assemble({2: ucs2("0041d83d"), 5: ucs2("de000042")}, 6) == Assembled(
        text="[…]A\ufffd[…]\ufffdB[…]", data=None, missing=(1, 3, 4, 6)
    )


def test_nothing_there() -> None:
    assert assemble({}, 2) == Assembled(text=None, data=None, missing=(1, 2))


def test_parts_written_in_different_manners() -> None:
    turkish = UserDataHeader(elements=(Element(identifier=0x25, data=b"\x01"),))
    plain = UserDataHeader(elements=(Element(identifier=0x70, data=b"\x01"),))
    parts = {
        1: of_septets(b"\x40", coding=GSM7, header=None),
        2: of_septets(b"\x40", coding=GSM7, header=plain),
        3: of_septets(b"\x40", coding=GSM7, header=turkish),
        4: ucs2("0436"),
    }
    assert assemble(parts, 4) == whole("¡¡İж")


def test_data_is_joined_as_octets() -> None:
    parts = {n: of_octets(bytes([n]) * 3, coding=DATA8, header=None) for n in (1, 3)}
    assert assemble(parts, 3) == Assembled(
        text=None, data=b"\x01\x01\x01\x03\x03\x03", missing=(2,)
    )


def test_text_and_data_in_one_message_are_both_kept() -> None:
    parts = {1: ucs2("0041"), 2: of_octets(b"\xff", coding=DATA8, header=None)}
    assert assemble(parts, 2) == Assembled(text="A", data=b"\xff", missing=())


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_part_that_is_none_of_them(number: int) -> None:
    with pytest.raises(PduError) as caught:
        assemble({number: ucs2("0041")}, 2)
    assert caught.value.code == "bad_part_number"

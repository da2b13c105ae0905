import pytest

from modem.pdu import PduError
from modem.pdu.octets import Reader, nibbles, swapped, unswapped


def test_a_reader_walks_and_ends() -> None:
    reader = Reader(b"\x01\x02\x03\x04")
    assert reader.octet("one") == 1
    assert reader.take(2, "two") == b"\x02\x03"
    assert (reader.offset, reader.remaining) == (3, 1)
    assert reader.rest() == b"\x04"
    assert reader.rest() == b""


def test_reading_past_the_end_names_the_field_and_the_place() -> None:
    reader = Reader(b"\x01\x02")
    reader.octet("the first octet")
    with pytest.raises(PduError) as caught:
        reader.take(2, "the time stamp")
    assert caught.value.code == "truncated"
    assert caught.value.offset == 1
    assert "the time stamp" in caught.value.detail


def test_semi_octets_come_low_half_first() -> None:
    assert nibbles(b"\x21\x43") == [1, 2, 3, 4]


@pytest.mark.parametrize("number", [0, 9, 10, 42, 99])
def test_two_digits_swap_and_come_back(number: int) -> None:
    assert unswapped(swapped(number)) == number


def test_a_half_that_is_no_digit_is_no_number() -> None:
    assert swapped(42) == 0x24
    assert unswapped(0x0A) is None
    assert unswapped(0xA0) is None

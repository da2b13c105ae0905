import pytest

from modem.pdu import PduError, gsm7, pack_ussd, unpack_ussd

EURO = b"\x1b\x65"


def test_the_alphabet_has_128_codes_and_no_character_twice() -> None:
    assert len(gsm7.ALPHABET) == 128
    assert len(set(gsm7.ALPHABET)) == 128
    assert not set(gsm7.ALPHABET) & set(gsm7.EXTENSION.values())


@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("@", b"\x00"),
        ("Ç", b"\x09"),
        ("§", b"\x5f"),
        ("hello", b"hello"),
        ("€", EURO),
        (
            "[~]\\^{|}\f",
            b"\x1b\x3c\x1b\x3d\x1b\x3e\x1b\x2f\x1b\x14\x1b\x28\x1b\x40\x1b\x29\x1b\x0a",
        ),
    ],
)
def test_text_to_septets_and_back(text: str, septets: bytes) -> None:
    assert gsm7.encode(text) == septets
    assert gsm7.decode(septets) == text


@pytest.mark.parametrize("character", ["ç", "ê", "\0", "\x1b", "😀", "’"])
def test_what_is_not_in_the_alphabet_is_named_with_its_place(character: str) -> None:
    assert gsm7.septets_of(character) is None
    with pytest.raises(PduError) as caught:
        gsm7.encode("ok" + character)
    assert (caught.value.code, caught.value.offset) == ("not_gsm7", 2)


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        (b"\x1bA", "A"),  # no such extension: the main table's character
        (b"a\x1b", "a "),  # nothing follows
        (b"\x1b\x1ba", " a"),  # an extension of the extension
    ],
)
def test_escapes_that_lead_nowhere(septets: bytes, text: str) -> None:
    assert gsm7.decode(septets) == text


def test_packing_is_the_clause_s_example() -> None:
    assert gsm7.pack(b"hellohello").hex() == "e8329bfd4697d9ec37"
    assert gsm7.unpack(bytes.fromhex("e8329bfd4697d9ec37"), 10) == b"hellohello"


@pytest.mark.parametrize("fill_bits", range(7))
@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 9, 153])
def test_packing_under_any_fill(fill_bits: int, count: int) -> None:
    septets = bytes((37 * position + 5) % 128 for position in range(count))
    octets = gsm7.pack(septets, fill_bits=fill_bits)
    assert len(octets) == gsm7.octets_for(count, fill_bits=fill_bits)
    assert gsm7.unpack(octets, count, fill_bits=fill_bits) == septets


def test_the_count_tells_a_last_at_sign_from_padding() -> None:
    octets = gsm7.pack(gsm7.encode("1234567@"))
    assert gsm7.decode(gsm7.unpack(octets, 8)) == "1234567@"
    assert gsm7.decode(gsm7.unpack(octets, 7)) == "1234567"


def test_more_septets_than_octets_hold() -> None:
    with pytest.raises(PduError) as caught:
        gsm7.unpack(b"\x00", 2)
    assert caught.value.code == "truncated"


@pytest.mark.parametrize("text", ["", "*100#", "1234567", "12345678", "123456\r", "1234567\r1"])
def test_ussd_there_and_back(text: str) -> None:
    assert unpack_ussd(pack_ussd(text)) == text


def test_ussd_pads_with_a_carriage_return_where_an_at_sign_would_be_read() -> None:
    assert pack_ussd("1234567") == gsm7.pack(b"1234567\r")
    assert unpack_ussd(gsm7.pack(b"1234567\r")) == "1234567"
    # A real CR at the end of eight septets gets a second one (23.038 §6.1.2.3.1).
    assert pack_ussd("1234567\r") == gsm7.pack(b"1234567\r\r")

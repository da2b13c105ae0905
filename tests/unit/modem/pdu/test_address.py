import pytest

from modem.pdu import Address, NumberingPlan, PduError, TypeOfNumber
from modem.pdu.address import read_address, read_service_centre
from modem.pdu.octets import Reader

INTERNATIONAL, UNKNOWN, NAME = (
    TypeOfNumber.INTERNATIONAL,
    TypeOfNumber.UNKNOWN,
    TypeOfNumber.ALPHANUMERIC,
)


def read(field: str) -> Address:
    return read_address(Reader(bytes.fromhex(field)), "the originator")


@pytest.mark.parametrize(
    ("text", "ton", "field"),
    [
        ("+15145550123", INTERNATIONAL, "0b915141550521f3"),
        ("+1514555012", INTERNATIONAL, "0a91514155 0521"),
        ("12345", UNKNOWN, "05812143f5"),
        ("*100#", UNKNOWN, "05811a00fb"),
        ("1abc", UNKNOWN, "0481c1ed"),
        ("VIDEOTRON", NAME, ""),
        ("A", NAME, ""),
        ("1234567@", NAME, ""),
    ],
)
def test_a_text_is_written_and_read_back(text: str, ton: TypeOfNumber, field: str) -> None:
    address = Address.parse(text)
    assert address.ton is ton
    assert read(address.to_bytes().hex()) == address
    if ton is not NAME:
        assert address.to_bytes() == bytes.fromhex(field)


@pytest.mark.parametrize("length", range(1, 12))
def test_names_of_every_length_keep_their_characters(length: int) -> None:
    name = "Restaurant@"[:length]
    address = Address.parse(name)
    field = address.to_bytes()
    assert field[0] == (7 * length + 3) // 4  # semi-octets, so 11 septets are 20
    assert read(field.hex()).text == name


def test_a_name_with_a_character_of_the_extension_table() -> None:
    assert read(Address.parse("Café[1]").to_bytes().hex()).text == "Café[1]"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_address"),
        ("+", "bad_digit"),
        ("+1514abc", "bad_digit"),
        ("+1 514", "bad_digit"),
        ("123456789012345678901", "address_too_long"),
        ("+123456789012345678901", "address_too_long"),
        ("Twelve chars", "address_too_long"),
        ("[[[[[[", "address_too_long"),
        ("日本", "not_gsm7"),
        ("\ud800", "not_gsm7"),
    ],
)
def test_what_no_address_can_be(text: str, code: str) -> None:
    with pytest.raises(PduError) as caught:
        Address.parse(text)
    assert caught.value.code == code


def test_arabic_indic_digits_are_no_digits() -> None:
    with pytest.raises(PduError):
        Address.parse("+١٢٣")


@pytest.mark.parametrize(
    ("ton", "npi"), [(ton, npi) for ton in TypeOfNumber for npi in NumberingPlan]
)
def test_every_type_and_plan_is_kept(ton: TypeOfNumber, npi: NumberingPlan) -> None:
    text = "+5145550123" if ton is INTERNATIONAL else "5145550123"
    address = Address(text=text, ton=ton, npi=npi)
    assert read(address.to_bytes().hex()) == address


def test_national_numbers_stay_national() -> None:
    assert read("0aa1154555 1032".replace(" ", "")) == Address(
        text="5154550123", ton=TypeOfNumber.NATIONAL
    )


@pytest.mark.parametrize("ton", [INTERNATIONAL, UNKNOWN, NAME])
def test_an_empty_address_is_read_and_written(ton: TypeOfNumber) -> None:
    address = Address(text="", ton=ton)
    assert read(address.to_bytes().hex()) == address


def test_a_filler_that_the_network_counts_is_dropped() -> None:
    assert read("06812143f5").text == "12345"


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("", "truncated"),
        ("05", "truncated"),
        ("058121", "truncated"),
        ("1591" + "00" * 11, "address_too_long"),
        ("06812ff354", "bad_digit"),
    ],
)
def test_broken_fields(field: str, code: str) -> None:
    with pytest.raises(PduError) as caught:
        read(field)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "ton"), [("12+3", UNKNOWN), ("+12", TypeOfNumber.NATIONAL), ("x", INTERNATIONAL)]
)
def test_a_text_that_belies_its_type_is_not_written(text: str, ton: TypeOfNumber) -> None:
    with pytest.raises(PduError) as caught:
        Address(text=text, ton=ton).to_bytes()
    assert caught.value.code == "bad_digit"


def test_a_service_centre_counts_octets() -> None:
    centre = Address.parse("+15140000000")
    assert centre.to_service_centre_bytes().hex() == "0791514100000 0f0".replace(" ", "")
    assert read_service_centre(Reader(centre.to_service_centre_bytes())) == centre


def test_no_service_centre() -> None:
    assert read_service_centre(Reader(b"\x00\x11")) is None


def test_an_odd_service_centre_costs_no_message() -> None:
    assert read_service_centre(Reader(bytes.fromhex("0491f1f3ff"))) == Address(
        text="+1", ton=INTERNATIONAL
    )
    assert read_service_centre(Reader(b"\x01\x91")) == Address(text="", ton=INTERNATIONAL)


def test_a_name_is_no_service_centre() -> None:
    with pytest.raises(PduError) as caught:
        Address.parse("VIDEOTRON").to_service_centre_bytes()
    assert caught.value.code == "bad_digit"

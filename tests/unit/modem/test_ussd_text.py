import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import pack_ussd
from modem.ussd_text import UssdForm, read_ussd, write_ussd

MENU = "Solde: 12,40 $\n1. Recharger\n2. Forfaits"
FRENCH = "Crédit épuisé à 12:00 @ Montréal"


def hexed(octets: bytes) -> bytes:
    return octets.hex().upper().encode()


@pytest.mark.parametrize(
    ("raw", "dcs", "text"),
    [
        (b"Your balance is 5.00", 15, "Your balance is 5.00"),
        (b"Your balance is 5.00", None, "Your balance is 5.00"),
        (MENU.encode(), 15, MENU),
        (hexed(pack_ussd(MENU)), 15, MENU),
        (hexed(pack_ussd(FRENCH)), 0, FRENCH),
        (hexed(pack_ussd(FRENCH)).lower(), 15, FRENCH),
        (hexed(FRENCH.encode("utf-16-be")), 72, FRENCH),
        (hexed("Жизнь: 12 $".encode("utf-16-be")), 72, "Жизнь: 12 $"),
        (hexed("Solde 👍".encode("utf-16-be")), 0x48, "Solde 👍"),
        # The character set UCS2 gives hex whatever the network's coding is.
        (hexed(MENU.encode("utf-16-be")), 15, MENU),
        (hexed(b"Balance: 12.34 CAD"), 15, "Balance: 12.34 CAD"),
        (hexed("Montréal".encode("latin-1")), 0x44, "Montréal"),
        (hexed("Montréal".encode("latin-1")), 0xF4, "Montréal"),
        (hexed(pack_ussd("class one")), 0xF1, "class one"),
        (hexed(b"fr" + "Solde épuisé".encode("utf-16-be")), 0x11, "Solde épuisé"),
        (hexed(pack_ussd("fr\rSolde de 5 $")), 0x10, "Solde de 5 $"),
        (hexed("12".encode("utf-16-be")), 0x98, "12"),
    ],
)
def test_an_answer_is_read_in_every_coding(raw: bytes, dcs: int | None, text: str) -> None:
    assert read_ussd(raw, dcs) == text


@pytest.mark.parametrize("text", ["12", "1234", "15145550123", "DEADBEEF", "CAFE", "Fee", ""])
def test_short_words_and_numbers_are_no_hex(text: str) -> None:
    assert read_ussd(text.encode(), 15) == text


def test_plain_text_that_is_no_ascii() -> None:
    assert read_ussd(b"Cr\x05dit @", 15) == "Crédit ¡"  # the character set GSM: é is 5, ¡ is 40h
    assert read_ussd("Crédit".encode("latin-1"), 15) == "Crédit"
    assert read_ussd("Crédit".encode(), 72) == "Crédit"


def test_half_a_character_is_left_out() -> None:
    assert read_ussd(hexed("Été".encode("utf-16-be") + b"\x00"), 72) == "Été"


@pytest.mark.parametrize("raw", [b"", b"\x01", b"00", b"D83D", b"0011D83D", bytes(range(1, 255))])
def test_any_bytes_are_some_text_that_can_be_kept(raw: bytes) -> None:
    for dcs in (None, *range(256)):
        read_ussd(raw, dcs).encode()


@given(
    raw=st.binary(max_size=200) | st.text("0123456789ABCDEF").map(str.encode),
    dcs=st.integers(0, 255),
)
def test_whatever_a_modem_says_is_text(raw: bytes, dcs: int) -> None:
    read_ussd(raw, dcs).encode()


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (UssdForm.PLAIN, "*100#"),
        (UssdForm.HEX, "002A0031003000300023"),
        (UssdForm.PACKED, "AA180C3602"),
    ],
)
def test_a_request_in_each_form(form: UssdForm, written: str) -> None:
    assert write_ussd("*100#", form) == written

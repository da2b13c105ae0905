# ruff: noqa: RUF001 - the tables are the characters themselves
import hashlib

import pytest

from modem.pdu import gsm7
from modem.pdu.national import locking_table, single_shift_table

LANGUAGES = range(1, 14)
SPANISH = 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_whole(language: int) -> None:
    table = locking_table(language)
    assert len(table) == 128
    assert table[gsm7.ESCAPE] == "\x1b"
    assert table[0x0A] == "\n"
    assert table[0x0D] == "\r"
    assert "\ufffd" not in single_shift_table(language).values()
    assert gsm7.ESCAPE not in single_shift_table(language)


@pytest.mark.parametrize(
    ("language", "code", "character"),
    [
        (1, 0x04, "€"),
        (1, 0x07, "ı"),
        (1, 0x1C, "Ş"),
        (1, 0x40, "İ"),
        (1, 0x60, "ç"),
        (3, 0x11, "_"),
        (3, 0x15, "∞"),
        (3, 0x18, "€"),
        (3, 0x60, "~"),
        (3, 0x7D, "`"),
        (4, 0x00, "\u0981"),
        (4, 0x7F, "\u09f1"),
        (5, 0x0C, "\u0a8d"),
        (6, 0x3C, "\u0929"),
        (6, 0x60, "\u0950"),
        (7, 0x24, "\u0ca1"),  # the printed table's slip is 0CAA
        (8, 0x7F, "\u0d79"),
        (9, 0x60, "\u0b56"),
        (10, 0x5F, "\u0a4d"),
        (11, 0x3C, "\u0ba9"),
        (12, 0x10, "\u0c10"),
        (13, 0x00, "\u0627"),
        (13, 0x10, "\u062b"),
        (13, 0x3C, "\u069a"),
        (13, 0x5F, "\u0657"),
        (13, 0x7F, "\u0670"),
    ],
)
def test_locking_shift_samples(language: int, code: int, character: str) -> None:
    assert locking_table(language)[code] == character


@pytest.mark.parametrize(
    ("language", "code", "character"),
    [
        (1, 0x53, "Ş"),
        (1, 0x65, "€"),
        (2, 0x09, "ç"),
        (2, 0x75, "ú"),
        (3, 0x05, "ê"),
        (3, 0x12, "Φ"),
        (3, 0x7F, "â"),
        (4, 0x19, "\u09e6"),
        (4, 0x34, "\u09fa"),
        (5, 0x19, "\u0964"),
        (5, 0x25, "\u0aef"),
        (6, 0x3A, "\u0971"),
        (7, 0x2A, "\u0cf2"),
        (8, 0x34, "\u0d7f"),
        (9, 0x20, "\u0b6a"),
        (10, 0x2D, "\u0a75"),
        (11, 0x24, "\u0bee"),  # the printed table's slip is 0BEF
        (11, 0x2E, "\u0bfa"),
        (12, 0x1C, "\u0c66"),
        (12, 0x32, "\u0c7f"),
        (13, 0x19, "\u0600"),
        (13, 0x3F, "\u06d4"),
    ],
)
def test_single_shift_samples(language: int, code: int, character: str) -> None:
    assert single_shift_table(language)[code] == character


def test_telugu_has_no_dandas() -> None:
    assert 0x19 not in single_shift_table(12)
    assert 0x1A not in single_shift_table(12)


@pytest.mark.parametrize("language", range(4, 14))
def test_indian_single_shifts_hold_the_latin_capitals(language: int) -> None:
    table = single_shift_table(language)
    assert "".join(table[code] for code in range(0x41, 0x5B)) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert table[0x65] == "€"


@pytest.mark.parametrize("language", [None, 0, 14, 255])
def test_no_or_an_unknown_language_is_the_default(language: int | None) -> None:
    assert locking_table(language) == gsm7.ALPHABET
    assert single_shift_table(language) == gsm7.EXTENSION


def test_spanish_has_no_locking_table() -> None:
    assert locking_table(SPANISH) == gsm7.ALPHABET


def test_a_code_without_character_shows_the_replacement_character() -> None:
    assert gsm7.decode(b"\x11", locking=locking_table(4)) == "\ufffd"


def test_the_tables_are_those_that_were_compared() -> None:
    """Any change shows; docs/pdu.md tells with what they were compared and where they differ."""
    digest = hashlib.sha256()
    for language in LANGUAGES:
        digest.update(locking_table(language).encode())
        digest.update(ascii(sorted(single_shift_table(language).items())).encode())
    assert digest.hexdigest() == "218f8b55bc7441838510b832a89381747e835a62bec4b5a090d1363f5d6f73b7"

# ruff: noqa: RUF001 - these are the characters
from itertools import chain

import pytest

from modem.pdu.gsm7 import septets_of
from modem.pdu.replacement import replacement


@pytest.mark.parametrize(
    ("characters", "stand_in"),
    [
        ("’‘`´", "'"),
        ("“”«»", '"'),
        ("–—−•", "-"),
        ("…", "..."),
        ("\u00a0\u202f\u2009\t", " "),
        ("\u2028", "\n"),
        ("œ", "oe"),
        ("Œ", "OE"),
        ("ê", "e"),
        ("â", "a"),
        ("î", "i"),
        ("ô", "o"),
        ("û", "u"),
        ("ë", "e"),
        ("ÿ", "y"),
        ("ç", "c"),
        ("À", "A"),
        ("Ê", "E"),
        ("™", "TM"),
        ("½", "1/2"),
        ("²", "2"),
        ("ﬁ", "fi"),
        ("\u212b", "Å"),
        ("\u2126", "Ω"),
        ("≠", "!="),
        ("\u200d\ufe0f\u0301\u00ad\0", ""),
        ("Ａ", "A"),
    ],
)
def test_what_stands_for_it(characters: str, stand_in: str) -> None:
    assert {replacement(character) for character in characters} == {stand_in}


@pytest.mark.parametrize("character", ["😀", "中", "ж", "≮", "\u2764", "\U0001f3fd", "¨"])
def test_what_nothing_can_stand_for(character: str) -> None:
    assert replacement(character) is None


def test_every_replacement_is_itself_in_the_alphabet() -> None:
    for code in chain(range(0x3400), range(0xF900, 0x10000), range(0x1D400, 0x1FB00)):
        stand_in = replacement(chr(code))
        assert stand_in is None or all(septets_of(piece) for piece in stand_in), hex(code)

import pytest

from modem.pdu import Concatenation, Forced, PduError, Plan, plan, split

GSM7_CASES = [
    # text, parts, units used, units left
    ("", 1, 0, 160),
    ("a" * 160, 1, 160, 0),
    ("a" * 161, 2, 161, 145),
    ("a" * 306, 2, 306, 0),
    ("a" * 307, 3, 307, 152),
    ("€" * 80, 1, 160, 0),
    ("€" * 81, 2, 162, 143),  # 76 in the first, since an escape keeps its character
    ("a" * 152 + "€" + "a" * 7, 2, 161, 144),
]
UCS2_CASES = [
    ("ж" * 70, 1, 70, 0),
    ("ж" * 71, 2, 71, 63),
    ("ж" * 134, 2, 134, 0),
    ("ж" * 135, 3, 135, 66),
    ("😀" * 35, 1, 70, 0),
    ("😀" * 36, 2, 72, 61),  # 33 in the first, since a pair stays together
]


@pytest.mark.parametrize(("text", "parts", "used", "left"), GSM7_CASES)
def test_gsm7_is_counted(text: str, parts: int, used: int, left: int) -> None:
    assert plan(text) == Plan(
        encoding="gsm7", parts=parts, units_used=used, units_left=left, forced=()
    )


@pytest.mark.parametrize(("text", "parts", "used", "left"), UCS2_CASES)
def test_ucs2_is_counted(text: str, parts: int, used: int, left: int) -> None:
    counted = plan(text)
    assert (counted.encoding, counted.parts) == ("ucs2", parts)
    assert (counted.units_used, counted.units_left) == (used, left)


@pytest.mark.parametrize("text", [text for text, *_ in GSM7_CASES + UCS2_CASES])
@pytest.mark.parametrize("wide", [False, True])
def test_the_parts_hold_the_text(text: str, wide: bool) -> None:
    parts = split(text, reference=9, wide=wide)
    assert "".join(part.text or "" for part in parts) == text
    if not wide:
        assert len(parts) == plan(text).parts
    if len(parts) == 1:
        assert parts[0].header is None
    else:
        assert [part.header and part.header.concatenation for part in parts] == [
            Concatenation(reference=9, wide=wide, total=len(parts), number=number)
            for number in range(1, len(parts) + 1)
        ]


@pytest.mark.parametrize(
    ("character", "wide", "sizes"),
    [
        ("a", False, (153, 153, 94)),
        ("a", True, (152, 152, 96)),
        ("ж", False, (67, 67, 67, 67, 67, 65)),
        ("ж", True, (66, 66, 66, 66, 66, 66, 4)),
    ],
)
def test_part_sizes(character: str, wide: bool, sizes: tuple[int, ...]) -> None:
    parts = split(character * 400, reference=1, wide=wide)
    assert tuple(len(part.text or "") for part in parts) == sizes


def test_an_escape_stays_with_its_character_and_a_pair_together() -> None:
    euro = split("a" * 152 + "€" + "a" * 10, reference=1)
    assert [part.text for part in euro] == ["a" * 152, "€" + "a" * 10]
    smile = split("ж" * 66 + "😀" + "ж" * 10, reference=1)
    assert [part.text for part in smile] == ["ж" * 66, "😀" + "ж" * 10]


def test_what_forces_ucs2_is_named_with_its_replacement() -> None:
    assert plan("L’œuf… 😀").forced == (
        Forced(index=1, character="’", replacement="'"),
        Forced(index=2, character="œ", replacement="oe"),
        Forced(index=5, character="…", replacement="..."),
        Forced(index=7, character="😀", replacement=None),
    )


def test_a_nul_is_ucs2() -> None:
    assert plan("a\0b").encoding == "ucs2"
    assert split("a\0b", reference=1)[0].text == "a\0b"


@pytest.mark.parametrize("text", ["a\ud83d", "a\ude00b", "a\ude00\ud83d"])
def test_lone_surrogates_are_refused_with_their_place(text: str) -> None:
    for refuse in (plan, lambda bad: split(bad, reference=1)):
        with pytest.raises(PduError) as caught:
            refuse(text)
        assert (caught.value.code, caught.value.offset) == ("lone_surrogate", 1)


def test_255_parts_and_no_more() -> None:
    assert len(split("a" * 153 * 255, reference=1)) == 255
    too_long = "a" * (153 * 255 + 1)
    assert plan(too_long).parts == 256
    with pytest.raises(PduError) as caught:
        split(too_long, reference=1)
    assert caught.value.code == "too_many_parts"

"""National single shift tables in what we write (23.038 §6.2.1.2.4)."""

import pytest

from modem.pdu import (
    Alphabet,
    Concatenation,
    Element,
    Identifier,
    Shift,
    build_submits,
    gsm7,
    plan,
    split,
)
from modem.pdu.national import single_shift_table

ALL = tuple(Shift)
SPANISH = (Shift.SPANISH,)
SHIFTED = 2  # septets of a character of a shift table


@pytest.mark.parametrize(
    ("plain", "parts", "used", "left"),
    [
        (70, 1, 72, 83),  # 71 units of UCS-2 would be two parts
        (153, 1, 155, 0),
        (154, 2, 156, 142),
        (296, 2, 298, 0),
        (297, 3, 299, 148),
    ],
)
def test_what_a_shift_costs(plain: int, parts: int, used: int, left: int) -> None:
    counted = plan("á" + "a" * plain, shifts=SPANISH)

    assert [one.character for one in counted.forced] == ["á"]
    assert (counted.encoding, counted.shift) == ("gsm7", Shift.SPANISH)
    assert (counted.parts, counted.units_used, counted.units_left) == (parts, used, left)


def test_one_part_says_its_table() -> None:
    (part,) = split("¿Cuándo? " + "a" * 80, reference=7, shifts=SPANISH)

    assert part.coding.alphabet is Alphabet.GSM7
    assert part.header is not None
    assert part.header.elements == (Element(identifier=Identifier.SINGLE_SHIFT, data=b"\x02"),)
    assert part.user_data_field()[1:5] == bytes.fromhex("03 24 01 02")
    assert part.text == "¿Cuándo? " + "a" * 80


@pytest.mark.parametrize(("wide", "most"), [(False, 149), (True, 148)])
def test_every_part_says_its_number_and_its_table(wide: bool, most: int) -> None:
    parts = split("í" + "a" * 400, reference=7, wide=wide, shifts=SPANISH)

    assert [len(part.septets) for part in parts[:-1]] == [most, most]
    for number, part in enumerate(parts, start=1):
        assert part.header is not None
        assert part.header.single_shift == Shift.SPANISH
        assert part.header.locking_shift is None
        assert part.header.concatenation == Concatenation(
            reference=7, wide=wide, total=3, number=number
        )


def test_an_escape_stays_with_its_character() -> None:
    parts = split("a" * 148 + "ú" + "a" * 20, reference=1, shifts=SPANISH)

    assert [part.text for part in parts] == ["a" * 148, "ú" + "a" * 20]


@pytest.mark.parametrize(
    ("text", "shifts", "shift"),
    [
        ("á" * 71, SPANISH, Shift.SPANISH),
        ("á" * 70, SPANISH, None),  # one part of UCS-2, which every phone reads
        ("á" * 134, SPANISH, None),  # two parts either way
        ("á" * 135, SPANISH, Shift.SPANISH),
        ("á" * 71, (), None),
        ("á" * 71, (Shift.TURKISH,), None),
        ("ç" * 71, ALL, Shift.TURKISH),
        ("ç" * 71, (Shift.PORTUGUESE, Shift.SPANISH), Shift.PORTUGUESE),
        ("çá" * 36, ALL, Shift.SPANISH),
        ("çã" * 36, ALL, Shift.PORTUGUESE),
        ("ğá" * 36, ALL, None),  # no table has both
        ("á" * 70 + "😀", ALL, None),
    ],
)
def test_a_table_is_used_where_it_saves_parts_and_the_first_that_has_all(
    text: str, shifts: tuple[Shift, ...], shift: Shift | None
) -> None:
    counted = plan(text, shifts=shifts)

    assert counted.shift is shift
    assert counted.encoding == ("ucs2" if shift is None else "gsm7")
    assert len(split(text, reference=1, shifts=shifts)) == counted.parts <= plan(text).parts


def test_plain_text_needs_no_table() -> None:
    text = "Le repas était à 12 € {prix net}" * 9

    assert split(text, reference=3, shifts=ALL) == split(text, reference=3)
    assert plan(text, shifts=ALL).shift is None


@pytest.mark.parametrize("shift", ALL)
def test_every_character_of_a_table_is_read_as_it_was_written(shift: Shift) -> None:
    text = "".join(single_shift_table(shift).values()) + "a" * 140

    parts = split(text, reference=1, shifts=(shift,))

    assert "".join(part.text or "" for part in parts) == text
    assert all(part.header and part.header.single_shift == shift for part in parts)


@pytest.mark.parametrize("shift", ALL)
def test_a_table_adds_to_the_extension_and_replaces_nothing(shift: Shift) -> None:
    """So all tables that have a text's characters write it equally short."""
    table = single_shift_table(shift)

    assert gsm7.EXTENSION.items() <= table.items()
    for character in table.values():
        septets = shift.septets_of(character)
        assert septets is not None
        assert len(septets) == SHIFTED


def test_submits_carry_it() -> None:
    (submit,) = build_submits(
        to="+34600123456",
        text="Próxima cita: " + "a" * 100,
        concat_reference=9,
        report=True,
        validity=None,
        shifts=SPANISH,
    )

    assert submit.text == "Próxima cita: " + "a" * 100
    assert submit.to_bytes()[0] & 0x40  # TP-UDHI

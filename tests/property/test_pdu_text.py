"""Laws of cutting a text into parts and joining them, for any text."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import (
    Alphabet,
    DataCoding,
    PduError,
    Shift,
    Submit,
    UserData,
    assemble,
    build_delivers,
    build_submits,
    gsm7,
    plan,
    split,
)
from modem.pdu.national import single_shift_table
from modem.pdu.userdata import of_octets
from modem.virtual import air

IN_ALPHABET = gsm7.ALPHABET.replace("\x1b", "") + "".join(gsm7.EXTENSION.values())
septet_strings = st.binary(max_size=160).map(lambda raw: bytes(octet & 0x7F for octet in raw))
gsm7_texts = st.text(alphabet=IN_ALPHABET, max_size=700)
any_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400)
texts = st.one_of(gsm7_texts, any_texts)


def letters_of(shift: Shift) -> str:
    return "".join(set(single_shift_table(shift).values()) - set(IN_ALPHABET))


# Of one table, or of several that no single one holds; long enough to be in parts.
shifted_texts = st.builds(
    lambda mixed, size: mixed + "a" * size,
    st.one_of(
        *(st.text(alphabet=IN_ALPHABET + letters_of(one), max_size=200) for one in Shift),
        st.text(alphabet="abc €çÇáíóúãõêşğıİ😀", max_size=200),
    ),
    st.integers(0, 300),
)
preferences = st.permutations(Shift).flatmap(lambda all_: st.integers(0, 3).map(lambda n: all_[:n]))


def has_no_surrogates(text: str | None) -> bool:
    return text is None or not any("\ud800" <= character <= "\udfff" for character in text)


@given(septets=septet_strings, fill_bits=st.integers(0, 6))
def test_unpack_undoes_pack(septets: bytes, fill_bits: int) -> None:
    octets = gsm7.pack(septets, fill_bits=fill_bits)
    assert gsm7.unpack(octets, len(septets), fill_bits=fill_bits) == septets


@given(text=gsm7_texts)
def test_decode_undoes_encode(text: str) -> None:
    assert gsm7.decode(gsm7.encode(text)) == text


@given(text=texts, reference=st.integers(0, 255), wide=st.booleans())
def test_the_parts_are_the_text_and_the_plan_agrees(text: str, reference: int, wide: bool) -> None:
    parts = split(text, reference=reference, wide=wide)
    assert assemble(dict(enumerate(parts, start=1)), len(parts)).text == text
    assert "".join(part.text or "" for part in parts) == text  # no escape, no pair was cut
    assert all(len(part.user_data_field()) <= 141 for part in parts)
    if not wide:
        counted = plan(text)
        assert counted.parts == len(parts)
        assert (counted.encoding == "gsm7") is (parts[0].coding.alphabet is Alphabet.GSM7)
        assert {forced.index for forced in counted.forced} == {
            index for index, character in enumerate(text) if not gsm7.septets_of(character)
        }


@given(text=shifted_texts, shifts=preferences, reference=st.integers(0, 255), wide=st.booleans())
def test_a_national_alphabet_changes_the_cost_and_never_the_text(
    text: str, shifts: list[Shift], reference: int, wide: bool
) -> None:
    submits = build_submits(
        to="+34600123456",
        text=text,
        concat_reference=reference,
        report=True,
        validity=None,
        wide_reference=wide,
        shifts=shifts,
    )
    heard = [air.read_submit(submit.to_bytes()) for submit in submits]
    assert air.join_text({part.part: part for part in heard}) == text
    assert "".join(part.text or "" for part in heard) == text  # no escape was cut
    assert all(len(submit.user_data_field()) <= 141 for submit in submits)
    counted, without = plan(text, shifts=shifts), plan(text)
    assert {s.header and s.header.single_shift for s in submits} <= {None, *shifts}
    if wide:
        return
    assert len(submits) == counted.parts
    assert {s.header and s.header.single_shift for s in submits} == {counted.shift}
    if counted.shift is None:
        assert counted == without
    else:
        assert counted.parts < without.parts
        assert counted.forced == without.forced


@given(shift=st.sampled_from(Shift), size=st.integers(71, 600), data=st.data())
def test_units_left_of_a_national_alphabet_is_what_still_fits(
    shift: Shift, size: int, data: st.DataObject
) -> None:
    letters = data.draw(st.text(alphabet=letters_of(shift), min_size=1, max_size=20))
    text, shifts = letters + "a" * size, (shift,)
    counted = plan(text, shifts=shifts)
    assert counted.shift is shift
    filled = text + "a" * counted.units_left
    assert plan(filled, shifts=shifts).parts == counted.parts
    assert plan(filled + "a", shifts=shifts).parts == counted.parts + 1


@given(text=texts.filter(bool))
def test_units_left_is_what_still_fits(text: str) -> None:
    counted = plan(text)
    filler = "a" * counted.units_left
    assert plan(text + filler).parts == counted.parts
    assert plan(text + filler + "a").parts == counted.parts + 1 or counted.parts == 1


@given(text=st.text(max_size=300))
def test_any_text_makes_submits_or_a_pdu_error(text: str) -> None:
    try:
        parts = build_submits(
            to="+15145550123", text=text, concat_reference=1, report=True, validity=None
        )
    except PduError as error:
        assert error.code == "lone_surrogate"  # noqa: PT017 - the other way out is a value
        assert not has_no_surrogates(text)
        return
    for part in parts:
        assert Submit.from_bytes(part.to_bytes()) == part


@given(text=any_texts, cuts=st.lists(st.integers(0, 140), min_size=1, max_size=8))
def test_ucs2_cut_anywhere_by_others_is_healed(text: str, cuts: list[int]) -> None:
    octets = text.encode("utf-16-be")[:1000]
    octets = octets.decode("utf-16-be", errors="ignore").encode("utf-16-be")
    parts: dict[int, UserData] = {}
    while octets or not parts:
        size = cuts[len(parts) % len(cuts)] or 140
        body, octets = octets[:size], octets[size:]
        parts[len(parts) + 1] = of_octets(body, coding=DataCoding(0x08), header=None)
    joined = assemble(parts, len(parts)).text
    assert joined is not None
    assert text.startswith(joined)


@given(text=texts, missing=st.sets(st.integers(1, 10)))
def test_gaps_never_break_the_rest(text: str, missing: set[int]) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    made = build_delivers(originator="12345", text=text, time=moment, concat_reference=1)
    parts = {n: part for n, part in enumerate(made, start=1) if n not in missing}
    joined = assemble(parts, len(made))
    assert set(joined.missing) == missing & set(range(1, len(made) + 1))
    if parts:
        assert joined.text is not None
        assert has_no_surrogates(joined.text)
        for part in parts.values():
            assert (part.text or "") in joined.text

"""What is shown of a text that was found."""

from hypothesis import given
from hypothesis import strategies as st

from storage.search.match import CLOSES, OPENS
from storage.search.snippet import LENGTH, cut, in_numbers


def marked(text: str) -> str:
    return text.replace("[", OPENS).replace("]", CLOSES)


def shown(text: str) -> list[str]:
    found = cut(marked(text))
    return [found.text[start:end] for start, end in found.ranges]


def test_a_short_text_is_shown_whole() -> None:
    found = cut(marked("Is [it] [ready]?"))
    assert (found.text, found.ranges) == ("Is it ready?", ((3, 5), (6, 11)))


def test_a_long_text_is_cut_around_the_first_word_found() -> None:
    text = "word " * 100 + "here [it] is " + "word " * 100
    found = cut(marked(text))
    assert found.text[0] == found.text[-1] == "…"
    assert len(found.text) == LENGTH + 2
    assert shown(text) == ["it"]
    assert found.text[1:].startswith("word ")  # at the beginning of a word


def test_what_was_found_beyond_the_piece_is_not_in_its_ranges() -> None:
    assert shown("[a] " + "word " * 100 + "[b]") == ["a"]
    assert shown("word " * 100 + "[end]") == ["end"]


def test_ranges_count_characters_not_bytes() -> None:
    assert shown("😀é [été]") == ["été"]


def test_a_text_with_the_marks_in_it_loses_them_and_nothing_else() -> None:
    found = cut(f"a{CLOSES}b{OPENS}c")
    assert found.text == "abc"


@given(st.text(st.sampled_from("ab [] 😀"), max_size=400))
def test_ranges_lie_within_the_text_in_order(text: str) -> None:
    found = cut(marked(text))
    places = [place for one in found.ranges for place in one]
    assert all(0 <= place <= len(found.text) for place in places)
    assert len(found.text) <= LENGTH + 2


def test_the_number_that_was_looked_for_is_shown() -> None:
    numbers = ("+15145550123", "+15145550199")
    assert in_numbers(numbers, ["0199"])[1].ranges == ((8, 12),)
    assert in_numbers(numbers, [])[0] == numbers[0]
    assert in_numbers((), ["1"])[0] == ""

"""The signature: which template, when it is due, never twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.signature import (
    DEFAULT_SIGNATURE,
    STRETCH,
    SignatureMode,
    Signer,
    Written,
    is_due,
    problem_of,
    signature_of,
    signed,
)

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
MARIE = Signer(person="Marie-Ève Roy", business="Chez {Nous}")
SIGNATURE = signature_of(DEFAULT_SIGNATURE, MARIE)


def test_a_template_is_filled() -> None:
    assert SIGNATURE == "Marie-Ève @ Chez {Nous}"
    assert signature_of("{{{person}}} ", MARIE) == "{Marie-Ève Roy}"
    assert signature_of("{first_name}", Signer(person=" ", business="x")) == ""


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (" ", "is empty"),
        ("x" * 201, "longer than 200"),
        ("a\nb", "more than one line"),
        ("{name}", "there is no {name}; the placeholders are {first_name}, {person}, {business}"),
        ("a } b", "character 3: a } without its {"),
        ("a { b", "character 3: a { without its }"),
    ],
)
def test_what_is_wrong_with_a_template(template: str, why: str) -> None:
    assert why in (problem_of(template) or "")


def test_the_default_has_no_problem() -> None:
    assert problem_of(DEFAULT_SIGNATURE) is None


@pytest.mark.parametrize(
    ("mode", "before", "due"),
    [
        (SignatureMode.EVERY, Written(author_id="a", at=NOW), True),
        (SignatureMode.NEVER, None, False),
        (SignatureMode.FIRST, None, True),
        (SignatureMode.FIRST, Written(author_id="b", at=NOW), True),
        (SignatureMode.FIRST, Written(author_id="a", at=NOW), False),
        (SignatureMode.FIRST, Written(author_id="a", at=NOW - STRETCH), False),
        (SignatureMode.FIRST, Written(author_id="a", at=NOW - STRETCH - timedelta(0, 1)), True),
    ],
)
def test_when_it_is_due(mode: SignatureMode, before: Written | None, due: bool) -> None:
    assert is_due(mode, author_id="a", at=NOW, before=before) is due


def test_it_stands_on_its_own_line() -> None:
    assert signed("It is ready. \n", SIGNATURE, MARIE) == f"It is ready.\n{SIGNATURE}"


@pytest.mark.parametrize(
    "text",
    [
        f"Ready\n{SIGNATURE}",
        "Ready\nmarie-eve @ chez {nous}",
        "Ready\n— Marie-Ève",
        "Ready\n- marie-eve roy",
        f"Ready {SIGNATURE}",
        "Marie-Ève",
        " ",
    ],
)
def test_what_is_signed_by_hand_stays_as_it_is(text: str) -> None:
    assert signed(text, SIGNATURE, MARIE) == text


@pytest.mark.parametrize("text", ["Ask Marie-Ève", "Marie-Ève\nwill call", "Ready"])
def test_a_name_within_the_text_is_no_signature(text: str) -> None:
    assert signed(text, SIGNATURE, MARIE) == f"{text}\n{SIGNATURE}"


def test_an_empty_signature_adds_nothing() -> None:
    assert signed("Ready", "", MARIE) == "Ready"


@given(st.text(max_size=500))
def test_twice_is_as_once(text: str) -> None:
    once = signed(text, SIGNATURE, MARIE)
    assert signed(once, SIGNATURE, MARIE) == once
    assert once == text or once == f"{text.rstrip()}\n{SIGNATURE}"

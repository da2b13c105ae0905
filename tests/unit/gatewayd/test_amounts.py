"""Amounts in what operators write."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayd.amounts import find_amount

FRENCH = "Votre solde est de 1\u00a0234,56 $ au 31/12/2026. Forfait: 2 Go."
ENGLISH = "Hi 5145550123!\r\nBalance:  12.34 CAD\nBonus: 5.00 CAD until 2026-12-31"


@pytest.mark.parametrize(
    ("text", "pattern", "amount"),
    [
        ("Solde / balance: 12.34 CAD", None, "12.34"),
        (ENGLISH, None, "12.34"),
        (ENGLISH, "balance: {amount} CAD", "12.34"),
        (ENGLISH, "BONUS:{amount}", "5.00"),
        (ENGLISH, "{amount} cad until", "5.00"),
        (ENGLISH, "balance*bonus: {amount}", "5.00"),
        (ENGLISH, "balance: {amount}*until", "12.34"),
        (ENGLISH, "{amount}*bonus", "5145550123"),
        (ENGLISH, "credit {amount}", None),
        (ENGLISH, "bonus*balance: {amount}", None),
        (ENGLISH, "{amount} cad*balance", None),
        (FRENCH, None, "1234.56"),
        (FRENCH, "solde est de {amount} $", "1234.56"),
        (FRENCH, "forfait: {amount} go", "2"),
        ("Credit 1,234.56", None, "1234.56"),
        ("Credit 1.234,56", None, "1234.56"),
        ("Credit 1'234'567.80", None, "1234567.80"),
        ("You owe -3.20 $", None, "-3.20"),
        ("You have 15 dollars", None, "15"),
        ("You have 1,500 points", None, "1500"),
        ("You have 15 dollars and 3 texts", None, None),
        ("15 dollars, 2.5 GB", None, "2.5"),
        ("0.005 left", None, "0.005"),
        ("Balance .50", None, None),
        ("Version 1.2.3", None, None),
        ("Balance: 10 500 texts", "balance: {amount}", "10500"),
        ("nothing", None, None),
        ("", "{amount}", None),
        ("{amount}", "{amount}", None),
        ("5.00", "{amount}", "5.00"),
        ("1" * 40, None, None),
    ],
)
def test_which_number_is_meant(text: str, pattern: str | None, amount: str | None) -> None:
    assert find_amount(text, pattern) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "text",
    [
        "1" * 5000,
        "1 " * 2500,
        "1,234" * 1000,
        "a" * 5000,
        "1.2" * 1700,
        " \n" * 2500,
        "111 222 " * 600,
    ],
)
@pytest.mark.parametrize("pattern", [None, "a*" * 60 + "{amount}" + "*a" * 60, "{amount}"])
def test_a_hostile_text_takes_no_time(text: str, pattern: str | None) -> None:
    started = time.process_time()
    find_amount(text, pattern)
    assert time.process_time() - started < 1


@given(text=st.text(alphabet="0123456789.,' -*{}amountCAD$\n", max_size=60), before=st.text())
def test_any_text_is_an_amount_or_none(text: str, before: str) -> None:
    for pattern in (None, before + "{amount}", "{amount}" + before):
        found = find_amount(text, pattern)
        assert found is None or found.is_finite()


@given(amount=st.decimals(min_value=0, max_value=999_999_999, places=2), words=st.text("aé :$"))
def test_an_amount_that_was_written_is_read(amount: Decimal, words: str) -> None:
    for written in (f"{amount}", f"{amount:,}", f"{amount:,}".replace(",", " ").replace(".", ",")):
        assert find_amount(f"{words} {written} {words}", "{amount}") == amount

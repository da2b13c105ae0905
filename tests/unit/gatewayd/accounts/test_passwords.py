"""Which passwords are taken, how they are kept, and how often they may be guessed."""

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters

from gatewayd.accounts.passwords import Passwords, Verdict, why_unfit
from gatewayd.accounts.throttle import Throttle

OWN = ("m.roy", "Marie Roy")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "ten chars!",
        "é" * 5 + "abcde",
        "        a b c d",
        "😀 😃 😄 😁 😆 😅",
        "y" * 9 + "abc",
    ],
)
def test_length_is_all_that_is_asked_for(password: str) -> None:
    assert why_unfit(password, own_words=OWN) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("nine char", "too short"),
        ("a" * 201, "too long"),
        ("motdepasse2026", "everybody"),
        ("!!Password!!", "everybody"),
        ("ababababab", "everybody"),
        ("2345678901", "everybody"),
        ("Marie Roy 77", "name"),
        ("m.roy-m.roy", "name"),
        ("MARIEROY2026!", "name"),
    ],
)
def test_what_everybody_would_try_is_refused(password: str, why: str) -> None:
    assert why in str(why_unfit(password, own_words=OWN))


async def test_a_hash_is_argon2id_as_its_library_recommends() -> None:
    made = await Passwords().hash("four words are enough")
    assert extract_parameters(made) == PasswordHasher()._parameters
    assert made.startswith("$argon2id$")


async def test_a_keyboard_that_composes_otherwise_writes_the_same_password() -> None:
    passwords = Passwords()
    composed = "élève à Montréal"
    made = await passwords.hash(unicodedata.normalize("NFD", composed))
    assert await passwords.verify(made, composed) is Verdict.MATCHES
    assert await passwords.verify(made, composed + " ") is Verdict.DIFFERS


async def test_what_is_no_hash_matches_nothing() -> None:
    passwords = Passwords()
    assert await passwords.verify(None, "") is Verdict.DIFFERS
    assert await passwords.verify("plain", "plain") is Verdict.DIFFERS


def test_an_address_may_try_many_accounts_but_not_for_ever() -> None:
    throttle = Throttle()
    waits = [throttle.take(f"name{n}", "192.0.2.1", now_seconds=0) for n in range(41)]
    assert waits == [0] * 40 + [10]
    assert throttle.take("name0", "192.0.2.2", now_seconds=0) == 0
    assert throttle.take("other", "192.0.2.1", now_seconds=10) == 0


def test_an_owner_who_got_in_from_here_is_not_kept_out_by_a_stranger() -> None:
    throttle = Throttle()
    assert throttle.take("marie", "home", now_seconds=0) == 0
    throttle.right("marie", "home")
    for n in range(10):
        assert throttle.take("marie", f"bot{n}", now_seconds=0) == 0
    assert throttle.take("marie", "bot", now_seconds=0) == 30
    assert throttle.take("marie", "home", now_seconds=0) == 0
    assert throttle.take("marie", "bot", now_seconds=30) == 0


def test_the_right_password_costs_nothing() -> None:
    throttle = Throttle()
    for _ in range(200):
        assert throttle.take("marie", "home", now_seconds=0) == 0
        throttle.right("marie", "home")

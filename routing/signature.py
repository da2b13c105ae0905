"""The signature under what a person writes to a customer: which, when, and never twice.

Its own line, made of a template such as ``{first_name} @ {business}``. Knows no store and no clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.folding import folded
from routing.placeholders import fill, parse

DEFAULT_SIGNATURE = "{first_name} @ {business}"
MOST_CHARACTERS = 200
STRETCH = timedelta(hours=12)
"""After so long a silence of theirs the customer is told again who writes."""

_NAMES = ("first_name", "person", "business")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014~*_ \t"


class SignatureMode(StrEnum):
    """Which messages of people are signed."""

    FIRST = "first"
    """The first of a stretch: of what one person writes until another does, or they pause."""
    EVERY = "every"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, as customers are shown them, and for which business."""

    person: str
    business: str

    @property
    def first_name(self) -> str:
        """The first word of their name."""
        return self.person.split()[0] if self.person.split() else self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a person last wrote to a customer: whose it is, and when it goes."""

    author_id: str
    at: datetime


def problem_of(template: str) -> str | None:
    """Say why a signature cannot be used, or None."""
    if not template.strip():
        return "the signature is empty"
    if len(template) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    if not template.isprintable():
        return "it is more than one line"
    _, problem = parse(template, _NAMES)
    return problem


def signature_of(template: str, signer: Signer) -> str:
    """Fill a template that has no problem."""
    values = {
        "first_name": signer.first_name,
        "person": signer.person,
        "business": signer.business,
    }
    return fill(template, values).strip()


def is_due(mode: SignatureMode, *, author_id: str, at: datetime, before: Written | None) -> bool:
    """Whether a message of this person is one to sign; ``before`` is what people wrote last."""
    if mode is not SignatureMode.FIRST:
        return mode is SignatureMode.EVERY
    if before is None or before.author_id != author_id:
        return True
    return at - before.at > STRETCH


def signed(text: str, signature: str, signer: Signer) -> str:
    """Put the signature on its own line under a text that does not end with one already."""
    body = text.rstrip()
    if not body or not signature or _is_signed(body, signature, signer):
        return text
    return f"{body}\n{signature}"


def _is_signed(body: str, signature: str, signer: Signer) -> bool:
    """Whether it ends with the signature, or with a line that is the name alone."""
    last = folded(body.rpartition("\n")[2].strip(_DASHES))
    if last in {folded(each) for each in (signature, signer.person, signer.first_name)}:
        return True
    return folded(body[-2 * MOST_CHARACTERS :]).endswith(" " + folded(signature))

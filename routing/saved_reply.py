"""Saved replies: what may stand in their texts, and how one is filled for a customer.

The writer's names are those of the signature. A name that nobody knows leaves no gap: ``Hello
{contact_name},`` becomes ``Hello,``. Knows no store.
"""

from dataclasses import dataclass

from routing.placeholders import Named, parse

MOST_CHARACTERS = 1000

_NAMES = ("contact_name", "contact_first_name", "person", "first_name", "business")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Whom a reply is for, who writes it, and for which business; a name may be unknown."""

    contact_name: str | None
    person: str
    business: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text to send, once its writer has looked at it; ``missing`` had nothing to stand for."""

    text: str
    missing: tuple[str, ...]


def problem_of(text: str) -> str | None:
    """Say why a text cannot be used, or None."""
    if not text.strip():
        return "the text is empty"
    if len(text) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    _, problem = parse(text, _NAMES)
    return problem


def fill(text: str, around: Around) -> Filled:
    """Fill a text that has no problem."""
    values = {
        "contact_name": (around.contact_name or "").strip(),
        "contact_first_name": _first(around.contact_name or ""),
        "person": around.person,
        "first_name": _first(around.person),
        "business": around.business,
    }
    said, missing = "", []
    for piece in parse(text, _NAMES)[0]:
        if not isinstance(piece, Named):
            said += piece
        elif value := values[piece.name]:
            said += value
        else:
            missing.append(piece.name)
            said = said.removesuffix(" ")
    # A text that began with a name must not begin with the comma after it.
    text = said.lstrip(", ") if missing else said
    return Filled(text=text, missing=tuple(dict.fromkeys(missing)))


def _first(name: str) -> str:
    return next(iter(name.split()), "")

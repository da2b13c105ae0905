"""The notation of placeholders: names in braces, ``{{`` and ``}}`` for braces, and nothing else.

No attributes, no formats, no code. Which names there are is the caller's; knows no text of any use.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """A placeholder that stands in a text."""

    name: str


def parse(text: str, known: Collection[str]) -> tuple[list[str | Named], str | None]:
    """Take a text apart; with the first thing that is wrong. ``known`` in the order to be told."""
    pieces: list[str | Named] = []
    place = 0
    while place < len(text):
        letter = text[place]
        if letter in "{}" and text[place : place + 2] == letter * 2:
            pieces.append(letter)
            place += 2
        elif letter == "}":
            return pieces, f"character {place + 1}: a }} without its {{; write }}}} for a brace"
        elif letter == "{":
            end = text.find("}", place)
            if end < 0:
                return pieces, f"character {place + 1}: a {{ without its }}; write {{{{ for a brace"
            name = text[place + 1 : end]
            if name not in known:
                listed = ", ".join(f"{{{each}}}" for each in known)
                return pieces, f"there is no {{{name}}}; the placeholders are {listed}"
            pieces.append(Named(name))
            place = end + 1
        else:
            pieces.append(letter)
            place += 1
    return pieces, None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put these values into a text in which only their names stand."""
    pieces, _ = parse(text, values)
    return "".join(values[piece.name] if isinstance(piece, Named) else piece for piece in pieces)

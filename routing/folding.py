"""Text as people mean it: case, accents and the shape of apostrophes do not matter.

Every comparison of words goes through here, so that a word is found however it was typed.
"""

import re
import unicodedata

MOST_CHARACTERS = 2000
"""What of a text is looked at; 13 SMS joined."""

_APOSTROPHES = str.maketrans("\u2019\u2018\u0060\u00b4\u02bc", "'''''")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Give the first characters of a text in small letters, without accents, spaces made one."""
    plain = text[:MOST_CHARACTERS].translate(_APOSTROPHES)
    if not plain.isascii():
        # One character may stand for many (ﷺ for 18), or be nothing but an accent.
        decomposed = unicodedata.normalize("NFKD", plain)[: 2 * MOST_CHARACTERS]
        plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.casefold().translate(_LIGATURES)[:MOST_CHARACTERS].split())


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a text, folded: letters and digits, whatever stands between them."""
    return tuple(_WORD.findall(folded(text)))

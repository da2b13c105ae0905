"""Numbers in what browsers send: an address, a header, a field."""

LONGEST = 15
"""What is longer is no place of ours, and the store takes no such number."""
LONGEST_OF_32_BITS = 9


def number_in(text: str, *, longest: int = LONGEST) -> int | None:
    """Read a number of 0 or more; None: it is none, or one of more digits than there can be."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= longest
    return int(text) if is_one else None

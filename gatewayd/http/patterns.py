"""Which addresses a route's path stands for, where a word and a placeholder share a place.

`/v1/messages/preview` is not the message named `preview`: the router must not take one for the
other, or a wrong method there would be answered as if a message had been meant.
"""

import re
from collections.abc import Collection

_PLACEHOLDER = re.compile(r"{(\w+)}")


def pattern(path: str, paths: Collection[str]) -> str:
    """Give the path as the router takes it: its last placeholder is no word that has a path."""
    head, _, last = path.rpartition("/")
    placeholder = _PLACEHOLDER.fullmatch(last)
    if placeholder is None:
        return path
    words = {other.removeprefix(f"{head}/") for other in paths if other.startswith(f"{head}/")}
    taken = sorted(word for word in words if "/" not in word and not word.startswith("{"))
    if not taken:
        return path
    others = "|".join(f"{re.escape(word)}$" for word in taken)
    return f"{head}/{{{placeholder[1]}:(?!{others})[^{{}}/]+}}"

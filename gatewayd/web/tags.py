"""Tags as they are written into one field, with commas between them."""

_LONGEST = 40
_MOST = 50


def tags_of(written: str) -> list[str]:
    """Read them, each once, in their order."""
    parts = (" ".join(part.split())[:_LONGEST] for part in written.split(","))
    return list(dict.fromkeys(part for part in parts if part and part.isprintable()))[:_MOST]

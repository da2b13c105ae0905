"""A note as it is shown: escaped like all texts, whom it mentions set apart."""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from gatewayd.web.links import as_html
from storage.conversations.mentions import MentionRow

_NAMED = Markup('<mark class="mention{mine}" title="{name}">{text}</mark>')


def as_noted(text: str, named: Sequence[MentionRow], *, reader: str | None, warning: str) -> Markup:
    """Write a note for ``reader``, a person's id; ``warning`` is as of ``as_html``."""
    pieces, end = [], 0
    for (start, stop), there in groupby(named, key=lambda each: (each.start, each.stop)):
        called = [*there]  # several where it is a team's name
        pieces += [
            as_html(text[end:start], warning=warning),
            _NAMED.format(
                mine=" mine" if reader in {one.person_id for one in called} else "",
                name=", ".join(one.name for one in called),
                text=as_html(text[start:stop], warning=warning),
            ),
        ]
        end = stop
    return Markup("").join([*pieces, as_html(text[end:], warning=warning)])

"""A note as it is shown: escaped like all texts, whom it mentions set apart."""

from collections.abc import Sequence

from markupsafe import Markup

from gatewayd.web.links import as_html
from storage.conversations.mentions import MentionRow

_NAMED = Markup('<mark class="mention{mine}" title="{name}">{text}</mark>')


def as_noted(text: str, named: Sequence[MentionRow], *, reader: str | None, warning: str) -> Markup:
    """Write a note for ``reader``, a person's id; ``warning`` is as of ``as_html``."""
    pieces, end = [], 0
    for one in named:
        pieces += [
            as_html(text[end : one.start], warning=warning),
            _NAMED.format(
                mine=" mine" if one.person_id == reader else "",
                name=one.name,
                text=as_html(text[one.start : one.stop], warning=warning),
            ),
        ]
        end = one.stop
    return Markup("").join([*pieces, as_html(text[end:], warning=warning)])

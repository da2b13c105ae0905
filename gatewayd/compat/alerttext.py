"""An alert as a short text: the template filled, and cut to so many parts.

Pure. A template can name things and nothing else, so that what a monitoring system sends cannot
make it do anything.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from config.compat import PLACEHOLDER
from gatewayd.services.drafts import Refusal, measure
from modem.pdu.national import Shift

_ELLIPSIS = "..."  # the typographic one would make the whole text UCS-2
_WORDS_OF_AN_ALERT = ("summary", "description", "message")

Texts = dict[str, str]


class Alert(BaseModel):
    """One alert of a group."""

    status: str = "firing"
    labels: Texts = {}
    annotations: Texts = {}
    starts_at: Annotated[str, Field(alias="startsAt")] = ""
    fingerprint: str = ""

    def in_words(self) -> str:
        """Say what it is: its name, and what its annotations say."""
        name = self.labels.get("alertname", "")
        said = next(
            (self.annotations[one] for one in _WORDS_OF_AN_ALERT if self.annotations.get(one)),
            self.labels.get("instance", ""),
        )
        return ": ".join(part for part in (name, said.strip()) if part) or "alert"


class Notice(BaseModel):
    """What Alertmanager (version 4) and Grafana post about a group of alerts."""

    group_key: Annotated[str, Field(alias="groupKey")] = ""
    status: str
    receiver: str = ""
    alerts: Annotated[list[Alert], Field(min_length=1)]
    common_labels: Annotated[Texts, Field(alias="commonLabels")] = {}
    common_annotations: Annotated[Texts, Field(alias="commonAnnotations")] = {}
    external_url: Annotated[str, Field(alias="externalURL")] = ""
    title: str = ""
    message: str = ""

    @property
    def firing(self) -> Sequence[Alert]:
        """Those that are not over."""
        return [one for one in self.alerts if one.status != "resolved"]


def text_of(notice: Notice, template: str) -> str:
    """Fill the template."""
    told = notice.firing or notice.alerts
    over = [one for one in notice.alerts if one.status == "resolved"] if notice.firing else []
    words = [one.in_words() for one in told] + [f"(over) {one.in_words()}" for one in over]
    values: Mapping[str, str] = {
        "status": "RESOLVED" if notice.status == "resolved" else "FIRING",
        "count": str(len(told)),
        "alerts": "; ".join(dict.fromkeys(words)),
        "receiver": notice.receiver,
        "title": notice.title,
        "message": notice.message,
        "url": notice.external_url,
    }

    def said(match: re.Match[str]) -> str:
        if match["word"]:
            return values[match["word"]]
        shared = notice.common_labels if match["kind"] == "label" else notice.common_annotations
        return shared.get(match["name"], "")

    return PLACEHOLDER.sub(said, template).strip() or values["status"]


def cut(text: str, *, max_parts: int, shifts: Sequence[Shift] = ()) -> str:
    """Shorten a text until it fits: an alert that is too long must arrive all the same."""

    def fits(candidate: str) -> bool:
        return not isinstance(measure(candidate, max_parts=max_parts, shifts=shifts), Refusal)

    if fits(text):
        return text
    least, most = 0, len(text)
    while most - least > 1:
        middle = (least + most) // 2
        if fits(text[:middle].rstrip() + _ELLIPSIS):
            least = middle
        else:
            most = middle
    return text[:least].rstrip() + _ELLIPSIS

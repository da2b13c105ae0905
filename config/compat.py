"""``[compat]`` and ``[[alert_receivers]]`` as types: which other gateways' APIs are answered.

Owns the shape. Must not know what those APIs look like.
"""

import re
from dataclasses import dataclass, field

from config import values
from config.keys import key as _key
from config.values import UnfitError

_MOST_RECIPIENTS = 20
_LONGEST_TEMPLATE = 500

PLACEHOLDER = re.compile(
    r"\{(?P<word>status|count|alerts|receiver|title|message|url)\}"
    r"|\{(?P<kind>label|annotation)\.(?P<name>[A-Za-z_][A-Za-z0-9_]{0,99})\}"
)
"""What the template of an alert may ask for. There is nothing else that a template could do."""


def _numbers(value: object) -> tuple[str, ...]:
    expected = (
        f"expected a list of 1 to {_MOST_RECIPIENTS} international numbers, each once, "
        'such as ["+15145550123"]'
    )
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST_RECIPIENTS:
        raise UnfitError(expected)
    try:
        found = tuple(values.number(item) for item in value)
    except UnfitError:
        raise UnfitError(expected) from None
    if len(set(found)) < len(found):
        raise UnfitError(expected)
    return found


def _template(value: object) -> str:
    expected = (
        f"expected a text of 1 to {_LONGEST_TEMPLATE} characters; in braces only {{status}}, "
        "{count}, {alerts}, {receiver}, {title}, {message}, {url}, {label.NAME}, {annotation.NAME}"
    )
    text = values.string_of(value, expected)
    if len(text) > _LONGEST_TEMPLATE or any(sign in PLACEHOLDER.sub("", text) for sign in "{}"):
        raise UnfitError(expected)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatSettings:
    """``[compat]``: each API is off unless it is switched on here."""

    smseagle: bool = field(
        default=False, metadata=_key(values.flag, "the APIs of an SMSEagle: v1, JSON-RPC and v2")
    )
    kannel: bool = field(default=False, metadata=_key(values.flag, "the sendsms API of Kannel"))
    android_sms_gateway: bool = field(
        default=False,
        metadata=_key(values.flag, "the third-party API of SMS Gateway for Android"),
    )
    alertmanager: bool = field(
        default=False, metadata=_key(values.flag, "the webhook of Prometheus's Alertmanager")
    )
    grafana: bool = field(
        default=False, metadata=_key(values.flag, "the webhook of Grafana's contact points")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReceiverSettings:
    """``[[alert_receivers]]``: whom a monitoring system's alerts are texted to."""

    name: str = field(metadata=_key(values.name, "how the webhook's address names it"))
    to: tuple[str, ...] = field(metadata=_key(_numbers, "the phones that are texted"))
    inbox: str | None = field(
        default=None, metadata=_key(values.name, "the inbox whose number texts them")
    )
    template: str = field(
        default="{status}: {alerts}", metadata=_key(_template, "what the text says")
    )
    cut_to_parts: int = field(
        default=2, metadata=_key(values.whole(1, 10), "a longer text is cut to so many parts")
    )

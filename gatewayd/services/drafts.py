"""A message as a client wants it, checked and turned into TPDUs, or refused with every reason.

Pure: values in, values out. Knows neither HTTP nor the store's transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from config.schema import NationalShift, Settings
from gatewayd.clock import is_plausible
from gatewayd.money import Money, price_of
from gatewayd.numbers import Number, normalise
from modem.pdu.build import build_submits
from modem.pdu.errors import PduError
from modem.pdu.national import Shift
from modem.pdu.segment import Plan, plan
from storage.callbacks import Callback
from storage.outbox import NewPart

DEFAULT_INBOX = "main"

_LATEST_SEND = timedelta(days=366)
# A client's clock and ours may differ, and its request takes time: this late still means "now".
_LATE_SEND = timedelta(minutes=5)
_SHORTEST_VALIDITY = timedelta(minutes=5)  # 23.040 §9.2.3.12.1: the relative format's first step

Priority = Literal["urgent", "normal", "bulk"]
OnUnknown = Literal["hold", "resend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a client asks for. Times are UTC milliseconds."""

    to: str
    text: str
    inbox: str | None = None
    send_at_ms: int | None = None
    expires_at_ms: int | None = None
    priority: Priority = "normal"
    delivery_report: bool = True
    on_unknown: OnUnknown | None = None
    client_reference: str | None = None
    answers: bool = False
    """Written in its conversation, by one who has read what the customer wrote."""
    callback: Callback | None = None
    """An address to call when something becomes of it."""
    flash: bool = False
    """Shown at once and not kept by the phone (class 0, 23.038 §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason against a draft: the field, a fixed code, and plain words."""

    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """All reasons against a draft; at least one."""

    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A draft that can be sent."""

    to: str
    encoding: str
    national: str | None
    inbox: str
    send_at_ms: int | None
    on_unknown: OnUnknown
    parts: tuple[NewPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the configuration says about drafts."""

    country: str | None
    inboxes: tuple[str, ...]
    max_parts: int
    validity: timedelta
    on_unknown: OnUnknown
    shifts: tuple[Shift, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        """Read it from the settings."""
        served = tuple(dict.fromkeys(modem.inbox for modem in settings.modems))
        return cls(
            country=settings.gateway.country,
            inboxes=served or (DEFAULT_INBOX,),
            max_parts=settings.sending.max_parts,
            validity=settings.sending.validity,
            on_unknown=settings.sending.on_unknown.value,
            shifts=tuple(Shift[each.name] for each in settings.sending.national_shift),
        )


def prepare(
    draft: Draft, policy: Policy, *, now_ms: int, concat_reference: int
) -> Prepared | Refused:
    """Check all of a draft, then build its TPDUs.

    `concat_reference` (0 to 255) joins the parts at the receiver (23.040 §9.2.3.24.1).
    """
    number = _number(draft, policy)
    planned = measure(draft.text, max_parts=policy.max_parts, shifts=policy.shifts)
    inbox = choose_inbox(draft.inbox, policy)
    times = _times(draft, now_ms)
    if (
        isinstance(number, Refusal)
        or isinstance(planned, Refusal)
        or isinstance(inbox, Refusal)
        or times
    ):
        found = (number, planned, inbox, *times)
        return Refused(refusals=tuple(one for one in found if isinstance(one, Refusal)))
    submits = build_submits(
        to=number.text,
        text=draft.text,
        concat_reference=concat_reference,
        report=draft.delivery_report,
        validity=_validity(draft, policy, now_ms),
        message_class=0 if draft.flash else None,
        shifts=policy.shifts,
    )
    parts = tuple(
        NewPart(number=place, tpdu=submit.to_bytes()) for place, submit in enumerate(submits, 1)
    )
    return Prepared(
        to=number.text,
        encoding=planned.encoding,
        national=national_of(planned),
        inbox=inbox,
        send_at_ms=draft.send_at_ms,
        on_unknown=draft.on_unknown or policy.on_unknown,
        parts=parts,
    )


def national_of(planned: Plan) -> str | None:
    """Name the national alphabet that a text needs, as the configuration does."""
    return None if planned.shift is None else NationalShift[planned.shift.name].value


def measure(text: str, *, max_parts: int, shifts: Sequence[Shift] = ()) -> Plan | Refusal:
    """Tell how a text would be split; refuses what is empty, no text, or too long.

    `shifts` are the national alphabets that may be used.
    """
    if not text:
        return Refusal(field="text", code="text_empty", detail="is empty")
    try:
        planned = plan(text, shifts=shifts)
    except PduError as error:
        return Refusal(field="text", code=error.code, detail=error.detail)
    if planned.parts > max_parts:
        detail = f"would be {planned.parts} parts; at most {max_parts} are sent"
        return Refusal(field="text", code="text_too_long", detail=detail)
    return planned


def _number(draft: Draft, policy: Policy) -> Number | Refusal:
    number = normalise(draft.to, country=policy.country)
    if isinstance(number, Number):
        return number
    return Refusal(field="to", code=number.code, detail=f"can't be sent to: {number.reason}")


def choose_inbox(inbox: str | None, policy: Policy) -> str | Refusal:
    """Give the inbox that a message is sent from: the one named, else the usual one."""
    if inbox is None:
        # With only one inbox there is nothing to choose, whatever its name.
        sole = policy.inboxes[0] if len(policy.inboxes) == 1 else DEFAULT_INBOX
    else:
        sole = inbox
    if sole in policy.inboxes:
        return sole
    known = ", ".join(policy.inboxes)
    return Refusal(
        field="inbox", code="inbox_unknown", detail=f"no modem serves {sole!a}; known: {known}"
    )


def unseen_inbox(inbox: str) -> Refusal:
    """Refuse an inbox that the sender does not see."""
    detail = f"{inbox!a} is none of your inboxes; name one of yours"
    return Refusal(field="inbox", code="inbox_unknown", detail=detail)


def price_in(inbox: str, settings: Settings, *, parts: int) -> Money | None:
    """Give the price of so many parts, where one modem alone serves the inbox and has a price."""
    serving = [modem for modem in settings.modems if modem.inbox == inbox]
    if len(serving) != 1 or serving[0].price_per_part is None:
        return None
    return price_of(serving[0].price_per_part, parts=parts)


def _times(draft: Draft, now_ms: int) -> Sequence[Refusal]:
    refusals: list[Refusal] = []
    send_at_ms, expires_at_ms = draft.send_at_ms, draft.expires_at_ms
    if send_at_ms is not None and expires_at_ms is not None and expires_at_ms <= send_at_ms:
        refusals.append(
            Refusal(field="expires_at", code="expiry_before_send", detail="is not after send_at")
        )
    # A machine whose clock was never set can't tell the past from the future.
    if not is_plausible(now_ms):
        return refusals
    if send_at_ms is not None and send_at_ms < now_ms - _milliseconds(_LATE_SEND):
        refusals.append(
            Refusal(field="send_at", code="send_at_in_the_past", detail="is in the past")
        )
    if send_at_ms is not None and send_at_ms > now_ms + _milliseconds(_LATEST_SEND):
        refusals.append(
            Refusal(field="send_at", code="send_at_too_late", detail="is more than a year away")
        )
    if expires_at_ms is not None and expires_at_ms <= now_ms:
        refusals.append(
            Refusal(field="expires_at", code="expiry_in_the_past", detail="is in the past")
        )
    return refusals


def _validity(draft: Draft, policy: Policy, now_ms: int) -> timedelta:
    """Give how long the network may try: as configured, but not after the message's expiry."""
    if draft.expires_at_ms is None or not is_plausible(now_ms):
        return policy.validity
    begins_ms = max(now_ms, draft.send_at_ms or 0)
    left = timedelta(milliseconds=draft.expires_at_ms - begins_ms)
    return min(policy.validity, max(left, _SHORTEST_VALIDITY))


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)

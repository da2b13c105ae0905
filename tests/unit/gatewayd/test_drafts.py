from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatewayd.services.drafts import Draft, Policy, Prepared, Refused, prepare
from modem.pdu.national import Shift
from modem.pdu.submit import Submit
from modem.pdu.validity import RelativeValidity

NOON_MS = 1_796_126_400_000  # 2026-12-01T12:00:00Z
HOUR_MS = 3_600_000
POLICY = Policy(
    country="CA",
    inboxes=("main", "spare"),
    max_parts=3,
    validity=timedelta(days=2),
    on_unknown="hold",
)


def _prepare(now_ms: int = NOON_MS, policy: Policy = POLICY, **fields: Any) -> Prepared | Refused:
    draft = Draft(**{"to": "514 555 0123", "text": "hello", **fields})
    return prepare(draft, policy, now_ms=now_ms, concat_reference=7)


def _prepared(**fields: Any) -> Prepared:
    prepared = _prepare(**fields)
    assert isinstance(prepared, Prepared)
    return prepared


def _codes(**fields: Any) -> set[tuple[str, str]]:
    refused = _prepare(**fields)
    assert isinstance(refused, Refused)
    return {(refusal.field, refusal.code) for refusal in refused.refusals}


def test_a_flash_message_is_of_class_0() -> None:
    for flash, class_ in ((True, 0), (False, None)):
        (part,) = _prepared(flash=flash).parts
        assert Submit.from_bytes(part.tpdu).coding.message_class == class_


def test_a_draft_becomes_tpdus() -> None:
    prepared = _prepared(text="a" * 200)

    submits = [Submit.from_bytes(part.tpdu) for part in prepared.parts]
    assert prepared.to == "+15145550123"
    assert prepared.encoding == "gsm7"
    assert prepared.on_unknown == "hold"
    assert [part.number for part in prepared.parts] == [1, 2]
    assert [submit.destination.text for submit in submits] == ["+15145550123"] * 2
    assert all(submit.status_report_request for submit in submits)
    joined = [submit.header.concatenation for submit in submits if submit.header]
    assert [(c.reference, c.number, c.total) for c in joined if c] == [(7, 1, 2), (7, 2, 2)]


def test_a_national_alphabet_is_used_where_the_configuration_lists_it() -> None:
    text = "Su pedido está listo. " * 6
    spanish = replace(POLICY, shifts=(Shift.TURKISH, Shift.SPANISH))

    plain, short = _prepared(text=text), _prepared(text=text, policy=spanish)

    assert (plain.encoding, plain.national, len(plain.parts)) == ("ucs2", None, 2)
    assert (short.encoding, short.national, len(short.parts)) == ("gsm7", "spanish", 1)
    assert Submit.from_bytes(short.parts[0].tpdu).text == text


def test_no_report_is_asked_for_where_none_is_wanted() -> None:
    [part] = _prepared(delivery_report=False).parts

    assert not Submit.from_bytes(part.tpdu).status_report_request


@pytest.mark.parametrize(
    ("fields", "period"),
    [
        ({}, timedelta(days=2)),
        ({"expires_at_ms": NOON_MS + HOUR_MS}, timedelta(hours=1)),
        ({"expires_at_ms": NOON_MS + 1000}, timedelta(minutes=5)),
        (
            {"send_at_ms": NOON_MS + HOUR_MS, "expires_at_ms": NOON_MS + 3 * HOUR_MS},
            timedelta(hours=2),
        ),
        ({"expires_at_ms": NOON_MS + 1000 * HOUR_MS}, timedelta(days=2)),
    ],
)
def test_the_network_does_not_try_beyond_the_expiry(
    fields: dict[str, int], period: timedelta
) -> None:
    [part] = _prepared(**fields).parts

    validity = Submit.from_bytes(part.tpdu).validity
    assert isinstance(validity, RelativeValidity)
    assert validity.period == period


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"to": "+"}, ("to", "number_no_digits")),
        ({"to": "SHOP"}, ("to", "number_has_letters")),
        ({"text": ""}, ("text", "text_empty")),
        ({"text": "\ud83d"}, ("text", "lone_surrogate")),
        ({"text": "a" * 100_000}, ("text", "text_too_long")),
        ({"inbox": "nowhere"}, ("inbox", "inbox_unknown")),
        ({"send_at_ms": NOON_MS - HOUR_MS}, ("send_at", "send_at_in_the_past")),
        ({"send_at_ms": NOON_MS + 9000 * HOUR_MS}, ("send_at", "send_at_too_late")),
        ({"expires_at_ms": NOON_MS}, ("expires_at", "expiry_in_the_past")),
        (
            {"send_at_ms": NOON_MS + HOUR_MS, "expires_at_ms": NOON_MS + HOUR_MS},
            ("expires_at", "expiry_before_send"),
        ),
    ],
)
def test_what_cannot_be_sent_is_refused(fields: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert _codes(**fields) == {refusal}


def test_a_text_that_is_too_long_is_told_its_length() -> None:
    refused = _prepare(text="é" * 100_000)

    assert isinstance(refused, Refused)
    assert refused.refusals[0].detail == "would be 654 parts; at most 3 are sent"


def test_all_reasons_are_told_at_once() -> None:
    assert _codes(to="", text="", inbox="x", send_at_ms=0) == {
        ("to", "number_empty"),
        ("text", "text_empty"),
        ("inbox", "inbox_unknown"),
        ("send_at", "send_at_in_the_past"),
    }


def test_nul_is_a_character_like_any_other() -> None:
    assert _prepared(text="a\0b").encoding == "ucs2"


def test_a_little_late_is_now() -> None:
    assert _prepared(send_at_ms=NOON_MS - 60_000).send_at_ms == NOON_MS - 60_000


def test_nothing_is_judged_by_a_clock_that_was_never_set() -> None:
    prepared = _prepared(now_ms=0, send_at_ms=NOON_MS, expires_at_ms=NOON_MS + HOUR_MS)

    validity = Submit.from_bytes(prepared.parts[0].tpdu).validity
    assert isinstance(validity, RelativeValidity)
    assert validity.period == timedelta(days=2)


def test_the_only_inbox_need_not_be_named() -> None:
    sole = Policy(
        country="CA",
        inboxes=("shop",),
        max_parts=3,
        validity=timedelta(days=2),
        on_unknown="resend",
    )

    prepared = _prepare(policy=sole)

    assert isinstance(prepared, Prepared)
    assert (prepared.inbox, prepared.on_unknown) == ("shop", "resend")


def test_with_several_inboxes_the_default_is_main() -> None:
    assert _prepared().inbox == "main"
    assert _prepared(inbox="spare").inbox == "spare"

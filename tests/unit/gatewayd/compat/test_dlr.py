from dataclasses import fields
from typing import Any

import pytest

from gatewayd.compat.dlr import CODES, EVERY_CODE, FINAL, filled, told_by
from storage.queries import MessageRow
from storage.states import MessageState


def row(**known: Any) -> MessageRow:
    empty: dict[str, Any] = {field.name: None for field in fields(MessageRow)}
    return MessageRow(**empty | {"id": "msg_1", "created_at_ms": 1_796_126_400_000} | known)


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        (MessageState.SENT, (8,)),
        (MessageState.DELIVERED, (8, 1)),
        (MessageState.UNDELIVERED, (8, 2)),
        (MessageState.FAILED, (16,)),
        (MessageState.EXPIRED, (16,)),
        (MessageState.CANCELED, (16,)),
    ],
)
def test_what_a_state_tells(state: MessageState, codes: tuple[int, ...]) -> None:
    assert tuple(told_by(state)) == codes
    assert all(code & EVERY_CODE for code in codes)
    assert (state in FINAL) == (state is not MessageState.SENT)
    assert state in CODES


def test_the_placeholders_are_filled_and_escaped() -> None:
    message = row(
        from_number="+15145550100",
        to_number="+15145550123",
        delivered_at_ms=1_796_126_461_500,
        sent_at_ms=1_796_126_460_000,
        author_name="till & co",
        modem="counter",
    )
    url = "http://host/%d?from=%p&to=%P&at=%T&when=%t&n=%n&id=%F&m=%i&a=%A&odd=%z&pc=%%&sp=%20"
    assert filled(url, message, 1) == (
        "http://host/1?from=%2B15145550100&to=%2B15145550123&at=1796126462"
        "&when=2026-12-01%2012%3A01%3A01&n=till%20%26%20co&id=msg_1&m=counter&a=&odd=%z&pc=%25"
        "&sp=%20"
    )
    assert "at=1796126460" in filled(url, message, 8)


def test_a_message_that_never_went_is_told_with_the_time_it_was_asked_for() -> None:
    assert filled("http://h/%T/%p", row(), 16) == "http://h/1796126400/"

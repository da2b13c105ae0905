"""What the API tells of a text that is written with a national alphabet."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text as sql

from config.schema import NationalShift
from gatewayd.http.context import HttpContext
from modem.pdu import Shift
from modem.virtual import air

Start = Callable[..., AbstractAsyncContextManager[Any]]
TEXT = "Su pedido está listo. " * 14  # 308 characters, of which 14 are beyond GSM-7


def listing(context: HttpContext, *shifts: NationalShift) -> HttpContext:
    sending = replace(context.settings.sending, national_shift=shifts)
    return replace(context, settings=replace(context.settings, sending=sending))


async def test_preview_and_message_agree_on_the_parts(context: HttpContext, start: Start) -> None:
    asking = listing(context, NationalShift.PORTUGUESE, NationalShift.SPANISH)
    async with start(asking) as api:
        seen = await api.admin("POST", "/v1/messages/preview", json={"text": TEXT})
        sent = await api.send(text=TEXT)
        read = await api.admin("GET", f"/v1/messages/{sent['id']}")
        async with context.store.read() as tx:
            kept = list((await tx.execute(sql("SELECT tpdu FROM parts ORDER BY number"))).scalars())

    assert (seen["encoding"], seen["national"], seen["parts"]) == ("gsm7", "portuguese", 3)
    assert seen["units_used"] == len(TEXT) + 14
    assert {forced["character"] for forced in seen["forced"]} == {"á"}
    assert (sent["encoding"], sent["national"], sent["parts"]) == ("gsm7", "portuguese", 3)
    assert read["national"] == "portuguese"
    parts = {part.part: part for part in map(air.read_submit, kept)}
    assert list(parts) == [1, 2, 3]
    assert air.join_text(parts) == TEXT


async def test_other_messages_say_nothing_of_it(context: HttpContext, start: Start) -> None:
    async with start(context) as api:
        seen = await api.admin("POST", "/v1/messages/preview", json={"text": TEXT})
        sent = await api.send(text=TEXT)

    assert (seen["encoding"], seen["national"]) == ("ucs2", None)
    assert (sent["encoding"], sent["parts"]) == ("ucs2", 5)
    assert "national" not in sent


@pytest.mark.parametrize("shift", NationalShift)
def test_the_configuration_and_the_codec_have_the_same_names(shift: NationalShift) -> None:
    assert Shift[shift.name].name.lower() == shift.value

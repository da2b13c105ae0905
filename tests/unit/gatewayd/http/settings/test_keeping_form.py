"""How long an inbox keeps what was written, in a form."""

from typing import Any

import pytest

INBOX = "/settings/inboxes/main"
FORM = f"{INBOX}/retention"


async def kept(desk: Any) -> Any:
    return (await desk.ask("/v1/inboxes/main/retention"))["keep_days"]


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"keep": "months", "months": "12"}, 365),
        ({"keep": "months", "months": "1"}, 30),
        ({"keep": "for_good", "months": "7"}, 0),
        ({"keep": "usual"}, None),
    ],
)
async def test_it_is_set_in_months(desk: Any, fields: dict[str, str], days: int | None) -> None:
    await desk.send(FORM, keep="months", months="600")
    assert await desk.send(FORM, **fields) == INBOX
    assert await kept(desk) == days
    page = await desk.see_raw(INBOX)
    assert f'value="{fields["keep"]}" checked' in page
    if fields["keep"] == "months":
        assert f'name="months" type="number" value="{fields["months"]}"' in page


@pytest.mark.parametrize("months", ["", "0", "1201", "-3", "²", "99999999"])
async def test_what_is_no_number_of_months_changes_nothing(desk: Any, months: str) -> None:
    await desk.send(FORM, keep="months", months="6")
    await desk.send(FORM, keep="months", months=months)
    assert "from 1 to 1,200" in await desk.see(INBOX)
    assert await kept(desk) == 182


async def test_it_is_for_managers_and_for_an_inbox_that_there_is(staffroom: Any, desk: Any) -> None:
    await desk.send("/settings/inboxes/nowhere/retention", status=404, keep="for_good")
    mine = type(desk)(browser=await staffroom.enter("lea"))
    await mine.send(FORM, status=403, keep="months", months="1")
    assert await kept(desk) is None

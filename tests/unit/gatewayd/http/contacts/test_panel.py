"""The contact's panel: their page, their other conversations, and what they want."""

from typing import Any


async def test_the_panel_has_what_else_passed_and_what_they_want(desk: Any, staffroom: Any) -> None:
    await staffroom.inboxes("main", "spare")
    here = (await staffroom.receive("In the shop"))["conversation_id"]
    there = (await staffroom.receive("In the garage", inbox="spare"))["conversation_id"]
    contact = (await staffroom.api.admin("GET", f"/v1/conversations/{here}"))["contact"]["id"]
    page = await desk.see(f"/inbox/all/{here}/contact")
    panel = page[page.index('id="contact"') :]
    assert f'href="/contacts/{contact}"' in panel
    assert f'href="/inbox/all/{there}"' in panel
    assert f'href="/inbox/all/{here}"' not in panel[panel.index("Other conversations") :]
    assert "In the garage" in panel
    assert "May be written to" in panel

    said = {"what": "opted_out", "reason": "by phone", "sure": "yes", "inbox": "main"}
    back = f"/inbox/all/{here}"
    assert await desk.send(f"/contacts/{contact}/consent", back=back, **said) == back
    page = await desk.see(f"/inbox/all/{here}")
    panel = page[page.index('id="contact"') :]
    assert "Wants no messages" in panel
    assert 'value="opted_in" checked' in panel

    lea = type(desk)(browser=await staffroom.enter("lea", inboxes=["main"]))
    page = await lea.see(f"/inbox/all/{here}/contact")
    assert "In the garage" not in page
    assert "Other conversations" not in page

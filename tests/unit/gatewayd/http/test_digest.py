"""The daily digest over HTTP: when it goes, and what it would say; on the page too."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope

PATH, SETTINGS = "/v1/supervision/digest", "/v1/settings"


async def test_it_shows_what_would_be_sent_to_who_asks(api: Any, staffroom: Any) -> None:
    await staffroom.inboxes("main", "spare")
    await staffroom.receive()
    await staffroom.receive(sender="+15145550124", inbox="spare")
    marie = await staffroom.enter("marie", role="manager", email="marie@shop.example")
    luc = await staffroom.enter("luc", role="manager", inboxes=["spare"], language="fr")
    api.clock.ms += 86_400_000
    shown = await marie.ask("GET", PATH)
    assert (shown["first_day"], shown["last_day"]) == ("2026-12-01", "2026-12-01")
    assert (shown["figures"]["messages_in"], shown["waiting"]) == (2, 2)
    assert shown["subject"] == "Shop: Tue, Dec 1, 2026: 2 wait for an answer"
    assert (shown["at"], shown["next_at"], shown["mail_server"]) == (None, None, False)
    assert shown["recipients"] == [
        {
            "id": marie.person["id"],
            "display_name": "Marie",
            "wish": "open_days",
            "reachable": True,
        },
        {"id": luc.person["id"], "display_name": "Luc", "wish": "open_days", "reachable": False},
    ]
    own = await luc.ask("GET", PATH)
    assert (own["figures"]["messages_in"], own["waiting"]) == (1, 1)
    assert "attend une réponse" in own["subject"]
    assert "0123" not in own["text"]
    english = await luc.ask("GET", PATH, params={"language": "en", "day": "2026-11-30"})
    assert english["subject"].startswith("Shop: Mon, Nov 30, 2026")
    assert english["figures"]["messages_in"] == 0


async def test_only_who_supervises_sees_it(api: Any, staffroom: Any) -> None:
    agent = await staffroom.enter("zoe")
    await agent.ask("GET", PATH, status=403)
    headers = await api.token(Scope.SUPERVISE)
    async with api.tcp.get(PATH, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("asked", [{"day": "yesterday"}, {"language": "de"}, {"till": "now"}])
async def test_what_makes_no_sense_is_refused(api: Any, asked: dict[str, str]) -> None:
    await api.admin("GET", PATH, status=422, params=asked)


async def test_its_time_is_a_setting_like_others(api: Any) -> None:
    await api.admin("PATCH", SETTINGS, json={"mask_numbers": True})
    shown = await api.admin("PATCH", SETTINGS, json={"daily_digest_at": "07:30"})
    assert shown == {"mask_numbers": True, "daily_digest_at": "07:30"}
    assert (await api.admin("GET", PATH))["at"] == "07:30"
    shown = await api.admin("PATCH", SETTINGS, json={"daily_digest_at": None})
    assert shown == {"mask_numbers": True, "daily_digest_at": None}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"daily_digest_at": "7"},
        {"daily_digest_at": "25:00"},
        {"daily_digest_at": "07:30:30"},
        {"daily_digest_at": 7},
        {"mask_numbers": None},
    ],
)
async def test_what_is_no_setting_is_refused(api: Any, body: object) -> None:
    await api.admin("PATCH", SETTINGS, status=422, json=body)
    assert await api.admin("GET", SETTINGS) == {"mask_numbers": False, "daily_digest_at": None}

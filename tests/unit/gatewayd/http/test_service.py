import re
from pathlib import Path
from typing import Any

import pytest

from gatewayd.web.render import CONTENT_SECURITY_POLICY
from storage.copies import LIST_NAME, remember
from storage.errors import StoreUnavailable


async def test_health_needs_nothing_but_the_loop(api: Any) -> None:
    async with api.tcp.get("/healthz") as answer:
        assert await answer.json() == {"status": "ok", "version": "1.2.3"}


async def test_ready_names_the_ready_modems(api: Any) -> None:
    async with api.tcp.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (
            200,
            {"status": "ready", "modems": ["counter"]},
        )


async def test_without_a_ready_modem_it_is_not_ready_and_says_why(api: Any) -> None:
    del api.modems.modems["counter"]

    body = await api.admin("GET", "/readyz", status=503)

    assert body["code"] == "not_ready"
    assert body["reasons"] == ["modem spare is absent: unplugged"]


async def test_without_any_modem_it_is_not_ready(api: Any) -> None:
    api.modems.modems.clear()

    assert (await api.admin("GET", "/readyz", status=503))["reasons"] == ["no modem is configured"]


async def test_a_stopping_daemon_is_not_ready_but_healthy(api: Any) -> None:
    api.context.stopping.set()

    assert (await api.admin("GET", "/readyz", status=503))["reasons"] == [
        "the gateway is shutting down"
    ]
    await api.admin("GET", "/healthz")


async def test_metrics_tell_of_requests_messages_and_modems(api: Any) -> None:
    await api.send()
    async with api.tcp.get("/metrics") as answer:
        text = await answer.text()

    assert answer.content_type == "text/plain"
    for line in (
        "gatewayd_store_writable 1.0",
        'gatewayd_messages{state="queued"} 1.0',
        'gatewayd_modem_state{modem="counter",state="ready"} 1.0',
        'gatewayd_modem_signal_dbm{modem="counter"} -71.0',
        'gatewayd_modem_incidents_open{modem="spare"} 1.0',
        'gatewayd_modem_unparsed_lines_total{modem="counter"} 3.0',
        "gatewayd_store_unavailable_total 0.0",
        'gatewayd_http_requests_total{method="POST",route="/v1/messages",status="202"} 1.0',
        "gatewayd_event_streams 0.0",
    ):
        assert line in text.splitlines()
    assert 'gatewayd_modem_signal_dbm{modem="spare"}' not in text


async def test_unmatched_addresses_do_not_become_labels(api: Any) -> None:
    await api.admin("GET", "/v1/secret/path", status=404)

    text = api.context.metrics.exposition
    async with api.tcp.get("/metrics") as answer:
        body = await answer.text()
    assert text is not None
    assert 'route="unmatched"' in body
    assert "secret" not in body


async def test_head_is_get_without_the_body(api: Any) -> None:
    async with api.tcp.head("/healthz") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_the_page_needs_neither_scripts_nor_internet(api: Any) -> None:
    async with api.tcp.get("/docs") as answer:
        text = await answer.text()

    assert answer.content_type == "text/html"
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", text)
    assert not re.search(r'(?:src|href)="(?!/|#)', text)
    assert "/v1/messages/{id}/resolve" in text
    assert "messages:send" in text


async def test_the_queue_s_age_is_that_of_the_part_that_should_have_gone_first(api: Any) -> None:
    await api.send()
    api.clock.ms += 90_000
    await api.send()
    await api.send(send_at="2026-12-02T12:00:00Z")
    async with api.tcp.get("/metrics") as answer:
        rows = (await answer.text()).splitlines()
    assert 'gatewayd_queue_age_seconds{inbox="main"} 90.0' in rows


async def test_when_the_newest_backup_was_made_is_known_once_there_is_one(
    api: Any, tmp_path: Path
) -> None:
    async def told() -> list[str]:
        async with api.tcp.get("/metrics") as answer:
            rows = (await answer.text()).splitlines()
        return [row for row in rows if row.startswith("gatewayd_last_backup")]

    assert await told() == []
    for made_ms in (1_790_000_000_000, 1_780_000_000_000):
        remember(tmp_path, tmp_path / "copy.db", now_ms=made_ms)
    assert await told() == ["gatewayd_last_backup_timestamp_seconds 1.79e+09"]

    (tmp_path / LIST_NAME).write_bytes(b"\xff half a line")
    assert await told() == []
    (tmp_path / LIST_NAME).unlink()
    (tmp_path / LIST_NAME).mkdir()  # it cannot be read: all else is told
    assert await told() == []


async def test_metrics_are_there_while_the_store_cannot_be_read(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise StoreUnavailable(reason="database disk image is malformed")

    monkeypatch.setattr(api.context.store, "read", broken)
    async with api.tcp.get("/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    assert 'gatewayd_modem_state{modem="counter",state="ready"} 1.0' in text
    assert "gatewayd_messages{" not in text

"""The daily digest from outside: a manager gets one e-mail in the morning, and no second one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

CUSTOMER = "+15145550931"
PATIENCE_SECONDS = 120
NOON = 12


def zone_of_noon() -> str:
    """Name a zone in which it is about noon now, far from every midnight."""
    ahead = NOON - datetime.now(tz=UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def test_a_manager_gets_one_each_morning_and_no_second_after_a_restart(
    new_gateway: Callable[[], Any], postbox: tuple[int, Any]
) -> None:
    port, box = postbox
    shop = new_gateway()
    shop.stick()
    tables = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    shop.configure(tables=tables + 'from_address = "texts@shop.example"\n')
    written = shop.file.read_text().replace(
        "[http]\n", f'timezone = "{zone_of_noon()}"\n[http]\npage_url = "https://sms.shop.lan/"\n'
    )
    shop.file.write_text(written)
    shop.start()
    shop.modem("counter", "ready")
    marie = {"name": "marie", "display_name": "Marie", "role": "manager", "language": "fr"}
    shop.http("POST", "/v1/users", marie | {"email": "marie@shop.example"})
    shop.sticks["counter"].order("text_in", **{"from": CUSTOMER, "text": "Est-ce prêt ?"})
    shop.until(lambda: shop.http("GET", "/v1/supervision/digest").json["waiting"] or None)

    def goes_at(at: str) -> Any:
        return shop.http("PATCH", "/v1/settings", {"daily_digest_at": at})

    assert goes_at("18:00").status == 200

    shop.daemon.until("daily_digest_begins")
    assert goes_at("06:00").status == 200
    mail = box.got.get(timeout=PATIENCE_SECONDS)
    assert mail["To"] == "marie@shop.example"
    assert "1 attend une réponse" in mail["Subject"]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "https://sms.shop.lan/inbox/waiting/cnv_" in plain.get_content()
    assert "Est-ce prêt" not in plain.get_content() + html.get_content()

    shop.stop()
    shop.start()
    zoe = {"name": "zoe", "display_name": "Zoé", "role": "manager", "email": "zoe@shop.example"}
    shop.http("POST", "/v1/users", zoe)
    # So it has looked since the start, and would have queued Marie's in the same transaction.
    shop.daemon.until("daily_digest_begins")
    figures = shop.http("GET", "/metrics").body.decode()
    assert "\ngatewayd_mail_pending 0.0\n" in figures
    assert box.got.empty()

"""A modem fails: the administrator hears of it once, by the other and by e-mail; and of its end.

Long: a trouble must last half a minute before it is told.
"""

from collections.abc import Callable
from typing import Any

import pytest

ADMINISTRATOR = "+15145550999"
PATIENCE_SECONDS = 90

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


def test_a_modem_that_fails_is_told_once_and_its_end_too(
    new_gateway: Callable[[], Any], postbox: tuple[int, Any]
) -> None:
    port, box = postbox
    shop = new_gateway()
    shop.stick("counter", "--number", "+15145550100")
    shop.stick("spare", "--number", "+15145550101")
    shop.configure(
        tables=f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        'from_address = "texts@shop.example"\n'
        f'[alarms]\nsms_to = ["{ADMINISTRATOR}"]\nemail_to = ["it@shop.example"]\n'
        'about = ["modem"]\nafter = "30s"\n'
    )
    shop.start()
    for name in ("counter", "spare"):
        shop.modem(name, "ready")

    shop.sticks["counter"].order("unplug")
    mail = box.got.get(timeout=PATIENCE_SECONDS)
    assert mail["To"] == "it@shop.example"
    assert "counter" in mail["Subject"] + mail.get_body(("plain",)).get_content()
    told = shop.until(lambda: texts(shop, at_least=1))
    assert [text for text in told if "modem counter has not worked since" in text] == told
    assert shop.sticks["spare"].ledger("text", ADMINISTRATOR)

    shop.sticks["counter"].order("replug")
    shop.modem("counter", "ready")
    mail = box.got.get(timeout=PATIENCE_SECONDS)
    assert "works again" in mail.get_body(("plain",)).get_content()
    told = shop.until(lambda: texts(shop, at_least=2))
    assert len([text for text in told if "modem counter works again" in text]) == 1
    assert len(told) == 2


def texts(shop: Any, *, at_least: int) -> list[str] | None:
    """What came to the administrator's phone from either modem."""
    came = [
        entry["text"]
        for stick in shop.sticks.values()
        for entry in stick.ledger("text", ADMINISTRATOR)
    ]
    return came if len(came) >= at_least else None

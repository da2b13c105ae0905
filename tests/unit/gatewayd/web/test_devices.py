"""A browser by the name that its owner knows it by."""

import pytest

from gatewayd.web.devices import device_name

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Firefox/140.0", "Firefox · Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome · Linux"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/1 Safari/1 Edg/1", "Edge · Windows"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari · iPhone"),
        (f"{MOZILLA} (Linux; Android 15) {WEBKIT} Chrome/1 Mobile Safari/1", "Chrome · Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 100, "x" * 80),
        ("", ""),
    ],
)
def test_it_is_named(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name

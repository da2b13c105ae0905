from pathlib import Path

import pytest

from config.build import keys_of
from config.compat import CompatSettings
from gatewayd.compat.mount import ENDPOINTS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text(encoding="utf-8")


def test_every_api_has_its_switch() -> None:
    assert list(ENDPOINTS) == list(keys_of(CompatSettings))


@pytest.mark.parametrize("api", ENDPOINTS)
def test_every_api_is_documented_with_its_addresses(api: str) -> None:
    assert f"`[compat] {api} = true`" in DOCUMENT
    for endpoint in ENDPOINTS[api]:
        assert f"`{endpoint.path}`" in DOCUMENT, endpoint.path

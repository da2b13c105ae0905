"""A shop's gateway for whoever reads the API's documents to it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

TABLES = """
[webhooks]
allowed_networks = ["127.0.0.0/8"]
"""


class Furnished:
    """The daemon with a modem, and the way to put something into it."""

    password = "three blue bicycles"

    def __init__(self, gateway: Any) -> None:
        self.gateway = gateway

    def api(self, method: str, path: str, body: object = None) -> Any:
        answer = self.gateway.http(method, path, body)
        assert answer.status < 300, (method, path, answer.body)
        return answer.json if answer.body else None

    def people(self, *names: str) -> dict[str, str]:
        """Add administrators with a password; gives their ids."""
        found = {}
        for name in names:
            made = {"name": name, "display_name": name.title(), "role": "admin"}
            found[name] = self.api("POST", "/v1/users", made)["id"]
            password = {"password": self.password}
            self.api("PUT", f"/v1/users/{found[name]}/password", password)
        return found


@pytest.fixture
def furnished(make_gateway: Callable[[Path], Any]) -> Iterator[Furnished]:
    with TemporaryDirectory(prefix="gw-") as folder, closing(make_gateway(Path(folder))) as gateway:
        gateway.stick("counter", "--number", "+15145550100")
        gateway.configure(tables=TABLES)
        gateway.start()
        gateway.modem("counter", "ready")
        yield Furnished(gateway)


@pytest.fixture
def faults_of() -> Callable[[Any], Callable[[], list[str]]]:
    """Tell what a daemon logs from now on as its own fault."""

    def watch(gateway: Any) -> Callable[[], list[str]]:
        before = len(gateway.daemon.log)
        signs = ('"level": "error"', '"level": "critical"', "Traceback")
        return lambda: [row for row in gateway.daemon.log[before:] if any(s in row for s in signs)]

    return watch

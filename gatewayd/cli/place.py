"""Where this machine stands, as far as its own settings tell. Guesses, which a person confirms."""

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path

from config.countries import COUNTRIES
from config.schema import Settings

_LOCALTIME = Path("/etc/localtime")
_ZONES = Path("/usr/share/zoneinfo/zone.tab")


def guess_country(environment: Mapping[str, str] = os.environ) -> str | None:
    """Guess the country from the time zone, else from the language; None when neither tells."""
    return _from_zone(local_zone()) or _from_language(environment)


def local_zone() -> str | None:
    """Give this machine's time zone by its IANA name; None where it has only a file."""
    try:
        target = str(_LOCALTIME.readlink())
    except OSError:
        return None
    _, found, name = target.partition("zoneinfo/")
    return name if found else None


def page_address(settings: Settings) -> str:
    """Give the page's address as far as the configuration tells: a name, where it has one."""
    http = settings.http
    host = http.host
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        host = http.allowed_hosts[0] if http.allowed_hosts else socket.gethostname()
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if settings.http_tls.enabled else "http"
    return f"{scheme}://{host}:{http.port}"


def _from_zone(zone: str | None, table: Path = _ZONES) -> str | None:
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        country, *rest = line.split("\t")
        if len(rest) > 1 and rest[1] == zone and country in COUNTRIES:
            return country
    return None


def _from_language(environment: Mapping[str, str]) -> str | None:
    for name in ("LC_ALL", "LC_TELEPHONE", "LANG"):
        match = re.match(r"[a-z]{2,3}_([A-Z]{2})", environment.get(name, ""))
        if match and match[1] in COUNTRIES:
            return match[1]
    return None

"""Where people open the page, for links in what they are sent."""

from config.schema import Settings
from gatewayd.tls.addresses import lan_addresses

_LOOPBACK = "127.0.0.1"


def page_address(settings: Settings) -> str:
    """Give the page's address, without a slash at its end.

    It is what the configuration says, else put together of the name and the port that it has.
    """
    http = settings.http
    if http.page_url is not None:
        return http.page_url
    scheme = "https" if settings.http_tls.enabled else "http"
    return f"{scheme}://{_host(settings)}:{http.port}"


def _host(settings: Settings) -> str:
    http = settings.http
    named = [name for name in http.allowed_hosts if name.endswith(".local")]
    found = next(iter([*named, *http.allowed_hosts]), _LOOPBACK)
    if not http.allowed_hosts and not http.listen.is_loopback:
        found = str(next(iter(lan_addresses()), _LOOPBACK))
    return f"[{found}]" if ":" in found else found

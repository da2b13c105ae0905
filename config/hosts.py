"""From a TOML value to names and addresses of machines and mailboxes, as config.values does it."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from config.values import UnfitError, string_of

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*")
# No quotes, no comments, no brackets: what people have.
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]{1,64}"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM}){{0,8}}@(?P<host>[^@]{{1,253}})", re.ASCII)
_ROOT = re.compile(
    r"https?://(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[^\s/:\[\]]+))(?::[0-9]{1,5})?", re.IGNORECASE
)
Network = IPv4Network | IPv6Network


def host_name(value: object) -> str:
    """Read one host name or IP address, without a port."""
    expected = 'expected a host name without a port, such as "mail.shop.example"'
    text = string_of(value, expected)
    if not (_HOST_NAME.fullmatch(text) or _is_ip(text)):
        raise UnfitError(expected)
    return text.lower()


def email_address(value: object) -> str:
    """Read one plain e-mail address."""
    expected = 'expected an e-mail address, such as "texts@shop.example"'
    text = string_of(value, expected)
    match = _EMAIL.fullmatch(text)
    if match is None or not _HOST_NAME.fullmatch(match["host"]):
        raise UnfitError(expected)
    return text


def host_names(value: object) -> tuple[str, ...]:
    """Read a list of host names or IP addresses, without ports."""
    expected = 'expected a list of host names without ports, such as ["sms.shop.lan"]'
    if not isinstance(value, list):
        raise UnfitError(expected)
    for item in value:
        if not isinstance(item, str) or not (_HOST_NAME.fullmatch(item) or _is_ip(item)):
            raise UnfitError(expected)
    return tuple(item.lower() for item in value)


def page_url(value: object) -> str:
    """Read the address of a site's root; gives it without a slash at its end."""
    expected = 'expected an address such as "https://sms.shop.example", without a path'
    text = string_of(value, expected).removesuffix("/")
    match = _ROOT.fullmatch(text)
    host = "" if match is None else match["name"] or match["six"]
    if not (_HOST_NAME.fullmatch(host) or _is_ip(host)):
        raise UnfitError(expected)
    return text.lower()


def networks(value: object) -> tuple[Network, ...]:
    """Read a list of IP networks or single addresses."""
    expected = 'expected a list of networks, such as ["192.168.1.0/24", "127.0.0.1"]'
    if not isinstance(value, list):
        raise UnfitError(expected)
    found = []
    for item in value:
        if not isinstance(item, str):
            raise UnfitError(expected)
        try:
            found.append(ip_network(item))
        except ValueError:
            raise UnfitError(expected) from None
    return tuple(found)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

"""What must be true of several keys together.

Owns the rules that no single key can break. Must not know lines, files or wording of messages
beyond what was expected.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from config.lines import KeyPath
from config.schema import CANARY_TO_SELF, InboxSettings, Settings, SmtpSecurity
from config.values import format_duration

# sockaddr_un.sun_path holds 108 octets, the last one NUL.
_LONGEST_SOCKET_PATH = 107

Finding = tuple[KeyPath, object, str]


def check_across(settings: Settings) -> Iterator[Finding]:
    """Yield each finding: where, the value there, and what was expected."""
    yield from _modems(settings)
    yield from _canaries(settings)
    yield from _inboxes(settings)
    yield from _smtp(settings)
    yield from _tls(settings)
    yield from _alert_receivers(settings)
    if len(bytes(settings.http.socket)) > _LONGEST_SOCKET_PATH:
        yield (
            ("http", "socket"),
            str(settings.http.socket),
            f"expected at most {_LONGEST_SOCKET_PATH} octets (the default is in data_dir)",
        )
    if settings.storage.url is not None:
        # Falling back to SQLite in silence would put the messages where nobody looks for them.
        yield (
            ("storage", "url"),
            None,
            "this version stores in SQLite only; take it out to use gatewayd.db in data_dir",
        )


def _modems(settings: Settings) -> Iterator[Finding]:
    modems = settings.modems
    names = Counter(modem.name for modem in modems)
    imeis = Counter(modem.imei for modem in modems if modem.imei)
    devices = Counter(modem.device for modem in modems if modem.device != "auto")
    several_auto = sum(modem.device == "auto" for modem in modems) > 1
    for index, modem in enumerate(modems):
        if names[modem.name] > 1:
            yield (("modems", index, "name"), modem.name, "expected a name of its own per modem")
        if modem.imei and imeis[modem.imei] > 1:
            yield (("modems", index, "imei"), modem.imei, "expected an IMEI of its own per modem")
        if devices[modem.device] > 1:
            yield (
                ("modems", index, "device"),
                modem.device,
                "expected a device of its own per modem",
            )
        if several_auto and modem.device == "auto" and modem.imei is None:
            yield (
                ("modems", index, "device"),
                modem.device,
                'expected imei = "…" beside it, since several modems are "auto"',
            )


def _canaries(settings: Settings) -> Iterator[Finding]:
    names = {modem.name for modem in settings.modems}
    for index, modem in enumerate(settings.modems):
        to = modem.canary_to
        known = to is None or to == CANARY_TO_SELF or to.startswith("+")
        if not known and to not in names - {modem.name}:
            others = ", ".join(sorted(names - {modem.name})) or "there is none"
            yield (
                ("modems", index, "canary_to"),
                to,
                f'expected "self", a number, or the name of another modem ({others})',
            )
        if to is not None and modem.canary_within > modem.canary_every:
            yield (
                ("modems", index, "canary_within"),
                format_duration(modem.canary_within),
                f"expected at most canary_every, {format_duration(modem.canary_every)}",
            )


def _inboxes(settings: Settings) -> Iterator[Finding]:
    modems = {modem.name: modem.inbox for modem in settings.modems}
    names = Counter(inbox.name for inbox in settings.inboxes)
    for index, inbox in enumerate(settings.inboxes):
        where: KeyPath = ("inboxes", index, "name")
        if names[inbox.name] > 1:
            yield (where, inbox.name, "expected each inbox once")
        if inbox.name not in modems.values():
            yield (where, inbox.name, "expected an inbox that a [[modems]] entry names")
        strange = [name for name in inbox.failover_to if name not in modems]
        if strange:
            known = ", ".join(modems)
            yield (
                ("inboxes", index, "failover_to"),
                list(inbox.failover_to),
                f"expected names of [[modems]] entries, which are {known}",
            )
        elif inbox.failover_to and not _another_can(inbox, modems):
            yield (
                ("inboxes", index, "failover_to"),
                list(inbox.failover_to),
                "expected another modem than the only one that serves the inbox",
            )


def _another_can(inbox: InboxSettings, modems: Mapping[str, str]) -> bool:
    own = {name for name, served in modems.items() if served == inbox.name}
    return len(own | set(inbox.failover_to)) > 1


def _smtp(settings: Settings) -> Iterator[Finding]:
    smtp = settings.smtp
    if settings.alarms.email_to and smtp.host is None:
        yield (("alarms", "email_to"), None, "expected beside a mail server, [smtp] host")
    if smtp.host is not None and smtp.from_address is None:
        yield (("smtp", "from_address"), None, "expected beside host: whom the e-mail comes from")
    if (smtp.user is None) != (smtp.password_file is None):
        missing = "user" if smtp.user is None else "password_file"
        yield (("smtp", missing), None, "expected: user and password_file go together")
    if smtp.user is not None and smtp.security is SmtpSecurity.NONE:
        yield (
            ("smtp", "security"),
            smtp.security.value,
            'expected "starttls" or "tls": the password would be read on the way',
        )


def _tls(settings: Settings) -> Iterator[Finding]:
    tls = settings.http_tls
    if (tls.certificate is None) != (tls.key is None):
        missing = "certificate" if tls.certificate is None else "key"
        yield (("http", "tls", missing), None, "expected: certificate and key go together")
    if tls.local_authority and tls.certificate is not None:
        yield (
            ("http", "tls", "local_authority"),
            True,
            "expected either this or a certificate and its key",
        )
    if tls.plain_listen is not None and not (tls.enabled or tls.key is not None):
        yield (
            ("http", "tls", "plain_listen"),
            str(tls.plain_listen),
            "expected beside a certificate and its key, or local_authority = true",
        )
    if tls.plain_listen is not None and tls.plain_listen.port == settings.http.port != 0:
        yield (
            ("http", "tls", "plain_listen"),
            str(tls.plain_listen),
            "expected another port than that of [http] listen",
        )


def _alert_receivers(settings: Settings) -> Iterator[Finding]:
    names = Counter(receiver.name for receiver in settings.alert_receivers)
    inboxes = {modem.inbox for modem in settings.modems}
    for index, receiver in enumerate(settings.alert_receivers):
        where: KeyPath = ("alert_receivers", index)
        if names[receiver.name] > 1:
            yield ((*where, "name"), receiver.name, "expected a name of its own per table")
        if receiver.inbox is not None and receiver.inbox not in inboxes:
            expected = "expected an inbox that a [[modems]] entry names"
            yield ((*where, "inbox"), receiver.inbox, expected)

"""The configuration as types: each key once, with its default, its notation and what it is for.

Owns the shape. Must not know files (that is :mod:`config.load`), nor what the values do.
What managers may change later is only seeded from here.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from config import hosts, values
from config.alarms import AlarmSettings
from config.compat import AlertReceiverSettings, CompatSettings
from config.hosts import Network
from config.keys import key as _key
from config.keys import secret as _secret
from config.secrets import SecretSource
from config.tls import TlsSettings
from config.values import Listen, Price

DEFAULT_DATA_DIR = Path("/var/lib/gatewayd")


class Language(StrEnum):
    """Languages of what people read."""

    EN = "en"
    FR = "fr"


class OnUnknown(StrEnum):
    """What to do with a message that may or may not have been sent."""

    HOLD = "hold"
    RESEND = "resend"


class NationalShift(StrEnum):
    """National alphabets that a text may be written with where that saves parts."""

    SPANISH = "spanish"
    PORTUGUESE = "portuguese"
    TURKISH = "turkish"


CANARY_TO_SELF = "self"


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class LogLevel(StrEnum):
    """The least severe entries that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How an entry is written; ``auto`` is ``console`` on a terminal and ``json`` elsewhere."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """``[gateway]``: who we are and where we keep things."""

    name: str = field(default="gatewayd", metadata=_key(values.line(60), "the business's name"))
    country: str = field(metadata=_key(values.country, "how national numbers are read"))
    timezone: str = field(default="UTC", metadata=_key(values.timezone, "the shop's time zone"))
    language: Language = field(
        default=Language.EN,
        metadata=_key(values.choice(Language), "language of the doctor's sentences"),
    )
    data_dir: Path = field(
        default=DEFAULT_DATA_DIR, metadata=_key(values.path, "database, lock, backups")
    )

    @property
    def region(self) -> str:
        """The two letters of the country, without its province."""
        return self.country[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """``[http]``: where the API listens."""

    listen: Listen = field(
        default=Listen(host="127.0.0.1", port=8767),
        metadata=_key(values.listen, "address and port of the API"),
    )
    socket: Path = field(metadata=_key(values.path, "unix socket for the command line"))
    allowed_hosts: tuple[str, ...] = field(
        default=(), metadata=_key(hosts.host_names, "further names a request's Host may carry")
    )
    trusted_proxies: tuple[Network, ...] = field(
        default=(), metadata=_key(hosts.networks, "reverse proxies whose word on a client counts")
    )
    page_url: str | None = field(
        default=None, metadata=_key(hosts.page_url, "where staff open the page, for links in mail")
    )

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.host

    @property
    def port(self) -> int:
        """The TCP port to listen on; 0 lets the system choose."""
        return self.listen.port


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSettings:
    """``[[modems]]``: one modem that we may use."""

    name: str = field(metadata=_key(values.name, "what people and logs call it"))
    device: str = field(default="auto", metadata=_key(values.device, "where it is"))
    imei: str | None = field(
        default=None, metadata=_key(values.digits(14, 16, "printed on it"), "which one it is")
    )
    pin_file: SecretSource | None = field(
        default=None, metadata=_key(_secret, "file or credential with the SIM's PIN")
    )
    smsc: str | None = field(
        default=None, metadata=_key(values.number, "service centre, where the SIM has none")
    )
    number: str | None = field(
        default=None, metadata=_key(values.number, "the SIM's own number, where it does not know")
    )
    inbox: str = field(default="main", metadata=_key(values.name, "where its messages arrive"))
    min_interval_ms: int = field(
        default=0,
        metadata=_key(values.whole(0, 3_600_000), "least time between two sends"),
    )
    max_per_hour: int | None = field(
        default=None, metadata=_key(values.whole(1, 100_000), "most parts an hour")
    )
    max_per_day: int | None = field(
        default=None, metadata=_key(values.whole(1, 1_000_000), "most parts a day")
    )
    max_per_month: int | None = field(
        default=None, metadata=_key(values.whole(1, 10**7), "most parts a month")
    )
    price_per_part: Price | None = field(
        default=None, metadata=_key(values.price, "what one part costs")
    )
    canary_to: str | None = field(
        default=None, metadata=_key(values.canary_target, "where its test messages go")
    )
    canary_every: timedelta = field(
        default=timedelta(hours=6),
        metadata=_key(
            values.duration(timedelta(minutes=10), timedelta(days=30)),
            "how often a test message is sent",
        ),
    )
    canary_within: timedelta = field(
        default=timedelta(minutes=15),
        metadata=_key(
            values.duration(timedelta(minutes=1), timedelta(days=1)),
            "how long a test message may take to arrive",
        ),
    )
    balance_code: str | None = field(
        default=None, metadata=_key(values.ussd_path, "USSD code that tells the SIM's balance")
    )
    balance_every: timedelta = field(
        default=timedelta(days=1),
        metadata=_key(
            values.duration(timedelta(minutes=10), timedelta(days=31)), "how often it is asked"
        ),
    )
    balance_pattern: str | None = field(
        default=None, metadata=_key(values.amount_pattern, "where in the answer the amount stands")
    )
    balance_low: Price | None = field(
        default=None, metadata=_key(values.price, "less than this is told as an incident")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """``[[inboxes]]``: what an inbox may do that others may not."""

    name: str = field(metadata=_key(values.name, "the inbox that a modem's entry names"))
    failover_to: tuple[str, ...] = field(
        default=(),
        metadata=_key(values.names, "modems that send what its own cannot: another number"),
    )
    failover_after: timedelta = field(
        default=timedelta(minutes=15),
        metadata=_key(
            values.duration(timedelta(seconds=1), timedelta(days=7)),
            "how long its own modems must have been unable to",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """``[storage]``: which database."""

    url: str | None = field(
        default=None,
        metadata=_key(values.line(1000), "another database than SQLite in data_dir"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingSettings:
    """``[sending]``: how hard we try, and when we stop."""

    on_unknown: OnUnknown = field(
        default=OnUnknown.HOLD,
        metadata=_key(values.choice(OnUnknown), "what to do when nobody knows"),
    )
    resend_after: timedelta = field(
        default=timedelta(minutes=10),
        metadata=_key(
            values.duration(timedelta(minutes=1), timedelta(days=7)),
            "how long to look for evidence before a re-send",
        ),
    )
    max_attempts: int = field(
        default=5, metadata=_key(values.whole(1, 100), "tries of a part that is refused for now")
    )
    pause_after_refused: int = field(
        default=5,
        metadata=_key(
            values.whole(2, 1000), "messages refused in a row, after which a SIM sends no more"
        ),
    )
    max_parts: int = field(
        default=10, metadata=_key(values.whole(1, 255), "the longest text that is taken, in parts")
    )
    validity: timedelta = field(
        default=timedelta(days=2),
        metadata=_key(
            values.duration(timedelta(minutes=5), timedelta(weeks=63)),
            "how long the network may try to deliver",
        ),
    )
    national_shift: tuple[NationalShift, ...] = field(
        default=(),
        metadata=_key(values.several(NationalShift), "national alphabets that may save parts"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingSettings:
    """``[receiving]``: what to do with what arrives in pieces."""

    multipart_wait: timedelta = field(
        default=timedelta(minutes=10),
        metadata=_key(
            values.duration(timedelta(seconds=1), timedelta(days=7)),
            "how long to wait for missing parts before a message is shown with its gaps",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """``[retention]``: how long things are kept."""

    events: timedelta = field(
        default=timedelta(days=30),
        metadata=_key(
            values.duration(timedelta(hours=1), timedelta(days=3650)), "the journal of events"
        ),
    )
    messages: timedelta | None = field(
        default=None,
        metadata=_key(
            values.duration(timedelta(days=1), timedelta(days=36_500)),
            "what was written, where an inbox has not set its own; unset: for good",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """``[webhooks]``: which of our own networks events may be posted to."""

    allowed_networks: tuple[Network, ...] = field(
        default=(),
        metadata=_key(hosts.networks, "networks that are not public and yet may be reached"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """``[smtp]``: the mail server that takes e-mail for rules; none without a host."""

    host: str | None = field(default=None, metadata=_key(hosts.host_name, "the mail server"))
    port: int | None = field(
        default=None, metadata=_key(values.whole(1, 65_535), "its port; by default security's own")
    )
    security: SmtpSecurity = field(
        default=SmtpSecurity.STARTTLS,
        metadata=_key(values.choice(SmtpSecurity), "how the connection is protected"),
    )
    user: str | None = field(
        default=None, metadata=_key(values.line(200), "who logs in, where it asks for that")
    )
    password_file: SecretSource | None = field(
        default=None, metadata=_key(_secret, "file or credential with the password")
    )
    from_address: str | None = field(
        default=None, metadata=_key(hosts.email_address, "whom the e-mail comes from")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """``[logging]``: what is written to stderr; never the text of a message."""

    level: LogLevel = field(
        default=LogLevel.INFO, metadata=_key(values.choice(LogLevel), "the least severe entries")
    )
    format: LogFormat = field(
        default=LogFormat.AUTO, metadata=_key(values.choice(LogFormat), "how entries are written")
    )
    mask_numbers: bool = field(
        default=True, metadata=_key(values.flag, "hide all but the ends of phone numbers")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything IT decided, complete and checked."""

    gateway: GatewaySettings
    http: HttpSettings
    http_tls: TlsSettings = field(default_factory=TlsSettings)
    modems: tuple[ModemSettings, ...] = ()
    inboxes: tuple[InboxSettings, ...] = ()
    storage: StorageSettings = field(default_factory=StorageSettings)
    sending: SendingSettings = field(default_factory=SendingSettings)
    receiving: ReceivingSettings = field(default_factory=ReceivingSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    compat: CompatSettings = field(default_factory=CompatSettings)
    alert_receivers: tuple[AlertReceiverSettings, ...] = ()
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)

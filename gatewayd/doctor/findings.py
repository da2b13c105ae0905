"""What the doctor can find: each trouble's code once, how severe it is, and what shows it.

Owns the list of codes. Knows no sentence: those stand in ``texts_en`` and ``texts_fr``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Whether something must be done."""

    TROUBLE = "trouble"
    NOTE = "note"


class Code(StrEnum):
    """Every finding there is; docs/doctor.md lists them too, and a test compares."""

    # configuration and host
    CONFIG_MISSING = "config_missing"
    CONFIG_WRONG = "config_wrong"
    CONFIG_ODD = "config_odd"
    CERTIFICATE_UNFIT = "certificate_unfit"
    CLOCK_WRONG = "clock_wrong"
    # the daemon
    DAEMON_STOPPED = "daemon_stopped"
    DAEMON_SILENT = "daemon_silent"
    DAEMON_FORBIDDEN = "daemon_forbidden"
    DAEMON_VERSION = "daemon_version"
    HTTP_PORT_TAKEN = "http_port_taken"
    # data
    STORE_UNAVAILABLE = "store_unavailable"
    DISK_LOW = "disk_low"
    FOLDER_FORBIDDEN = "folder_forbidden"
    FOLDER_OPEN = "folder_open"
    FILES_FOREIGN = "files_foreign"
    DATABASE_DAMAGED = "database_damaged"
    DATABASE_NEWER = "database_newer"
    DATABASE_NOT_CHECKED = "database_not_checked"
    BACKUP_OLD = "backup_old"
    # ports
    NO_MODEM_CONFIGURED = "no_modem_configured"
    NO_MODEM = "no_modem"
    STICK_HILINK = "stick_hilink"
    STICK_CDROM = "stick_cdrom"
    DEVICE_MISSING = "device_missing"
    DEVICE_UNUSABLE = "device_unusable"
    STICK_SHARED = "stick_shared"
    OTHER_MODEM = "other_modem"
    PORT_FORBIDDEN = "port_forbidden"
    PORT_BUSY = "port_busy"
    PORT_BUSY_UNSEEN = "port_busy_unseen"
    PORT_BUSY_MODEMMANAGER = "port_busy_modemmanager"
    MODEMMANAGER_RUNS = "modemmanager_runs"
    WRONG_PORT = "wrong_port"
    PORT_SILENT = "port_silent"
    NO_PORT_ANSWERS = "no_port_answers"
    USB_RESET_MISSING = "usb_reset_missing"
    # SIM
    NO_SIM = "no_sim"
    SIM_FAILURE = "sim_failure"
    SIM_UNCLEAR = "sim_unclear"
    SIM_CHANGED = "sim_changed"
    SIM_PUK = "sim_puk"
    SIM_LOCKED = "sim_locked"
    PIN_MISSING = "pin_missing"
    PIN_UNREADABLE = "pin_unreadable"
    PIN_REFUSED = "pin_refused"
    PIN_ATTEMPTS = "pin_attempts"
    PHONE_SIM = "phone_sim"
    # network
    NOT_REGISTERED = "not_registered"
    REGISTRATION_DENIED = "registration_denied"
    ROAMING_REFUSED = "roaming_refused"
    NO_SERVICE_CENTRE = "no_service_centre"
    WEAK_SIGNAL = "weak_signal"
    # the modem at work
    STORE_FULL = "store_full"
    MUTED = "muted"
    MUTED_WAITING = "muted_waiting"
    LIMIT_REACHED = "limit_reached"
    SENDING_PAUSED = "sending_paused"
    MODEM_UNFIT = "modem_unfit"
    MODEM_SICK = "modem_sick"
    MODEM_NOT_READY = "modem_not_ready"
    MODEM_STARTING = "modem_starting"
    LOW_CREDIT = "low_credit"
    INCIDENT_OPEN = "incident_open"
    # the messages
    MESSAGES_UNKNOWN = "messages_unknown"


NOTES = frozenset(
    {
        Code.CONFIG_ODD,
        Code.DATABASE_NOT_CHECKED,
        Code.BACKUP_OLD,
        Code.MODEMMANAGER_RUNS,
        Code.USB_RESET_MISSING,
        Code.PHONE_SIM,
        Code.MUTED,
        Code.MODEM_STARTING,
        Code.INCIDENT_OPEN,
        Code.MESSAGES_UNKNOWN,
    }
)
"""Good to know; with nothing else found, the doctor is content."""


class Sign(StrEnum):
    """What a piece of evidence is; its name in each language stands in the tables of words."""

    FILE = "file"
    FOLDER = "folder"
    PROBLEMS = "problems"
    SAID = "said"
    STATE = "state"
    TIME = "time"
    NEWEST = "newest"
    VERSION = "version"
    OURS = "ours"
    ADDRESS = "address"
    PROCESS = "process"
    FREE = "free"
    BACKUP = "backup"
    OWNER = "owner"
    MODE = "mode"
    USER = "user"
    GROUP = "group"
    DEVICE = "device"
    OTHER_PORTS = "other_ports"
    STICK = "stick"
    USB_ID = "usb_id"
    OPERATOR = "operator"
    REGISTRATION = "registration"
    SIGNAL = "signal"
    SIM = "sim"
    USED = "used"
    QUEUE = "queue"
    LIMITS = "limits"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One trouble or note. ``subject`` is the modem, stick or file that it is about."""

    code: Code
    subject: str = ""
    evidence: Mapping[Sign, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Fixed by the code."""
        return Severity.NOTE if self.code in NOTES else Severity.TROUBLE

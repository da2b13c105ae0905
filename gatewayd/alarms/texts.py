"""What an alarm says, in English and French. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from config.alarms import AlarmKind
from config.schema import Language
from gatewayd.alarms.model import Moment, Notice

_BEGIN: Mapping[Language, Mapping[AlarmKind, str]] = {
    Language.EN: {
        AlarmKind.MODEM: "modem {name} has not worked since {since} ({detail})",
        AlarmKind.STORE: "the database takes nothing since {since} ({detail}); new messages are "
        "refused",
        AlarmKind.DISK: "the disk is nearly full: {detail} left",
        AlarmKind.CERTIFICATE: "the certificate ends on {detail}",
    },
    Language.FR: {
        AlarmKind.MODEM: "le modem {name} ne marche plus depuis {since} ({detail})",
        AlarmKind.STORE: "la base de données ne prend plus rien depuis {since} ({detail}); les "
        "nouveaux messages sont refusés",
        AlarmKind.DISK: "le disque est presque plein : il reste {detail}",
        AlarmKind.CERTIFICATE: "le certificat expire le {detail}",
    },
}
_OVER: Mapping[Language, Mapping[AlarmKind, str]] = {
    Language.EN: {
        AlarmKind.MODEM: "modem {name} works again; it did not from {since} to {until}",
        AlarmKind.STORE: "the database works again; it did not from {since} to {until}",
        AlarmKind.DISK: "the disk has room again",
        AlarmKind.CERTIFICATE: "the certificate has been renewed",
    },
    Language.FR: {
        AlarmKind.MODEM: "le modem {name} marche de nouveau; en panne de {since} à {until}",
        AlarmKind.STORE: "la base de données marche de nouveau; en panne de {since} à {until}",
        AlarmKind.DISK: "le disque a de nouveau de la place",
        AlarmKind.CERTIFICATE: "le certificat a été renouvelé",
    },
}
_DIGEST = {
    Language.EN: "{count} more alarms in the last day were not sent one by one; see `gatewayd "
    "events`",
    Language.FR: "{count} autres alarmes depuis un jour n’ont pas été envoyées une à une; voir "
    "`gatewayd events`",
}


def sentence(notice: Notice, *, business: str, language: Language, zone: tzinfo) -> str:
    """Say it in one line, with whose gateway it is."""
    if notice.moment is Moment.DIGEST:
        return f"{business}: " + _DIGEST[language].format(count=notice.count)
    kind, _, name = notice.key.partition(":")
    table = _BEGIN if notice.moment is Moment.BEGIN else _OVER
    words = table[language][AlarmKind(kind)].format(
        name=name,
        detail=notice.detail,
        since=_clock(notice.since_ms, zone),
        until=_clock(notice.until_ms, zone),
    )
    return f"{business}: {words}"


def _clock(ms: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone(zone).strftime("%m-%d %H:%M")

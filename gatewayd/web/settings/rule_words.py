"""A rule in words, for a list that one can read without knowing the notation. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from gatewayd.web.languages import N_, Tongue
from routing.model import Do, Priority, Rule, Target, TargetKind, When

_ALL = N_("is anything at all")
_CONDITIONS: Sequence[tuple[str, str]] = (
    ("inbox", N_("comes in to %(values)s")),
    ("modem", N_("comes by the modem %(values)s")),
    ("kind", N_("is of the kind %(values)s")),
    ("sender", N_("is from %(values)s")),
    ("list", N_("is from somebody in the list %(values)s")),
    ("contact", N_("is from a contact who is %(values)s")),
    ("tag", N_("is from a contact tagged %(values)s")),
    ("language", N_("is in the language %(values)s")),
    ("hours", N_("comes while you are %(values)s")),
    ("words", N_("has the words %(values)s")),
    ("pattern", N_("reads like %(values)s")),
)
_FIRST = N_("is somebody’s first text ever")
_NOT_FIRST = N_("is not somebody’s first text")
_HOLIDAY = N_("comes on a holiday")
_NO_HOLIDAY = N_("comes on no holiday")
_OR = N_(" or ")
_KNOWN: Mapping[str, str] = {
    "sms": N_("text"),
    "picture": N_("picture"),
    "missed_call": N_("missed call"),
    "report": N_("report"),
    "known": N_("known"),
    "unknown": N_("unknown"),
    "open": N_("open"),
    "closed": N_("closed"),
    "en": N_("English"),
    "fr": N_("French"),
}
_ASSIGN = N_("it goes to %(whom)s")
_TARGETS = {
    TargetKind.ON_DUTY: N_("who is there"),
    TargetKind.ON_CALL: N_("who is on call"),
}
_TEAM = N_("the team %(name)s")
_TAG = N_("it is tagged %(values)s")
_PRIORITY = {
    Priority.URGENT: N_("it is urgent for the team"),
    Priority.NORMAL: N_("it is of normal priority"),
    Priority.LOW: N_("it is of low priority"),
}
_ANSWER = N_("the answer is the template “%(values)s”")
_FORWARD = N_("it is forwarded by SMS to %(values)s")
_EMAIL = N_("it is e-mailed to %(values)s")
_WEBHOOK = N_("it is posted to %(values)s")
_FLAGS = (
    ("urgent", N_("while closed, the person on call is reached")),
    ("close", N_("the conversation is closed")),
    ("block", N_("the contact is blocked")),
    ("hold", N_("it is held for review")),
)
_NOTHING = N_("nothing is done")


def conditions(rule: Rule, tongue: Tongue) -> str:
    """Say when a rule fires."""
    return ", ".join(_conditions(rule.when, tongue)) or tongue.say(_ALL)


def effects(rule: Rule, tongue: Tongue) -> str:
    """Say what a rule does."""
    return ", ".join(_effects(rule.do, tongue)) or tongue.say(_NOTHING)


def _conditions(when: When, tongue: Tongue) -> Iterator[str]:
    for name, words in _CONDITIONS:
        value = getattr(when, name)
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if values:
            said = [_said(name, str(each), tongue) for each in values]
            yield tongue.say(words, values=tongue.say(_OR).join(said))
    if when.first_message is not None:
        yield tongue.say(_FIRST if when.first_message else _NOT_FIRST)
    if when.holiday is not None:
        yield tongue.say(_HOLIDAY if when.holiday else _NO_HOLIDAY)


def _said(name: str, value: str, tongue: Tongue) -> str:
    if name in {"kind", "contact", "hours", "language"}:
        return tongue.say(_KNOWN[value])
    return tongue.quoted(value) if name in {"words", "pattern"} else value


def _effects(do: Do, tongue: Tongue) -> Iterator[str]:
    if do.assign is not None:
        yield tongue.say(_ASSIGN, whom=_whom(do.assign, tongue))
    if do.tag:
        yield tongue.say(_TAG, values=", ".join(do.tag))
    if do.priority is not None:
        yield tongue.say(_PRIORITY[do.priority])
    if do.answer is not None:
        yield tongue.say(_ANSWER, values=do.answer)
    if do.forward:
        whom = ", ".join(_whom(each, tongue) for each in do.forward)
        yield tongue.say(_FORWARD, values=whom)
    if do.email:
        yield tongue.say(_EMAIL, values=", ".join(do.email))
    if do.webhook:
        yield tongue.say(_WEBHOOK, values=", ".join(do.webhook))
    for name, words in _FLAGS:
        if getattr(do, name):
            yield tongue.say(words)


def _whom(target: Target, tongue: Tongue) -> str:
    if target.kind is TargetKind.TEAM:
        return tongue.say(_TEAM, name=target.name)
    words = _TARGETS.get(target.kind)
    return target.name if words is None else tongue.say(words)

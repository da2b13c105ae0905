"""What came while somebody was writing, in one sentence: "Marie answered meanwhile"."""

from collections.abc import Mapping, Sequence

from gatewayd.web.languages import N_, Tongue
from storage.conversations.reading import EntryRow
from storage.conversations.timeline import EntryKind
from storage.queries import MessageRow

_WORDS = {
    EntryKind.NOTE: N_("%(name)s wrote a note meanwhile."),
    EntryKind.ASSIGNED: N_("%(name)s handed it over meanwhile."),
    EntryKind.CLOSED: N_("%(name)s closed it meanwhile."),
}
_ANSWERED = N_("%(name)s answered meanwhile.")
_WROTE = N_("The customer wrote again meanwhile.")
_SOMETHING = N_("Something happened here meanwhile.")


def moved_on(tongue: Tongue, since: Sequence[EntryRow], messages: Mapping[str, MessageRow]) -> str:
    """Say what matters most of it: that somebody answered, else the newest thing."""
    told = [_told(entry, messages.get(entry.message_id or "")) for entry in since]
    message, name = next((each for each in told if each[0] == _ANSWERED), told[0])
    return tongue.say(message, name=name)


def _told(entry: EntryRow, message: MessageRow | None) -> tuple[str, str]:
    if message is not None:
        if message.direction == "in":
            return _WROTE, ""
        return _ANSWERED, message.author_name or ""
    if entry.author is None:
        return _SOMETHING, ""
    return _WORDS.get(entry.kind, _SOMETHING), entry.author.name

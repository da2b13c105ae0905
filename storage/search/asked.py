"""Owns what a search asks for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from storage.search.words import Phrase


class Kind(StrEnum):
    """What can be found."""

    MESSAGE = "message"
    NOTE = "note"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """What is looked for, all of it; None does not narrow.

    ``numbers``: rows of digits, if what was typed may be a part of a number. ``hidden``: numbers
    are hidden from who asks, who finds one only by the ``whole`` of it. ``may_see``: the
    inboxes that whoever asks may look into. ``author_id`` wrote it; it is of ``contact_id``.
    ``since_ms`` is included, ``until_ms`` is not. Direction is of messages; author, conversation
    and times are of messages and notes: with one of them nothing else is found.
    """

    phrases: Sequence[Phrase]
    numbers: Collection[str] = ()
    hidden: bool = False
    whole: str | None = None
    kind: Kind | None = None
    may_see: Collection[str] | None = None
    inbox: str | None = None
    conversation_id: str | None = None
    contact_id: str | None = None
    author_id: str | None = None
    tag: str | None = None
    direction: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def kinds(self) -> frozenset[Kind]:
        """Of which kinds anything can be found at all."""
        if not self.phrases or self.inboxes == frozenset():
            return frozenset()
        kinds = set(Kind) if self.kind is None else {self.kind}
        of_texts = (self.author_id, self.since_ms, self.until_ms, self.conversation_id)
        if self.direction is not None:
            kinds &= {Kind.MESSAGE}
        elif any(one is not None for one in of_texts):
            kinds -= {Kind.CONTACT}
        return frozenset(kinds)

    @property
    def inboxes(self) -> frozenset[str] | None:
        """The inboxes to look into; None: all."""
        if self.inbox is None:
            return None if self.may_see is None else frozenset(self.may_see)
        allowed = self.may_see is None or self.inbox in self.may_see
        return frozenset({self.inbox}) if allowed else frozenset()

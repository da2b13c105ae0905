"""Fills a store as a shop does in three years: conversations, their messages, notes, tags.

The same numbers give the same store. Words are as rare and as common as in a language (Zipf), half
of the people write French. Knows what the tables want, and nothing of what is measured.
"""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from time import time

from storage.engine import FILE_NAME
from storage.migrate import migrate_sqlite

SEED = 1
_DAY_MS = 86_400_000
_YEARS_MS = 3 * 365 * _DAY_MS
_BATCH = 5_000
INBOXES = (("main", 70), ("ventes", 20), ("atelier", 9), ("quai", 1))
"""What share of the conversations lies in each, in percent."""

PEOPLE = tuple(f"usr_{number:026}" for number in range(12))
COMMON = [
    "je",
    "vous",
    "le",
    "la",
    "de",
    "et",
    "à",
    "est",
    "pour",
    "pas",
    "que",
    "merci",
    "bonjour",
    "oui",
    "c'est",
    "demain",
    "on",
    "un",
    "en",
    "il",
    "sera",
    "prêt",
    "the",
    "to",
    "you",
    "is",
    "it",
    "and",
    "for",
    "my",
    "can",
    "I",
    "ok",
    "thanks",
    "hello",
    "please",
    "order",
    "ready",
    "tomorrow",
    "at",
    "when",
    "we",
    "are",
    "commande",
    "heure",
    "rendez-vous",
    "été",
    "garage",
    "pneus",
    "livraison",
    "facture",
    "prix",
    "possible",
    "samedi",
    "coeur",
    "tires",
    "oil",
    "change",
    "appointment",
    "invoice",
    "price",
    "car",
    "morning",
    "available",
    "noël",
    "février",
    "août",
]
RARE = "hippopotame"
"""Stands in three messages."""

_FIRST = [
    "Amélie",
    "Bruno",
    "Chloé",
    "Denis",
    "Éloïse",
    "François",
    "Geneviève",
    "Hélène",
    "Ian",
    "Jean",
    "Kim",
    "Léa",
    "Marie",
]
_LAST = [
    "Tremblay",
    "Gagnon",
    "Roy",
    "Côté",
    "Bouchard",
    "Gauthier",
    "Morin",
    "Lavoie",
    "Fortin",
    "Smith",
    "Nguyen",
    "Singh",
]
_SYLLABLES = [
    "ba",
    "be",
    "bo",
    "cha",
    "con",
    "dé",
    "fla",
    "ga",
    "hi",
    "jou",
    "lé",
    "mar",
    "né",
    "pol",
    "qui",
    "ro",
    "sé",
    "ta",
    "tion",
    "vé",
    "ment",
    "er",
]
_STATES = (("closed", 85), ("waiting", 8), ("open", 5), ("snoozed", 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is to be."""

    conversations: int
    messages: int

    @property
    def name(self) -> str:
        """A folder's name for it."""
        return f"{self.conversations}-{self.messages}"


FULL = Size(conversations=100_000, messages=1_000_000)
SMALL = Size(conversations=2_000, messages=20_000)


def fill(folder: Path, size: Size) -> Path:
    """Make the store in a folder, or leave one that is there; give its file."""
    path = folder / FILE_NAME
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "unfinished.db"
    unfinished.unlink(missing_ok=True)
    migrate_sqlite(unfinished)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        _Filling(connection, size).run()
    unfinished.rename(path)
    return path


class _Filling:
    def __init__(self, connection: sqlite3.Connection, size: Size) -> None:
        self._connection = connection
        self._size = size
        self._random = random.Random(SEED)  # noqa: S311 - a store to measure, no secret
        self._end = now_ms()
        self._step_ms = _YEARS_MS // size.messages
        self._words = [*COMMON, *(self._made_up() for _ in range(20_000))]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self._rare = {self._random.randrange(size.messages) for _ in range(3)}
        self._inbox = [self._of(INBOXES) for _ in range(size.conversations)]
        self._last: dict[int, tuple[int, int, str]] = {}
        self._seq = 0

    def run(self) -> None:
        columns = "id name display_name version created_at_ms updated_at_ms"
        people = [(id_, id_, f"Person {place}", 1, 1, 1) for place, id_ in enumerate(PEOPLE)]
        self._many("people", columns, people)
        everybody = range(self._size.conversations)
        for first in everybody[::_BATCH]:
            self._contacts(everybody[first : first + _BATCH])
        # A few write every day, most of them once a year.
        activity = list(accumulate(1 / (place + 20) ** 0.6 for place in everybody))
        known = list(everybody)
        self._random.shuffle(known)
        all_messages = range(self._size.messages)
        for first in all_messages[::_BATCH]:
            numbers = all_messages[first : first + _BATCH]
            self._texts(numbers, self._random.choices(known, cum_weights=activity, k=len(numbers)))
        self._conversations()

    def _contacts(self, numbers: range) -> None:
        rows, phones, tags = [], [], []
        for number in numbers:
            first, last = self._random.choice(_FIRST), self._random.choice(_LAST)
            name = f"{first} {last}-{self._made_up().title()}" if number % 3 else None
            notes = self._text() if number % 10 == 0 else None
            rows.append((f"con_{number:026}", name, notes, 1, self._at(0), self._at(0)))
            phones.append((_phone(number), f"con_{number:026}", self._at(0)))
            if number % 20 == 0:
                tags.append((f"con_{number:026}", "vip" if number % 1000 == 0 else "regular"))
        columns = "id name notes version created_at_ms updated_at_ms"
        self._connection.execute("BEGIN")
        self._many("contacts", columns, rows)
        self._many("contact_numbers", "number contact_id added_at_ms", phones)
        self._many("contact_tags", "contact_id tag", tags)
        self._connection.execute("COMMIT")

    def _texts(self, numbers: range, whose: Sequence[int]) -> None:
        messages, entries, parts, attempts = [], [], [], []
        for number, customer in zip(numbers, whose, strict=True):
            out, at = self._random.random() < _ANSWERED, self._at(number)
            id_, text = f"msg_{number:026}", self._text()
            if number in self._rare:
                text = f"{text} {RARE}"
            author = self._random.choice(PEOPLE) if out else None
            state = "delivered" if out else "received"
            direction = "out" if out else "in"
            place = (f"cnv_{customer:026}", self._inbox[customer])
            head = (id_, direction, state, _phone(customer), text, *place, at)
            messages.append((*head, author and "person", author, author and "Marie"))
            entries.append((id_.replace("msg", "tml"), place[0], "message", at, id_, None, None))
            self._seq += 1
            self._last[customer] = (self._seq, at, direction)
            if number % 20 == 0:
                note = (id_.replace("msg", "not"), place[0], "note", at, None, self._text())
                entries.append((*note, self._random.choice(PEOPLE)))
                self._seq += 1
            if out:
                part = id_.replace("msg", "prt")
                parts.append((part, id_, _phone(customer), place[1], place[1], at, at))
                attempts.append((id_.replace("msg", "att"), part, at))
        self._connection.execute("BEGIN")
        self._many("messages", _MESSAGE, messages, encoding="gsm7", parts=1)
        self._many("timeline", _ENTRY, entries)
        self._many("parts", _PART, parts, **_PART_SAME)
        self._many("attempts", "id part_id started_at_ms", attempts, outcome="accepted")
        self._connection.execute("COMMIT")

    def _conversations(self) -> None:
        rows, tags = [], []
        for customer, (seq, at, direction) in self._last.items():
            state = self._of(_STATES)
            waits = at if state == "open" and direction == "in" else None
            person = self._random.choice(PEOPLE) if state != "closed" else None
            id_, contact = f"cnv_{customer:026}", f"con_{customer:026}"
            until = self._end + _DAY_MS if state == "snoozed" else None
            head = (id_, contact, self._inbox[customer], _phone(customer), state, person, until)
            rows.append((*head, waits, at, at, seq, at))
            if customer % 7 == 0:
                tags.append((id_, "devis" if customer % 49 else "litige"))
        self._connection.execute("BEGIN")
        self._many("conversations", _CONVERSATION, rows, priority="normal", version=1)
        self._many("conversation_tags", "conversation_id tag", tags)
        self._connection.execute("COMMIT")
        # The notes were there before the conversations whose inboxes they are found by.
        rebuild = "INSERT INTO timeline_search (timeline_search) VALUES ('rebuild')"
        self._connection.execute(rebuild)

    def _many(
        self, table: str, columns: str, rows: Sequence[tuple[object, ...]], **same: object
    ) -> None:
        names = [*columns.split(), *same]
        places = ", ".join("?" for _ in names)
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - ours
        self._connection.executemany(sql, [(*row, *same.values()) for row in rows])

    def _at(self, number: int) -> int:
        return self._end - _YEARS_MS + number * self._step_ms

    def _of(self, shares: Sequence[tuple[str, int]]) -> str:
        names, weights = zip(*shares, strict=True)
        return str(self._random.choices(names, weights=weights)[0])

    def _made_up(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.randrange(2, 5)))

    def _text(self) -> str:
        length = self._random.choice((2, 5, 8, 8, 12, 12, 16, 24))
        words = self._random.choices(self._words, cum_weights=self._weights, k=length)
        return " ".join(words).capitalize() + self._random.choice((".", "!", "?", ""))


def now_ms() -> int:
    """The time that the store ends at when it is made, and that daemons on it tell."""
    return int(time() * 1000)


def _phone(customer: int) -> str:
    return f"+1514{2_000_000 + customer * 7:07}"


_ANSWERED = 0.45
_MESSAGE = (
    "id direction state contact text conversation_id inbox created_at_ms"
    " author_type author_id author_name"
)
_ENTRY = "id conversation_id kind at_ms message_id text author_id"
_CONVERSATION = (
    "id contact_id inbox number state person_id snoozed_until_ms unanswered_since_ms"
    " last_in_ms last_out_ms last_seq created_at_ms"
)
_PART = "id message_id destination inbox lane due_at_ms accepted_at_ms"
_PART_SAME = {
    "number": 1,
    "total": 1,
    "state": "delivered",
    "tpdu": bytes(120),
    "priority": 1,
    "delivery_report": True,
    "tries": 1,
    "awaiting_report": False,
}

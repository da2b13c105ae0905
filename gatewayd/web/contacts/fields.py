"""What is written of a contact into a form, read within the limits that the API has too."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from gatewayd.web.languages import N_
from gatewayd.web.number_words import number_words
from gatewayd.web.route import Visit
from gatewayd.web.tags import tags_of
from storage.contacts import ContactRow

LONGEST_NAME = 60
LONGEST_NOTES = 5000
LONGEST_ID = 200
LANGUAGES = ("en", "fr")
_MOST_NUMBERS = 20
_LONGEST_WRITTEN = 2000
_VERSION = re.compile(r"[0-9]{1,9}")
_TOO_LONG = N_("At most %(most)s characters, on one line.")
_LONG_NOTES = N_("At most %(most)s characters.")
_NO_NUMBER = N_("Write the number that they text from.")
_NOT_A_NUMBER = N_("“%(number)s” is no number to text. %(why)s")
_CHANGED = N_(
    "Somebody else changed this meanwhile. What you wrote is still here: look at what is there "
    "now, then save again to put yours in its place."
)
_BY_NOW = N_("By now it says: “%(value)s”")
_BY_NOW_NOTHING = N_("By now nothing is there.")
_LANGUAGE_NAMES = {"": N_("Not known"), "en": N_("English"), "fr": N_("French")}
_BETWEEN = re.compile(r"[,;\n]")


def fields_of(contact: ContactRow) -> dict[str, str]:
    """Give what is known of a contact as the fields of a form have it."""
    return {
        "name": contact.name or "",
        "language": contact.language or "",
        "notes": contact.notes or "",
        "external_id": contact.external_id or "",
        "tags": ", ".join(contact.tags),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactForm:
    """One form: its fields as they were written, and what is wrong with which."""

    visit: Visit
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, name: str, message: str, **values: object) -> None:
        """Note what is wrong with a field; the first thing stays."""
        self.errors.setdefault(name, self.visit.tongue.say(message, **values))

    def values(self) -> dict[str, str | None]:
        """Give what is known of them, None for what is not."""
        notes = self.visit.field("notes").replace("\r\n", "\n").strip()
        if len(notes) > LONGEST_NOTES:
            self.wrong("notes", _LONG_NOTES, most=self.visit.formats.number(LONGEST_NOTES))
        language = self.visit.field("language")
        return {
            "name": self._line("name", LONGEST_NAME),
            "language": language if language in LANGUAGES else None,
            "notes": notes[:LONGEST_NOTES] or None,
            "external_id": self._line("external_id", LONGEST_ID),
        }

    def changed_meanwhile(self, contact: ContactRow) -> None:
        """Note that somebody was quicker, and beside each field what they have put there."""
        self.wrong("form", _CHANGED)
        written = self.values() | {"tags": ", ".join(self.tags)}
        for name, now in fields_of(contact).items():
            if name not in self.visit.form or (written[name] or "") == now:
                continue
            value = self.visit.tongue.say(_LANGUAGE_NAMES[now]) if name == "language" else now
            self.wrong(name, _BY_NOW if value else _BY_NOW_NOTHING, value=value)

    def fields(self, contact: ContactRow) -> dict[str, str]:
        """Give what stands in each field: what was written where it could not be taken."""
        known = fields_of(contact)
        if not self.errors:
            return known
        return {name: self._written(name, now) for name, now in known.items()}

    def _written(self, name: str, now: str) -> str:
        return self.visit.field(name) if name in self.visit.form else now

    @property
    def status(self) -> HTTPStatus:
        """How a page with this form is answered."""
        if "form" in self.errors:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.OK

    def _line(self, name: str, most: int) -> str | None:
        written = " ".join(self.visit.field(name).split())
        if len(written) > most or not written.isprintable():
            self.wrong(name, _TOO_LONG, most=most)
        return written[:most] or None

    @property
    def tags(self) -> list[str]:
        """All of their tags."""
        return tags_of(self.visit.field("tags"))

    def numbers(self) -> list[str]:
        """Give their numbers as they are written, one or more."""
        written = self.visit.field("numbers")[:_LONGEST_WRITTEN]
        found = [each.strip() for each in _BETWEEN.split(written) if each.strip()]
        if not found:
            self.wrong("numbers", _NO_NUMBER)
        return found[:_MOST_NUMBERS]

    def no_number(self, written: str, code: str, detail: str) -> None:
        """Note why one of them is none."""
        why = number_words(self.visit.tongue, code, detail)
        self.wrong("numbers", _NOT_A_NUMBER, number=written[:40], why=why)

    @property
    def version(self) -> int | None:
        """The version that the form was made for."""
        read = self.visit.field("version")
        return int(read) if _VERSION.fullmatch(read) else None

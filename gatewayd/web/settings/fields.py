"""What is written into forms: read within limits, wrong where it is wrong, and never lost."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from gatewayd.services.ranks import Forbidden, LastAdmin, NoSuchInbox, Refusal
from gatewayd.services.staff import Unfit
from gatewayd.web.languages import N_, Tongue
from gatewayd.web.route import Visit
from storage.editing import Edit
from storage.people import Taken

_LONGEST_LINE = 60
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LONGEST_EMAIL = 254
_VERSION = re.compile(r"[0-9]{1,9}")

UNREADABLE_NAME = N_("Write a name of at most %(most)s characters, on one line.")
_NOT_A_LOGIN = N_("Letters a to z, digits, dots and dashes; it begins with a letter or a digit.")
_NOT_AN_EMAIL = N_("This is no e-mail address.")
_TAKEN = N_("Somebody has this already.")
CHANGED_MEANWHILE = N_(
    "Somebody else changed this meanwhile. What you wrote is still here: look at what is there "
    "now, then save again to put yours in its place."
)

_UNFIT = {
    "delegate_is_absent": N_("Nobody can stand in for themselves."),
    "user_unknown": N_("There is nobody like that any more."),
    "phone_is_short_code": N_("This is a short code, not somebody’s phone."),
    "hours_unreadable": N_("These hours cannot be understood: %(detail)s"),
    "named_by_rules": N_("Rules use this name; change them first."),
    "return_date_missing": N_("A vacation needs the day of return."),
    "absence_over": N_("That is over already, or ends before it begins."),
    "left_for_good": N_("Who has left does not come back."),
    "team_unknown": N_("There is no such team any more."),
    "saved_reply_unfit": N_("This text cannot be used: %(detail)s"),
    "inbox_unknown": N_("There is no such inbox any more."),
    "signature_unfit": N_("This signature cannot be used: %(detail)s"),
    "rules_unreadable": N_("The rules cannot be read any more. Mend them first."),
    "assignee_unknown": N_("They do not work here any more. Choose somebody else."),
    "assignee_lacks_inbox": N_("They do not see an inbox of these conversations."),
    "password_wrong": N_("This is not your password."),
    "password_unfit": N_(
        "Take at least 10 characters, such as a few words; not your name, and not one that "
        "everybody tries first."
    ),
}
_NOT_A_NUMBER = N_("This is no telephone number that can be reached: %(detail)s")
_OTHERWISE = N_("That was not done: %(detail)s (%(code)s)")
_FORBIDDEN = {
    "saved_reply_shared": N_("What everybody answers with is for a manager to change."),
    "admins_only": N_("Only an administrator makes or changes an administrator."),
    "own_rank": N_("Nobody changes their own role or inboxes. Ask a colleague."),
    "sees_more": N_("They see an inbox that you do not. Ask somebody who sees it."),
    "reaches_further": N_(
        "This concerns an inbox that you do not see. Ask somebody who sees every inbox."
    ),
    "inbox_not_yours": N_("Nobody gives others an inbox that they do not see themselves."),
}
_LAST_ADMIN = N_("Nobody would be left who can administer.")
_NO_INBOX = N_("There is no such inbox any more.")


def why(tongue: Tongue, outcome: Unfit | Taken | Refusal) -> str:
    """Say why something was not done."""
    match outcome:
        case Taken():
            return tongue.say(_TAKEN)
        case LastAdmin():
            return tongue.say(_LAST_ADMIN)
        case NoSuchInbox():
            return tongue.say(_NO_INBOX)
        case Forbidden():
            words = _FORBIDDEN.get(outcome.code, _OTHERWISE)
        case _:
            usual = _NOT_A_NUMBER if outcome.field == "phone" else _OTHERWISE
            words = _UNFIT.get(outcome.code, usual)
    return tongue.say(words, detail=outcome.detail, code=outcome.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One form: its fields as they were written, and what is wrong with which."""

    visit: Visit
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, name: str, message: str, **values: object) -> None:
        """Note what is wrong with a field; the first thing stays."""
        self.errors.setdefault(name, self.visit.tongue.say(message, **values))

    def note(self, outcome: Unfit | Taken | Refusal | Edit, *, otherwise: str) -> None:
        """Note why it was not done, at the field that it is about, else at ``otherwise``."""
        if isinstance(outcome, Edit):
            self.wrong("form", CHANGED_MEANWHILE)
            return
        at = outcome.field if isinstance(outcome, Unfit | Taken) else otherwise
        self.errors.setdefault(at.partition("/")[0], why(self.visit.tongue, outcome))

    def text(self, name: str, *, most: int = 1000) -> str:
        """Read a text without the space around it, never longer than ``most``."""
        return self.visit.field(name).strip()[:most]

    def line(self, name: str, *, most: int = _LONGEST_LINE) -> str:
        """Read a name for people; wrong where it is none."""
        read = " ".join(self.visit.field(name).split())
        if not read or len(read) > most or not read.isprintable():
            self.wrong(name, UNREADABLE_NAME, most=most)
        return read[:most]

    def login(self, name: str) -> str:
        """Read a name to log in by."""
        read = self.visit.field(name).strip().lower()
        if _NAME.fullmatch(read) is None:
            self.wrong(name, _NOT_A_LOGIN)
        return read[:_LONGEST_LINE]

    def email(self, name: str) -> str | None:
        """Read an e-mail address; None where there is none."""
        read = self.visit.field(name).strip()
        if read and (len(read) > _LONGEST_EMAIL or _EMAIL.fullmatch(read) is None):
            self.wrong(name, _NOT_AN_EMAIL)
        return read or None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.visit.field(name))

    def several(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """Read the ticked ones of several boxes, each once, in the order of ``known``."""
        written = {value for value in self.visit.form.getall(name, []) if isinstance(value, str)}
        return tuple(each for each in known if each in written)

    def choice(self, name: str, known: Iterable[str], otherwise: str) -> str:
        """Read one of several."""
        read = self.visit.field(name)
        return read if read in set(known) else otherwise

    @property
    def version(self) -> int | None:
        """The version that the form was made for."""
        read = self.visit.field("version")
        return int(read) if _VERSION.fullmatch(read) else None

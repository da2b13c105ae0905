"""What an e-mail says that a rule asks for, or that tells a person of ours who waits. Pure."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from config.schema import Language
from gatewayd.notice_text import What
from gatewayd.web.digest import Words

_HAPPENED = {
    What.TEXT: {Language.EN: "{who} wrote", Language.FR: "{who} a écrit"},
    What.PICTURE: {Language.EN: "{who} sent a picture", Language.FR: "{who} a envoyé une image"},
    What.CALL: {Language.EN: "{who} called", Language.FR: "{who} a appelé"},
    What.UNREADABLE: {
        Language.EN: "{who} sent something that cannot be read",
        Language.FR: "{who} a envoyé quelque chose d'illisible",
    },
}
_BODY = {
    Language.EN: "{happened}, {number}, {at}:\n\n{text}\n\n-- \n"
    "The rule “{rule}” sends this. Please answer in the inbox: who answers this e-mail does not "
    "reach the customer.\n",
    Language.FR: "{happened}, {number}, {at} :\n\n{text}\n\n-- \n"
    "La règle « {rule} » envoie ceci. Répondez dans la boîte : une réponse à ce courriel ne se "
    "rend pas au client.\n",
}
_NOTICE_BODY = {
    Language.EN: "{said}\n\n{at}\n\n-- \nPlease answer in the inbox: who answers this e-mail does "
    "not reach the customer. What you are told, and how, you set in your notifications.\n",
    Language.FR: "{said}\n\n{at}\n\n-- \nRépondez dans la boîte : une réponse à ce courriel ne se "
    "rend pas au client. Vos notifications se règlent dans votre profil.\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """From whom to whom. ``at`` is when it happened, as the shop's clock shows it."""

    id: str
    recipient: str
    sender: str
    business: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Envelope):
    """What a rule tells."""

    who: str
    number: str
    what: What
    text: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Envelope):
    """What a person of ours is told of who waits."""

    said: str


def written(letter: Letter, language: Language) -> EmailMessage:
    """Write what a rule tells."""
    happened = _HAPPENED[letter.what][language].format(who=_line(letter.who))
    mail = _empty(letter, f"{letter.business}: {happened}")
    mail.set_content(
        _BODY[language].format(
            happened=happened,
            number=letter.number,
            at=f"{letter.at:%Y-%m-%d %H:%M}",
            text=letter.text,
            rule=letter.rule,
        )
    )
    return mail


def notice(letter: Notice, language: Language) -> EmailMessage:
    """Write what a person of ours is told."""
    mail = _empty(letter, f"{letter.business}: {letter.said}")
    body = _NOTICE_BODY[language]
    mail.set_content(body.format(said=letter.said, at=f"{letter.at:%Y-%m-%d %H:%M}"))
    return mail


def daily(envelope: Envelope, words: Words) -> EmailMessage:
    """Write what yesterday was, as text and as HTML."""
    mail = _empty(envelope, words.subject)
    mail.set_content(words.text)
    mail.add_alternative(words.html, subtype="html")
    return mail


def _empty(letter: Envelope, subject: str) -> EmailMessage:
    """Begin one; it says of itself that a machine sent it, so that no machine answers it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=_line(letter.business), addr_spec=letter.sender)
    mail["To"] = letter.recipient
    mail["Subject"] = _line(subject)
    mail["Date"] = format_datetime(letter.at)
    # The same at each try, so that a mailbox can tell that it got it twice.
    mail["Message-ID"] = f"<{letter.id}@{letter.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _line(text: str) -> str:
    """Make one line of it: a header has no other."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())

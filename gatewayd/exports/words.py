"""What a printed conversation says, in the language of who asked for it."""

from config.schema import Language
from storage.conversations.timeline import EntryKind

_EN, _FR = Language.EN, Language.FR

TITLE = {_EN: "Conversation with {who}", _FR: "Conversation avec {who}"}
HEADING = {
    _EN: "{business}, inbox {inbox}. Printed on {at} for {by}.",
    _FR: "{business}, boîte {inbox}. Imprimé le {at} pour {by}.",
}
CUSTOMER = {_EN: "Customer", _FR: "Client"}
US = {_EN: "The shop", _FR: "Le commerce"}
GONE = {_EN: "(no text, or erased)", _FR: "(sans texte, ou effacé)"}
TO = {_EN: "to {whom}", _FR: "à {whom}"}
NOBODY = {_EN: "to nobody", _FR: "à personne"}

KINDS: dict[EntryKind, dict[Language, str]] = {
    EntryKind.MESSAGE: {_EN: "message", _FR: "message"},
    EntryKind.MISSED_CALL: {_EN: "missed call", _FR: "appel manqué"},
    EntryKind.NOTE: {_EN: "note (not sent)", _FR: "note (non envoyée)"},
    EntryKind.ASSIGNED: {_EN: "handed over", _FR: "confiée"},
    EntryKind.CLOSED: {_EN: "closed", _FR: "fermée"},
    EntryKind.REOPENED: {_EN: "opened again", _FR: "rouverte"},
    EntryKind.SNOOZED: {_EN: "put off", _FR: "remise à plus tard"},
    EntryKind.CONSENT: {_EN: "consent", _FR: "consentement"},
    EntryKind.HELD: {_EN: "held for review", _FR: "retenue pour examen"},
    EntryKind.ANSWER_LOST: {_EN: "the answer did not arrive", _FR: "réponse non parvenue"},
    EntryKind.MERGED: {_EN: "contacts made one", _FR: "contacts réunis"},
    EntryKind.SPLIT: {_EN: "contact made two", _FR: "contact scindé"},
    EntryKind.ERASED: {_EN: "erased on request", _FR: "effacée sur demande"},
    EntryKind.DUE_SOON: {_EN: "an answer is due soon", _FR: "réponse bientôt attendue"},
    EntryKind.OVERDUE: {_EN: "an answer is overdue", _FR: "réponse en retard"},
    EntryKind.ESCALATED: {_EN: "the managers were told", _FR: "gérants avertis"},
}


def word_of(kind: EntryKind, language: Language) -> str:
    """Name what a row of a timeline tells; its own name where this has no word for it."""
    return KINDS.get(kind, {}).get(language, kind.value.replace("_", " "))

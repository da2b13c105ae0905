"""In which language to answer a contact: English or French, by the words that they use.

Owns the heuristic, which docs/rules.md states: common words of each language are counted,
and one language has to have more. Knows no contact.
"""

from dataclasses import dataclass
from enum import StrEnum

from config.schema import Language
from routing.folding import words_of

# STOP is in neither: people who write French use it too.
_ENGLISH = frozenset(
    words_of(
        """
        hello hi hey thanks thank please yes yeah good morning afternoon evening tonight bye sorry
        the and is are was were have has had my your you we they this that what when where who why
        how can could would will with for from not do does did need want open closed today tomorrow
        help unsubscribe quit cancel end revoke start unstop optout stopall order ready pick
        emergency call it of at there be am been just about time price much many
        """
    )
)
_FRENCH = frozenset(
    words_of(
        """
        bonjour bonsoir allô salut merci oui svp stp bonne journée soirée soir je tu vous nous il
        elle ils elles le la les un une du de et est êtes suis sont avez avoir ai mon ma mes votre
        vos notre ce cette ces ça que qui quoi quand ou comment pourquoi combien peux peut pouvez
        pourrais voudrais veux besoin avec pour dans sur pas ne ouvert ouverts fermé fermés
        aujourd hui demain aide arrêt désabonner début commande prête prêt urgence appelez moi
        heure heures prix encore bientôt
        """
    )
)


class LanguageSource(StrEnum):
    """Where the language of an answer came from, the strongest first."""

    BY_HAND = "by_hand"
    WORDS = "words"
    EARLIER_WORDS = "earlier_words"
    INBOX = "inbox"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLanguage:
    """The languages to answer in, one or both, and why."""

    languages: tuple[Language, ...]
    source: LanguageSource


def language_of(text: str) -> Language | None:
    """Tell the language of a text; None where its words do not decide."""
    words = words_of(text)
    english = sum(word in _ENGLISH for word in words)
    french = sum(word in _FRENCH for word in words)
    if english == french:
        return None
    return Language.EN if english > french else Language.FR


def choose_language(
    *,
    by_hand: Language | None,
    text: str,
    earlier: Language | None,
    inbox: Language,
    both: bool,
) -> ChosenLanguage:
    """Choose: what was set by hand, the words of now, those of before, the inbox's or both."""
    if by_hand is not None:
        return ChosenLanguage(languages=(by_hand,), source=LanguageSource.BY_HAND)
    if (spoken := language_of(text)) is not None:
        return ChosenLanguage(languages=(spoken,), source=LanguageSource.WORDS)
    if earlier is not None:
        return ChosenLanguage(languages=(earlier,), source=LanguageSource.EARLIER_WORDS)
    if both:
        other = next(each for each in Language if each is not inbox)
        return ChosenLanguage(languages=(inbox, other), source=LanguageSource.BOTH)
    return ChosenLanguage(languages=(inbox,), source=LanguageSource.INBOX)

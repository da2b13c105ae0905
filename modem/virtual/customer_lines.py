"""What virtual customers say: a shop's everyday questions, in English and French. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Language(StrEnum):
    """The languages customers speak."""

    ENGLISH = "en"
    FRENCH = "fr"


class Topic(StrEnum):
    """What a shop's message is about, as far as a customer's answer depends on it."""

    READY = "ready"
    APPOINTMENT = "appointment"
    PRICE = "price"
    QUESTION = "question"
    AWAY = "away"
    THANKS = "thanks"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A regular customer and what they may open a conversation with."""

    number: str
    name: str
    language: Language
    openings: tuple[str, ...]


PERSONAS = (
    Persona(
        number="+15145550161",
        name="Amélie",
        language=Language.FRENCH,
        openings=(
            "Bonjour! Êtes-vous ouverts samedi?",
            "Bonjour, est-ce que ma commande est prête? C'est au nom d'Amélie. Merci!",
            "Allô! Faites-vous des cartes-cadeaux? 🎁",
        ),
    ),
    Persona(
        number="+15145550162",
        name="James",
        language=Language.ENGLISH,
        openings=(
            "Hi there! What time do you close today?",
            "Hello, I left a pair of boots for repair on Tuesday. Any news? No rush at all.",
            "Hi, do you have this in size 9? Happy to wait if it needs to be ordered.",
        ),
    ),
    Persona(
        number="+14185550163",
        name="Benoît",
        language=Language.FRENCH,
        openings=(
            "Bonsoir, c'est Benoît. Je voudrais déplacer mon rendez-vous de jeudi, si possible.",
            "Bonjour, combien coûte la mise au point d'un vélo? Merci d'avance.",
            "Salut! Avez-vous reçu la pièce que j'attendais?",
        ),
    ),
    Persona(
        number="+15145550164",
        name="Priya",
        language=Language.ENGLISH,
        openings=(
            "Hello! Could I book an appointment for next week, any morning?",
            "Hi, it's Priya. Just to say the repair is perfect, thank you so much 😊",
            (
                "Good morning! Is there parking near the shop? I'm coming with my mother, who "
                "walks with a cane, so the closer the better. If there is a back door with "
                "fewer steps, please let me know and we'll come around that way. Thanks!"
            ),
        ),
    ),
    Persona(
        number="+14505550165",
        name="Léa",
        language=Language.FRENCH,
        openings=(
            "Coucou! Est-ce que vous livrez à Longueuil?",
            "Bonjour, je passe chercher mon colis vers 17 h, est-ce que ça vous convient?",
            (
                "Bonjour! J'ai oublié mon parapluie chez vous ce matin, un bleu à pois. "
                "L'avez-vous trouvé? Sinon ce n'est pas grave du tout, je repasserai dans la "
                "semaine avec ma sœur, qui voulait de toute façon voir vos nouveautés. "
                "Bonne journée!"
            ),
        ),
    ),
    Persona(
        number="+16135550166",
        name="Tom",
        language=Language.ENGLISH,
        openings=(
            "Hey, could you hold the blue one for me until Friday?",
            "Hi! How much would it be to replace a zipper?",
            "Hello, do you take walk-ins on Saturdays?",
        ),
    ),
)

ANSWERS: Mapping[Language, Mapping[Topic, tuple[str, ...]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Topic.READY: (
                    "Wonderful, thank you! I'll come by after work.",
                    "Great news! I'll pick it up tomorrow morning.",
                    "That was quick. On my way!",
                ),
                Topic.APPOINTMENT: (
                    "That works for me, thank you!",
                    "Perfect, see you then.",
                    "Could we make it half an hour later? If not, no problem.",
                ),
                Topic.PRICE: (
                    "That's fair, please go ahead.",
                    "Thanks for the quote. Let me ask my partner and I'll get back to you.",
                    "Sounds good to me!",
                ),
                Topic.QUESTION: (
                    "Yes please!",
                    "Either is fine with me, whatever is easier for you.",
                    "No, that's all for today. Thanks for asking!",
                ),
                Topic.AWAY: (
                    "No problem, talk to you tomorrow.",
                    "Of course, it can wait. Have a good evening!",
                ),
                Topic.THANKS: ("You're welcome! Have a lovely day.", "My pleasure 😊"),
                Topic.OTHER: (
                    "Thanks for letting me know!",
                    "Got it, thank you.",
                    "Perfect, thanks so much for the quick answer!",
                ),
            }
        ),
        Language.FRENCH: MappingProxyType(
            {
                Topic.READY: (
                    "Super, merci! Je passe après le travail.",
                    "Excellente nouvelle! Je viens la chercher demain matin.",
                    "Déjà? Vous êtes rapides! J'arrive.",
                ),
                Topic.APPOINTMENT: (
                    "Ça me convient, merci beaucoup!",
                    "Parfait, à bientôt.",
                    "Serait-ce possible une demi-heure plus tard? Sinon, ça ira très bien.",
                ),
                Topic.PRICE: (
                    "C'est correct pour moi, allez-y.",
                    "Merci pour le prix. J'en parle à la maison et je vous reviens.",
                    "Ça me va!",
                ),
                Topic.QUESTION: (
                    "Oui, s'il vous plaît!",
                    "Les deux me vont, au plus simple pour vous.",
                    "Non, c'est tout pour aujourd'hui. Merci de demander!",
                ),
                Topic.AWAY: (
                    "Pas de souci, à demain.",
                    "Bien sûr, ça peut attendre. Bonne soirée!",
                ),
                Topic.THANKS: ("De rien, bonne journée!", "Avec plaisir 😊"),
                Topic.OTHER: (
                    "Merci de m'avoir prévenu!",
                    "C'est noté, merci.",
                    "Parfait, merci pour la réponse rapide!",
                ),
            }
        ),
    }
)

# Looked for in this order, in lower case.
SIGNS: tuple[tuple[Topic, tuple[str, ...]], ...] = (
    (Topic.AWAY, ("closed", "fermé", "out of office", "absent", "reopen", "rouvr")),
    (Topic.READY, ("ready", "prêt", "pick it up", "arrived", "arrivé")),
    (
        Topic.APPOINTMENT,
        ("appointment", "rendez-vous", "tomorrow at", "demain à", "monday", "lundi"),
    ),
    (Topic.PRICE, ("$", "price", "prix", "cost", "coût", "quote", "soumission")),
    (Topic.QUESTION, ("?",)),
    (Topic.THANKS, ("thank", "merci")),
)
FRENCH_SIGNS = (
    "bonjour", "bonsoir", "merci", "votre", "vous", "est-ce", "commande", "prêt", "rendez-vous",
    "salut", "nous", "demain", "fermé", "à ", "é", "ê",
)  # fmt: skip

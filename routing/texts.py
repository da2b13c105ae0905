"""What automatic answers say until somebody writes their own.

They keep to the characters of GSM 03.38, so that none of them forces UCS-2.
"""

from collections.abc import Mapping
from types import MappingProxyType

from routing.answers import AnswerKind
from routing.model import Texts

DEFAULT_TEXTS: Mapping[AnswerKind, Texts] = MappingProxyType(
    {
        AnswerKind.CLOSED: Texts(
            en="{business}: we are closed and open again {next_opening}. We answer you then.",
            fr="{business} : nous sommes fermés et rouvrons {next_opening}. "
            "Nous vous répondrons à ce moment.",
        ),
        AnswerKind.HOLIDAY: Texts(
            en="{business}: we are closed today, {holiday}, and open again {next_opening}.",
            fr="{business} : nous sommes fermés aujourd'hui, {holiday}. "
            "Nous rouvrons {next_opening}.",
        ),
        AnswerKind.CLOSURE: Texts(
            en="{business}: {notice} We open again {next_opening}.",
            fr="{business} : {notice} Nous rouvrons {next_opening}.",
        ),
        AnswerKind.EVERYONE_AWAY: Texts(
            en="{business}: nobody can answer just now. We will as soon as somebody is back.",
            fr="{business} : personne ne peut répondre pour l'instant. "
            "Nous le ferons dès que quelqu'un sera de retour.",
        ),
        AnswerKind.FIRST_CONTACT: Texts(
            en="{business}: thank you for writing. A person will answer you here.",
            fr="{business} : merci de nous écrire. Une personne vous répondra ici.",
        ),
        AnswerKind.MISSED_CALL: Texts(
            en="{business}: we saw your call. This number takes texts: write to us here.",
            fr="{business} : nous avons vu votre appel. Textez-nous à ce numéro.",
        ),
        AnswerKind.PICTURE: Texts(
            en="{business}: we can't receive pictures here. Please tell us in words.",
            fr="{business} : nous ne pouvons pas recevoir d'images ici. "
            "Dites-le-nous avec des mots, svp.",
        ),
        AnswerKind.URGENT: Texts(
            en="{business}: we are closed, but the person on call has your message.",
            fr="{business} : nous sommes fermés, mais la personne de garde a votre message.",
        ),
        AnswerKind.OPTED_OUT: Texts(
            en="{business}: you get no more messages from us. Answer START to return.",
            fr="{business} : vous ne recevrez plus de messages. Répondez DEBUT pour revenir.",
        ),
        AnswerKind.OPTED_IN: Texts(
            en="{business}: you get our messages again. Answer STOP to end them.",
            fr="{business} : nos messages vous parviennent de nouveau. Répondez ARRET pour la fin.",
        ),
        AnswerKind.HELP: Texts(
            en="{business}: write to us here and a person answers. Answer STOP for no messages.",
            fr="{business} : écrivez-nous ici, une personne répond. "
            "Répondez ARRET pour ne plus en recevoir.",
        ),
        AnswerKind.USE_THE_PAGE: Texts(
            en="{business}: this was not sent on. Quote an alert's code, or please use the page.",
            fr="{business} : ceci n'a pas été transmis. Citez le code d'une alerte, "
            "ou utilisez la page.",
        ),
    }
)

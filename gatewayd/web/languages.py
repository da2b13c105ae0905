"""The languages of the page: which one a reader gets, and its catalogue.

English is the language of the source, so its catalogue is empty. The others are read from their
``.po`` files, which are what translators edit; there is no compiled copy that could be stale.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from config.schema import Language

DOMAIN = "gatewayd"


def N_(message: str) -> str:  # noqa: N802  # gettext's own name: to be translated when it is shown
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return message


_QUOTED = N_("“%(text)s”")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A language as the page speaks it: sentences, and how dates and numbers are written."""

    language: Language
    locale: Locale
    translations: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Translate a sentence, then put values into it."""
        said = self.translations.gettext(message)
        return said % values if values else said

    def quoted(self, text: str) -> str:
        """Put it between the language's own quotation marks."""
        return self.say(_QUOTED, text=text)

    def plural(self, one: str, many: str, number: int) -> str:
        """Translate a sentence that depends on a number, which it names ``%(num)s``."""
        return self.translations.ngettext(one, many, number) % {"num": number}


@cache
def tongue(language: Language, territory: str) -> Tongue:
    """Give a language as it is written in a country."""
    return Tongue(
        language=language,
        locale=_locale(language, territory),
        translations=_catalogue(language),
    )


@cache
def _catalogue(language: Language) -> NullTranslations:
    if language is Language.EN:
        return NullTranslations()
    source = files("gatewayd.web").joinpath(f"locale/{language.value}/LC_MESSAGES/{DOMAIN}.po")
    compiled = io.BytesIO()
    with source.open("rb") as written:
        write_mo(compiled, read_po(written, locale=language.value, domain=DOMAIN))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _locale(language: Language, territory: str) -> Locale:
    try:
        return Locale(language.value, territory)
    except UnknownLocaleError:
        return Locale(language.value)


def preferred(header: str | None, default: Language) -> Language:
    """Choose by ``Accept-Language`` (RFC 9110 §12.5.4), else the default."""
    for name in _by_preference(header or ""):
        primary = name.partition("-")[0].lower()
        if primary in set(Language):
            return Language(primary)
    return default


def _by_preference(header: str) -> Sequence[str]:
    weighed: list[tuple[float, int, str]] = []
    for place, item in enumerate(header.split(",")):
        name, _, weight = item.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality > 0:
            weighed.append((-quality, place, name))
    return [name for _, _, name in sorted(weighed)]

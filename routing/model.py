"""Small values that the decisions share: texts in two languages, what is wrong with a setting.

Knows nothing of what they are used for.
"""

from dataclasses import dataclass

from config.schema import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The same text in English and French; a missing one is empty."""

    en: str = ""
    fr: str = ""

    def in_language(self, language: Language) -> str:
        """Give the text in a language, or in the other where there is only that."""
        wanted, other = (self.fr, self.en) if language is Language.FR else (self.en, self.fr)
        return wanted or other


NO_TEXT = Texts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a setting: the key as the person who wrote it knows it, and why."""

    key: str
    reason: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.key}: {self.reason}"

"""What kind of trouble an error is: the vocabulary of the two error tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """What may be done about an error."""

    PERMANENT = "permanent"
    """The same message, or the same command, will be refused again."""

    TEMPORARY = "temporary"
    """Trying later may succeed."""

    MODEM = "modem"
    """The modem's or SIM's own trouble: the message is not to blame."""

    PROVES_NOTHING = "proves_nothing"
    """The cause is not known; after Ctrl-Z the message may have been sent all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownError:
    """One row of an error table."""

    code: int
    verbose: tuple[str, ...]
    """How modems print it under +CMEE=2, in lower case."""

    words: str
    """For the IT person of a shop: the cause, and what to do where something can be done."""

    error_class: ErrorClass


def known(code: int, error_class: ErrorClass, verbose: str, words: str) -> KnownError:
    """Write a row: ``verbose`` holds what modems print, in lower case, parted by ``|``."""
    return KnownError(
        code=code, error_class=error_class, verbose=tuple(verbose.split("|")), words=words
    )


def by_code(errors: Iterable[KnownError]) -> Mapping[int, KnownError]:
    """Index a table by its numbers."""
    return {error.code: error for error in errors}


def by_words(errors: Iterable[KnownError]) -> Mapping[str, int]:
    """Index a table by the modems' words; the first row that has them wins."""
    index: dict[str, int] = {}
    for error in errors:
        for words in error.verbose:
            index.setdefault(words, error.code)
    return index

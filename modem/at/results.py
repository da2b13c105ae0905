"""Final result codes: which line ends an answer, and what it means.

Owns the exact forms (V.250 §5.7, 27.007 §9.2, 27.005 §3.2.5) and the judgement of an error: its
class, and whether it proves that the network did not take a message. The lists of errors with
their words stand in ``cme_errors`` and ``cms_errors``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final as Constant

from modem.at import cme_errors, cms_errors
from modem.at.error_class import ErrorClass, KnownError
from modem.at.fields import decode_text

__all__ = [
    "CALL_RESULTS",
    "ErrorClass",
    "Explained",
    "Final",
    "Kind",
    "explain",
    "parse_final",
    "proves_not_accepted",
]


class Kind(StrEnum):
    """The kind of a final result."""

    OK = "ok"
    ERROR = "error"
    CME = "cme"
    CMS = "cms"
    NO_CARRIER = "no_carrier"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NO_DIALTONE = "no_dialtone"
    CONNECT = "connect"


CALL_RESULTS: Constant = frozenset(
    {Kind.NO_CARRIER, Kind.BUSY, Kind.NO_ANSWER, Kind.NO_DIALTONE, Kind.CONNECT}
)
"""Results of a call: finals for a command that calls, for any other the end of somebody's call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """A final result. ``code`` is ``None`` where the modem gave no number and no known words."""

    kind: Kind
    code: int | None = None
    text: str = ""

    @property
    def ok(self) -> bool:
        """Whether the command was done."""
        return self.kind is Kind.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An error for people and for decisions."""

    code: str
    """Stable, such as ``cms_38``, ``cme_10``, ``error``."""

    words: str
    error_class: ErrorClass
    proves_not_accepted: bool


_EXACT: Constant[Mapping[bytes, Kind]] = {
    b"OK": Kind.OK,
    b"ERROR": Kind.ERROR,
    # Old Huawei firmware in place of ERROR.
    b"COMMAND NOT SUPPORT": Kind.ERROR,
    b"TOO MANY PARAMETERS": Kind.ERROR,
    b"NO CARRIER": Kind.NO_CARRIER,
    b"BUSY": Kind.BUSY,
    b"NO ANSWER": Kind.NO_ANSWER,
    b"NO DIALTONE": Kind.NO_DIALTONE,
    b"NO DIAL TONE": Kind.NO_DIALTONE,
    b"CONNECT": Kind.CONNECT,
}
_EXTENDED: Constant = re.compile(rb"\+(CME|CMS) ERROR(?::\s*(.*))?", re.DOTALL)
_CONNECT: Constant = re.compile(rb"CONNECT \d+.*", re.DOTALL)
_NUMBER: Constant = re.compile(r"\d{1,5}", re.ASCII)


def parse_final(line: bytes) -> Final | None:
    """Read a final result; ``None`` for any other line."""
    if kind := _EXACT.get(line):
        return Final(kind=kind, text=line.decode("ascii"))
    if found := _EXTENDED.fullmatch(line):
        kind = Kind(found[1].decode("ascii").lower())
        said = decode_text(found[2] or b"").strip()
        return Final(kind=kind, code=_code_of(kind, said), text=decode_text(line))
    if _CONNECT.fullmatch(line):
        return Final(kind=Kind.CONNECT, text=decode_text(line))
    return None


def explain(final: Final) -> Explained:
    """Tell an error in plain words, with its class.

    Whether it proves non-acceptance holds after Ctrl-Z; before Ctrl-Z every error does.
    """
    proof = proves_not_accepted(final)
    known = _known(final)
    if known is not None:
        return Explained(
            code=f"{final.kind}_{final.code}",
            words=known.words,
            error_class=known.error_class,
            proves_not_accepted=proof,
        )
    if final.kind in {Kind.CME, Kind.CMS}:
        suffix = "unknown" if final.code is None else str(final.code)
        return Explained(
            code=f"{final.kind}_{suffix}",
            words=f"The modem gave an error that no standard names: “{final.text}”.",
            error_class=_class_of_unnamed(final),
            proves_not_accepted=proof,
        )
    return Explained(
        code=final.kind.value,
        words=_PLAIN[final.kind],
        error_class=ErrorClass.PROVES_NOTHING,
        proves_not_accepted=proof,
    )


def proves_not_accepted(final: Final) -> bool:
    """Whether this answer after Ctrl-Z proves that the network did not take the message.

    The network's own refusals (RP and TP causes, 1 to 255) and the modem's own trouble (3xx) do,
    except 332 (the network did not answer in time) and 197 (it has this message already). 500,
    512 and above, and a bare ERROR do not.
    """
    if final.kind is not Kind.CMS or final.code is None:
        return False
    return cms_errors.proves_not_accepted(final.code)


_PLAIN: Constant[Mapping[Kind, str]] = {
    Kind.OK: "Done.",
    Kind.ERROR: "The modem refused and gave no reason.",
    Kind.NO_CARRIER: "The call has ended.",
    Kind.BUSY: "The line called is busy.",
    Kind.NO_ANSWER: "Nobody answered the call.",
    Kind.NO_DIALTONE: "The modem has no line to call on.",
    Kind.CONNECT: "The call is connected.",
}


def _known(final: Final) -> KnownError | None:
    if final.code is None:
        return None
    table = cms_errors.ERRORS if final.kind is Kind.CMS else cme_errors.ERRORS
    return table.get(final.code)


def _class_of_unnamed(final: Final) -> ErrorClass:
    return ErrorClass.MODEM if proves_not_accepted(final) else ErrorClass.PROVES_NOTHING


def _code_of(kind: Kind, said: str) -> int | None:
    """Find the number in the modem's answer, or the number of its words."""
    if _NUMBER.fullmatch(said):
        return int(said)
    # Newer firmware says "(U)SIM" where the table says "SIM".
    words = " ".join(said.strip(' ."').casefold().replace("(u)sim", "sim").split())
    table = cms_errors.BY_WORDS if kind is Kind.CMS else cme_errors.BY_WORDS
    return table.get(words)

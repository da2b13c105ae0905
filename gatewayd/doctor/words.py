"""From findings to sentences, in the language that was chosen.

Owns filling in the tables. Knows no finding by name.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.schema import Language
from gatewayd.doctor import texts_en, texts_fr
from gatewayd.doctor.findings import Code, Finding, Sign

_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language's tables."""

    causes: Mapping[Code, str]
    fixes: Mapping[Code, str]
    signs: Mapping[Sign, str]
    nothing_wrong: str
    troubles: tuple[str, str]
    notes: tuple[str, str]
    trouble: str
    note: str
    fix: str
    colon: str


def _texts(module: Any) -> Texts:
    return Texts(
        causes=module.CAUSES,
        fixes=module.FIXES,
        signs=module.SIGNS,
        nothing_wrong=module.NOTHING_WRONG,
        troubles=module.TROUBLES,
        notes=module.NOTES,
        trouble=module.TROUBLE,
        note=module.NOTE,
        fix=module.FIX,
        colon=module.COLON,
    )


TEXTS: dict[Language, Texts] = {
    Language.EN: _texts(texts_en),
    Language.FR: _texts(texts_fr),
}


def cause(finding: Finding, language: Language) -> str:
    """What is the matter."""
    return _fill(TEXTS[language].causes[finding.code], finding, language)


def fix(finding: Finding, language: Language) -> str:
    """The one thing to do about it."""
    return _fill(TEXTS[language].fixes[finding.code], finding, language)


def _fill(text: str, finding: Finding, language: Language) -> str:
    values: defaultdict[str, str] = defaultdict(lambda: "…")
    values["subject"] = finding.subject
    values.update({sign.value: value for sign, value in finding.evidence.items()})
    filled = text.format_map(values)
    return _set_in_french(filled) if language is Language.FR else filled


def _set_in_french(text: str) -> str:
    """Keep the blanks before double signs and inside quotation marks from breaking."""
    for sign in (":", ";", "»"):
        text = text.replace(f" {sign}", f"{_NO_BREAK}{sign}")
    return text.replace("« ", f"«{_NO_BREAK}")

import re
import string

import pytest

from config.schema import Language
from gatewayd.cli.root import COMMANDS
from gatewayd.doctor.findings import NOTES, Code, Finding, Severity, Sign
from gatewayd.doctor.words import TEXTS, cause, fix

BOTH = [(code, language) for code in Code for language in Language]


@pytest.mark.parametrize("language", Language)
def test_every_language_has_every_code_and_sign(language: Language) -> None:
    texts = TEXTS[language]
    assert set(texts.causes) == set(texts.fixes) == set(Code)
    assert set(texts.signs) == set(Sign)


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_finding_is_said_in_whole_sentences(code: Code, language: Language) -> None:
    finding = Finding(code=code, subject="counter", evidence=dict.fromkeys(Sign, "value"))
    for sentence in (cause(finding, language), fix(finding, language)):
        assert sentence[0].isupper() or sentence.startswith("gatewayd")
        assert sentence.endswith((".", "».", "`."))
        assert "  " not in sentence
        assert "{" not in sentence


def test_french_has_no_space_before_a_semicolon() -> None:
    texts = TEXTS[Language.FR]
    every = [*texts.causes.values(), *texts.fixes.values()]
    assert [text for text in every if re.search(r"\s[;?!]", text)] == []


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_text_names_only_evidence_that_there_is(code: Code, language: Language) -> None:
    texts = TEXTS[language]
    known = {"subject", *(sign.value for sign in Sign)}
    for text in (texts.causes[code], texts.fixes[code]):
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= known


@pytest.mark.parametrize("code", Code)
def test_both_languages_tell_the_same_commands_and_names(code: Code) -> None:
    english, french = TEXTS[Language.EN], TEXTS[Language.FR]
    for one, other in ((english.causes, french.causes), (english.fixes, french.fixes)):
        assert commands(one[code]) == commands(other[code])
        assert fields(one[code]) == fields(other[code])


def commands(text: str) -> list[str]:
    return sorted(found.replace("FICHIER", "FILE") for found in re.findall(r"`(.+?)`", text))


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)}


@pytest.mark.parametrize("code", Code)
def test_the_commands_that_are_recommended_exist(code: Code) -> None:
    for command in commands(TEXTS[Language.EN].fixes[code]):
        words = command.removeprefix("sudo ").split()
        if words[0] == "gatewayd":
            assert words[1] in COMMANDS


def test_french_keeps_its_signs_together() -> None:
    finding = Finding(code=Code.NO_SERVICE_CENTRE, subject="counter")
    assert "«\N{NO-BREAK SPACE}centre SMS\N{NO-BREAK SPACE}»" in fix(finding, Language.FR)
    assert "messagerie\N{NO-BREAK SPACE}: rien" in cause(finding, Language.FR)


def test_evidence_that_is_missing_leaves_a_gap_and_no_error() -> None:
    assert "…" in cause(Finding(code=Code.PORT_BUSY, subject="counter"), Language.EN)


def test_notes_are_the_codes_that_say_so() -> None:
    severe = {code for code in Code if Finding(code=code).severity is Severity.TROUBLE}
    assert severe == set(Code) - NOTES

"""Every sentence of the page is in the French catalogue, translated, and nothing else is."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from config.schema import Language
from gatewayd.web.languages import preferred, tongue

WEB = Path(str(files("gatewayd.web")))
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "say": None,
    "plural": (1, 2),
}
VALUE = re.compile(r"%\(\w+\)[sd]|</?\w+")


def extracted() -> set[str]:
    with (WEB / "locale" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(WEB, methods, options, keywords=KEYWORDS)
    return {m[0] if isinstance(m, tuple) else m for _, _, m, _, _ in found}


def translated() -> dict[str, tuple[str, ...]]:
    source = WEB / "locale" / "fr" / "LC_MESSAGES" / "gatewayd.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    assert not list(catalogue.obsolete)
    # What is in doubt is not shown: people would read English.
    assert not [message.id for message in catalogue if message.fuzzy and message.id]
    return {
        m.id[0] if isinstance(m.id, (tuple, list)) else m.id: (
            tuple(m.string) if isinstance(m.string, (tuple, list)) else (str(m.string),)
        )
        for m in catalogue
        if m.id
    }


def test_nothing_is_missing_and_nothing_is_left_over() -> None:
    """`make catalogue` brings in what is missing; then it wants its translation."""
    assert extracted() == translated().keys()


def test_nothing_is_untranslated() -> None:
    assert not [english for english, french in translated().items() if not all(french)]


def test_a_translation_has_the_values_of_its_sentence() -> None:
    wrong = {
        english: each
        for english, french in translated().items()
        for each in french
        if sorted(set(VALUE.findall(each))) != sorted(set(VALUE.findall(english)))
    }
    assert not wrong


def sentences(template: str) -> Iterator[str]:
    """What stands in a template outside of tags, expressions and statements."""
    text = re.sub(
        r"{#.*?#}|{%\s*trans.*?endtrans\s*%}|{%.*?%}|{{.*?}}", "\0", template, flags=re.DOTALL
    )
    text = re.sub(r"<svg.*?</svg>|<kbd.*?</kbd>|<[^>]*>", "\0", text, flags=re.DOTALL)
    yield from (part.strip() for part in text.split("\0"))


@pytest.mark.parametrize(
    "template", sorted((WEB / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_no_sentence_stands_in_a_template_by_itself(template: Path) -> None:
    if template.name == "icons.html":
        return
    word = re.compile(r"[^\W\d_]{2}")
    written = [each for each in sentences(template.read_text("utf-8")) if word.search(each)]
    assert not written


def test_french_speaks_french_and_counts_as_french_does() -> None:
    french = tongue(Language.FR, "CA")
    assert french.say("Undo") == "Annuler"
    assert str(french.locale) == "fr_CA"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("en", "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de, en;q=0.3, fr;q=0.7", "fr"),
        ("en;q=0, fr;q=0.1", "fr"),
        ("*, de", "fr"),
        ("en;q=high", "fr"),
        ("EN-gb", "en"),
    ],
)
def test_the_browser_s_language_is_taken_where_we_have_it(
    header: str | None, language: str
) -> None:
    assert preferred(header, Language.FR) == language


def test_french_is_set_as_in_quebec() -> None:
    """No space before ; ? and !; one that does not break before a colon and inside of « »."""
    wrong = re.compile(r"(?<!«)\s[;?!](?!\w)| [:»](?!\w)|« ")
    assert not [each for french in translated().values() for each in french if wrong.search(each)]

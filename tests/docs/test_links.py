"""Every link in a document leads somewhere, and so does every document that the code names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MENTION = re.compile(r"\bdocs/[\w/-]+(?:\.md)?\b")


def prose(document: Path) -> str:
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    """The ids that GitHub gives to headings."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).strip()
        found.add(words.replace(" ", "-"))
    return found


def broken(document: Path) -> Iterator[str]:
    for link in LINK.findall(prose(document)):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        found = target.is_relative_to(ROOT) and target.exists()
        if not found or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_its_links_resolve(document: Path) -> None:
    assert not list(broken(document))


def test_every_document_can_be_found_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text())}
    unlinked = {path for path in (ROOT / "docs").glob("*.md") if path not in linked}
    assert unlinked == {index}


def test_the_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(path.name[:3] for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == [f"{number:03}" for number in range(1, len(numbers) + 1)]


def test_documents_that_the_code_names_exist() -> None:
    sources = [
        ROOT / "pyproject.toml",
        *(
            path
            for folder in ("config", "gatewayd", "modem", "routing", "storage", "tests")
            for path in (ROOT / folder).rglob("*.py")
        ),
    ]
    missing = {
        f"{source.relative_to(ROOT)}: {mention}"
        for source in sources
        for mention in MENTION.findall(source.read_text(encoding="utf-8"))
        if not (ROOT / mention).exists() and not list(ROOT.glob(f"{mention}*"))
    }
    assert not missing

"""What README, CHANGELOG and the decisions say is there, is there."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from gatewayd.cli.root import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def lines_to_type(document: str) -> list[str]:
    found = [line for block in BLOCK.findall(document) for line in block.splitlines()]
    return [line for line in found if line and not line.startswith("#")]


def test_readme_shows_the_two_commands() -> None:
    assert {"make demo", "make test"} <= set(lines_to_type(README))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)", README))))
def test_readme_s_targets_exist(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_the_commands_that_documents_show_are_understood(document: Path) -> None:
    for line in lines_to_type(document.read_text(encoding="utf-8")):
        words = shlex.split(line, comments=True)
        if words and Path(words[0]).name == "gatewayd":
            # With --help, options and commands are parsed, and nothing is run.
            result = CliRunner().invoke(cli, [*words[1:], "--help"])
            assert result.exit_code == 0, f"{line}: {result.output}"


def test_readme_quotes_what_the_demo_says() -> None:
    """But for the token and the link, which the first start makes anew."""
    from gatewayd.cli.demo import welcome  # noqa: PLC0415 - loads the virtual modem

    said = welcome(
        url="http://127.0.0.1:8767",
        secret="gw_6u1N…",
        file=Path("gatewayd.toml"),
        link="/welcome/V5Rv…",
    )
    quoted = README.partition("```text\n")[2].partition("```")[0]
    assert said.partition("\nOr in another terminal")[0].strip() == quoted.strip()


def test_readme_says_what_has_not_been_tested() -> None:
    assert "No physical stick has been tested yet" in README


def test_the_changelog_has_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = project["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.search(rf"^## \[{re.escape(version)}\]", changelog, re.MULTILINE)
    assert released or f"This will be {version}." in changelog
    assert re.search(r"^## \[Unreleased\]$", changelog, re.MULTILINE)


def test_the_tests_that_decisions_name_exist() -> None:
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    for decision in (ROOT / "docs" / "decisions").glob("*.md"):
        named = set(re.findall(r"`(test_\w+)`", decision.read_text(encoding="utf-8")))
        assert named <= written, decision.name


def test_ci_runs_what_people_run() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.endswith("\nmake lint\nmake test\n")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert re.search(r"^lint:", MAKEFILE, re.MULTILINE)

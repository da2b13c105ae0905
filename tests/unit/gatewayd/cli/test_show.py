import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest

from gatewayd.cli import show


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")


def shown(say: Callable[[], None]) -> str:
    screen = Terminal()
    with redirect_stdout(screen):
        say()
    return screen.getvalue()


def plain(output: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", output)


def test_a_table_on_a_terminal_has_local_times_and_no_markup() -> None:
    moment = "2026-11-22T15:00:00.000Z"
    row = {"id": "msg_1", "state": "sent", "text": "[red]not red[/] \x1b]0;x\x07", "at": moment}

    output = shown(lambda: show.table([row], ("id", "state", "text", "at"), empty="none"))

    assert "[red]not red[/]" in plain(output)
    assert "\x07" not in output
    assert show.local_time(moment) in plain(output)


def test_an_empty_table_says_so_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(lambda: show.table([], ("id",), empty="There are none.")) == ""
    assert capsys.readouterr().err == "There are none.\n"


def test_a_record_on_a_terminal_has_a_line_for_each_fact() -> None:
    facts = {"sent_at": None, "limits": {"day": 5}, "muted": True, "scopes": ["a", "b"]}

    lines = [line.split() for line in plain(shown(lambda: show.record(facts))).splitlines()]

    assert lines == [
        ["sent", "at"],
        ["limits", "day", "5"],
        ["muted", "yes"],
        ["scopes", "a,", "b"],
    ]


@pytest.mark.parametrize(
    ("value", "harmless"),
    [("a\tb", "a b"), ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"), ("é 🎉\n", "é 🎉\n")],
)
def test_texts_are_made_harmless(value: str, harmless: str) -> None:
    assert show.printable(value) == harmless


def test_what_is_no_time_is_shown_as_it_is() -> None:
    assert show.local_time("soon") == "soon"


def test_a_short_word_is_no_time() -> None:
    assert "2026-x" in plain(shown(lambda: show.record({"name": "2026-x"})))


def test_a_narrow_terminal_gets_names_with_the_values_and_nothing_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = {"sent_from": "+15145550100", "to": "+15145550123", "error": None, "text": "to read " * 9}

    output = plain(shown(lambda: show.table([row], tuple(row), empty="none")))

    first, *others = [line.rstrip() for line in output.splitlines()]
    assert first == "sent from +15145550100"
    assert others[0] == "  to +15145550123"
    assert all(line.startswith("  ") and len(line) <= 40 for line in others)
    assert " ".join(" ".join(others[1:]).split()) == "text" + " to read" * 9

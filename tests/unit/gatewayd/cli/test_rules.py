"""`gatewayd rules`: a file and back, every mistake named, previews; with a daemon or without."""

import json
from pathlib import Path
from typing import Any

import pytest

FILE = """\
urgent_words = ["flood"]

[inboxes.main.hours]
weekly = "Mo-Fr 09:00-18:00"

[inboxes.main.answers.texts.holiday]
en = "Closed: {holiday}."
fr = "Fermé : {holiday}."

[templates."a.b"]
en = "A"

[[rules]]
name = "suppliers"

[rules.when]
words = ["price"]

[rules.do]
answer = "a.b"
"""


@pytest.fixture
def file(folder: Path) -> Path:
    """A shop in Québec that has a rules file, and no daemon."""
    config = '[gateway]\ncountry = "CA-QC"\ntimezone = "America/Toronto"\ndata_dir = "data"\n'
    (folder / "gatewayd.toml").write_text(config, encoding="utf-8")
    path = folder / "rules.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def try_(run: Any, *more: str) -> Any:
    return run("rules", "test", "--from", "514 555-0123", "--text", "allo", *more)


class TestWithoutADaemon:
    def test_what_is_imported_is_exported_the_same(self, file: Path, run: Any) -> None:
        nothing = run("rules", "export")
        assert (nothing.out, "No rule has been set" in nothing.err) == ("", True)
        ran = run("rules", "import", str(file))
        assert (ran.status, ran.out) == (0, "")
        assert "are in force, as version 1" in ran.err
        exported = run("rules", "export").out
        file.write_text(exported, encoding="utf-8")
        run("rules", "import", str(file))
        assert run("rules", "export").out == exported
        shown = json.loads(run("rules", "export", "--json").out)
        assert (shown["version"], shown["document"]["urgent_words"]) == (2, ["flood"])
        assert run("rules", "export", "--version", "1").out == exported
        missing = run("rules", "export", "--version", "7")
        assert (missing.status, "no version 7" in missing.err) == (1, True)

    def test_a_dry_run_changes_nothing(self, file: Path, run: Any) -> None:
        ran = run("rules", "import", str(file), "--dry-run")
        assert (ran.status, "nothing was changed" in ran.err) == (0, True)
        assert run("rules", "export").out == ""

    def test_every_mistake_of_a_file_is_named(self, file: Path, run: Any) -> None:
        bad = '[[rules]]\nname = "a"\nwhen.words = [7]\ndo.assign = "person:lea"\ndo.tags = "x"\n'
        file.write_text(bad, encoding="utf-8")
        ran = run("rules", "import", str(file))
        assert ran.status == 78
        assert "rules.1.when.words: expected text in quotes" in ran.err
        assert "rules.1.do.tags: there is no such key; did you mean tag?" in ran.err
        assert run("rules", "export").out == ""

    def test_whom_a_file_names_must_be_there(self, file: Path, run: Any) -> None:
        file.write_text('[[rules]]\nname = "a"\ndo.assign = "person:lea"\n', encoding="utf-8")
        for words in (("import", str(file)), ("import", str(file), "--dry-run")):
            ran = run("rules", *words)
            assert ran.status == 78
            assert "rules.1.do.assign: there is no person 'lea'" in ran.err
        assert try_(run, "--file", str(file)).status == 78

    def test_a_file_that_cannot_be_read(self, file: Path, run: Any) -> None:
        ran = run("rules", "import", "nothing.toml")
        assert (ran.status, "nothing.toml cannot be read" in ran.err) == (78, True)
        file.write_bytes(b"\xff")
        ran = run("rules", "import", str(file))
        assert (ran.status, "not UTF-8" in ran.err) == (78, True)
        file.write_text("rules = [", encoding="utf-8")
        ran = run("rules", "import", str(file))
        assert (ran.status, "not TOML" in ran.err) == (78, True)

    def test_the_evening_of_saint_jean_baptiste(self, file: Path, run: Any) -> None:
        ran = try_(run, "--at", "2027-06-24T20:00", "--file", str(file))
        assert ran.status == 0
        assert "On Thursday 2027-06-24 at 20:00 (America/Toronto)" in ran.out
        assert "closed by holiday until 2027-06-25T09:00:00-04:00 (Fête nationale" in ran.out
        assert "“suppliers” did not fire: none of these words" in ran.out
        assert "answered (holiday): Fermé : Fête nationale du Québec." in ran.out
        assert run("rules", "export").out == ""
        told = json.loads(try_(run, "--json", "--kind", "missed_call").out)
        assert (told["rules_version"], told["incoming"]["kind"]) == (0, "missed_call")

    def test_what_cannot_be_tried(self, file: Path, run: Any) -> None:
        assert file.exists()
        for option, value, why in (
            ("--at", "soon", "at: "),
            ("--inbox", "none", "no inbox"),
            ("--modem", "none", "no modem"),
        ):
            ran = try_(run, option, value)
            assert (ran.status, why in ran.err) == (1, True)


class TestWithADaemon:
    def test_it_is_asked(self, file: Path, daemon: Any, script: Any, run: Any) -> None:
        book = {"version": 4, "document": {"urgent_words": ["flood"]}}
        for method, path in (("GET", "/v1/rules"), ("PUT", "/v1/rules")):
            daemon.on(method, path, script.answer(book))
        daemon.on("GET", "/v1/rules/history/2", script.answer({"version": 2, "document": {}}))
        daemon.on("POST", "/v1/rules/check", script.answer({}))
        daemon.on("POST", "/v1/rules/preview", script.answer({"story": ["All \x1b[31mred"]}))

        assert run("rules", "export").out == 'urgent_words = ["flood"]\n'
        assert run("rules", "export", "--version", "2").out == ""
        assert "as version 4" in run("rules", "import", str(file)).err
        assert "nothing was changed" in run("rules", "import", str(file), "--dry-run").err
        assert try_(run, "--at", "2027-06-24T20:00").out == "All \ufffd[31mred\n"

        put, checked, tried = daemon.asked[-3:]
        assert put.body == checked.body
        assert put.body["document"]["rules"][0]["do"] == {"answer": "a.b"}
        assert tried.body == {
            "from": "514 555-0123",
            "text": "allo",
            "at": "2027-06-24T20:00",
            "inbox": "main",
            "modem": None,
            "kind": "sms",
        }

    def test_what_it_refuses_is_named_by_the_keys_of_the_file(
        self, file: Path, daemon: Any, script: Any, run: Any
    ) -> None:
        errors = [
            {"pointer": "/document/rules/0/do/assign", "detail": "there is no person 'lea'"},
            {"pointer": "/document/templates/a~1b/en", "detail": "no such placeholder"},
            {"pointer": "/document/templates/5/en", "detail": "no such placeholder"},
        ]
        daemon.on("PUT", "/v1/rules", script.refuse(422, "rules_unfit", "no", errors))
        daemon.on("POST", "/v1/rules/preview", script.refuse(422, "inbox_unknown", "no inbox"))
        ran = run("rules", "import", str(file))
        assert ran.status == 78
        assert "\n  rules.1.do.assign: there is no person 'lea'\n" in ran.err
        assert "\n  templates.a/b.en: no such placeholder\n" in ran.err
        assert "\n  templates.5.en: no such placeholder\n" in ran.err
        assert try_(run).status == 1

    def test_rules_of_a_newer_version_are_not_written_wrong(
        self, file: Path, daemon: Any, script: Any, run: Any
    ) -> None:
        assert file.exists()
        newer = {"version": 1, "document": {"magic": True}}
        daemon.on("GET", "/v1/rules", script.answer(newer))
        ran = run("rules", "export")
        assert (ran.status, ran.out, "magic: there is no such key" in ran.err) == (78, "", True)

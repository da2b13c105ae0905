"""`gatewayd doctor`: what is wrong, what shows it, and the one thing to do about each.

Owns how the findings are printed and the exit status. Works with the daemon running or stopped.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from config import Language, load_with_origin
from gatewayd.cli import show
from gatewayd.cli.configuration import rows
from gatewayd.cli.failure import CliError, Exit
from gatewayd.cli.root import Session, pass_session, version
from gatewayd.doctor import bundle, words
from gatewayd.doctor.examine import examine
from gatewayd.doctor.facts import Facts
from gatewayd.doctor.findings import Finding, Severity
from gatewayd.doctor.gather import gather
from storage.checkup import last_events
from storage.errors import StoreUnavailable

_WIDTH = 88
_NO_BREAK = "\N{NO-BREAK SPACE}"


@click.command()
@show.json_option
@click.option(
    "--lang",
    "language",
    type=click.Choice([each.value for each in Language]),
    help="The language of the sentences.  [default: [gateway] language]",
)
@click.option(
    "--bundle",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write a support file, with numbers and texts hidden.",
)
@pass_session
def doctor(session: Session, *, as_json: bool, language: str | None, target: Path | None) -> int:
    """Find out what is wrong with computer, modems, SIM, network and data, and what to do.

    Changes nothing, and opens no modem. With sudo it sees more: which program holds a port.
    """
    facts = gather(session.chosen, version=version())
    findings = examine(facts)
    chosen = _language(language, facts)
    report = _document(facts, findings, chosen)
    if target is not None:
        _write_bundle(target, facts, report)
    if as_json:
        show.document(report)
    else:
        _print(findings, chosen)
    return Exit.DONE if report["ok"] else Exit.FAILED


def _language(asked: str | None, facts: Facts) -> Language:
    if asked is not None:
        return Language(asked)
    settings = facts.config.settings
    return Language.EN if settings is None else settings.gateway.language


def _document(facts: Facts, findings: Sequence[Finding], language: Language) -> dict[str, Any]:
    return {
        "ok": not any(finding.severity is Severity.TROUBLE for finding in findings),
        "version": facts.version,
        "daemon": facts.daemon.standing.value,
        "findings": [
            {
                "code": finding.code.value,
                "severity": finding.severity.value,
                "subject": finding.subject or None,
                "cause": words.cause(finding, language),
                "evidence": {sign.value: value for sign, value in finding.evidence.items()},
                "fix": words.fix(finding, language),
            }
            for finding in findings
        ],
    }


def _print(findings: Sequence[Finding], language: Language) -> None:
    texts = words.TEXTS[language]
    for finding in findings:
        trouble = finding.severity is Severity.TROUBLE
        title = click.style(
            texts.trouble if trouble else texts.note, fg="red" if trouble else "yellow", bold=True
        )
        click.echo(f"{title}  [{finding.code}]")
        click.echo(_wrapped(words.cause(finding, language)))
        for sign, value in finding.evidence.items():
            for line in show.printable(value).splitlines():
                click.echo(f"    {texts.signs[sign]}{texts.colon}{line}")
        click.echo(_wrapped(f"{texts.fix}{texts.colon}{words.fix(finding, language)}"))
        click.echo()
    click.echo(_summary(findings, texts))


def _summary(findings: Sequence[Finding], texts: words.Texts) -> str:
    troubles = sum(finding.severity is Severity.TROUBLE for finding in findings)
    notes = len(findings) - troubles
    counted = [
        forms[count != 1].format(count=count)
        for forms, count in ((texts.troubles, troubles), (texts.notes, notes))
        if count
    ]
    told = ", ".join(counted)
    if troubles:
        return f"{told}."
    return f"{texts.nothing_wrong} ({told})" if told else texts.nothing_wrong


def _wrapped(text: str) -> str:
    # Ours, and harmless; `printable` would not let it pass.
    text = _NO_BREAK.join(map(show.printable, text.split(_NO_BREAK)))
    if not sys.stdout.isatty():
        return f"  {text}"
    return click.wrap_text(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _write_bundle(target: Path, facts: Facts, report: dict[str, Any]) -> None:
    parts = {
        "findings": report,
        "config": _config(facts),
        "versions": bundle.versions(facts.version, facts.daemon),
        "modems": list(facts.daemon.modems_json),
        "events": _events(facts),
    }
    settings = facts.config.settings
    try:
        recordings = {} if settings is None else bundle.recordings(settings.gateway.data_dir)
        bundle.write(target, parts, recordings)
    except FileExistsError as error:
        raise CliError(
            f"{target} is there already; nothing was written.", advice="Choose another name."
        ) from error
    except OSError as error:
        raise CliError(f"{target} cannot be written: {error.strerror or error}.") from error
    show.note(f"Wrote {target}. Numbers and texts are hidden in it; look before you send it.")


def _config(facts: Facts) -> dict[str, Any]:
    file, problems = facts.config.file, list(facts.config.problems)
    settings = [] if file is None or facts.config.settings is None else rows(load_with_origin(file))
    return {"file": str(file), "settings": settings, "problems": problems}


def _events(facts: Facts) -> list[dict[str, Any]] | str:
    """The journal's newest, or why there are none."""
    file = facts.database_file
    if file is None:
        return "the database is on another server"
    if not file.exists():
        return []
    try:
        return bundle.events(last_events(file, bundle.EVENTS_KEPT))
    except StoreUnavailable as error:
        return f"the journal cannot be read: {error.reason}"

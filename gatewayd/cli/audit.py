"""`gatewayd audit`: whether the audit journal is whole; the daemon running or stopped."""

import re
from typing import TYPE_CHECKING

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, Json
from gatewayd.cli.failure import CliError, NoDaemonError
from gatewayd.cli.root import Session, pass_session

if TYPE_CHECKING:
    from config.schema import Settings

_ANSWER_SECONDS = 600.0  # a million rows take a while
_HASH = re.compile(r"[0-9a-f]{64}")
_WRONG = {
    "altered": "row {at} is not what was written",
    "missing": "rows before row {at} are gone",
    "unlinked": "row {at} does not continue the row before it, which was written anew",
}


@click.group()
def audit() -> None:
    """Look at the journal of what people and programs did."""


@audit.command()
@click.option("--expect", metavar="HASH", help="A head that was logged or noted earlier.")
@show.json_option
@pass_session
def verify(session: Session, *, expect: str | None, as_json: bool) -> None:
    """Check every row of the audit chain. With --expect also that nothing was cut off."""
    if expect is not None and not _HASH.fullmatch(expect := expect.strip().lower()):
        raise click.UsageError("HASH must be 64 digits from 0 to f, as `head` shows them.")
    settings = session.load().settings
    try:
        query = {} if expect is None else {"expect": expect}
        client = Client(settings.http.socket)
        found = client.get("/v1/audit/verification", query, answer_seconds=_ANSWER_SECONDS)
    except NoDaemonError as error:
        if not error.stopped:
            raise
        found = _offline(settings, expect)
    if as_json:
        show.document(found)
    else:
        show.record({"rows": found["rows"], "head": found["head"]})
    if found["breach"] is not None:
        what = _WRONG[found["breach"]].format(at=found["at"])
        raise CliError(
            f"The audit journal was tampered with: {what}.",
            advice="Keep this database as it is, and compare it with a backup from before.",
        )
    if found["expected"] is False:
        raise CliError(
            "The audit journal has no row with this hash: its end was cut off, or written anew.",
            advice="Search the log for `audit_head`: the last one that verifies tells since when.",
        )
    if not as_json:
        show.note("The audit journal is whole.")


def _offline(settings: "Settings", expect: str | None) -> Json:
    from gatewayd.cli.offline import in_store  # noqa: PLC0415 - only while stopped
    from gatewayd.clock import SystemClock  # noqa: PLC0415 - as above
    from gatewayd.http.models.audit import verification_json  # noqa: PLC0415 - as above
    from gatewayd.services.audits import Audits  # noqa: PLC0415 - as above
    from storage.engine import Store  # noqa: PLC0415 - as above

    async def look(store: Store) -> Json:
        audits = Audits(store=store, clock=SystemClock())
        verdict = await audits.verify(None if expect is None else bytes.fromhex(expect))
        return verification_json(verdict).model_dump(mode="json")

    return in_store(settings.gateway.data_dir, look)

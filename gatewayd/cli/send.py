"""`gatewayd send`: one message through the running daemon."""

import secrets
import sys
from datetime import datetime, timedelta

import click

from config.values import format_duration
from gatewayd.cli import show
from gatewayd.cli.client import Client, Json, LostError
from gatewayd.cli.failure import CliError, Exit
from gatewayd.cli.notation import Duration, Moment, wire
from gatewayd.cli.root import Session, pass_session
from gatewayd.cli.waiting import GOOD, Until, follow, progress

_SHOWN = ("id", "state", "from", "to", "parts", "modem", "sent_at", "delivered_at", "error")


class _SendCommand(click.Command):
    """Takes ``--wait`` alone for ``--wait=sent``: click would take the next word for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write out the value that was left out."""
        end = args.index("--") if "--" in args else len(args)
        options = ["--wait=sent" if word == "--wait" else word for word in args[:end]]
        return super().parse_args(ctx, options + args[end:])


@click.command(cls=_SendCommand)
@click.argument("to")
@click.argument("text")
@click.option("--inbox", metavar="I", help="Send from this inbox's number.  [default: main]")
@click.option(
    "--at",
    metavar="T",
    type=Moment(),
    help='Not before this time: "2026-12-01 09:00", RFC 3339, or "+10m".',
)
@click.option(
    "--wait",
    metavar="sent|delivered",
    type=click.Choice([until.value for until in Until]),
    help="Wait until the network has it (--wait), or its report came (--wait=delivered).",
)
@click.option(
    "--timeout",
    metavar="T",
    type=Duration(),
    default="5m",
    show_default=True,
    help="Wait no longer than this.",
)
@show.json_option
@pass_session
def send(
    session: Session,
    to: str,
    text: str,
    *,
    inbox: str | None,
    at: datetime | None,
    wait: str | None,
    timeout: timedelta,
    as_json: bool,
) -> int:
    """Send TEXT to the number TO through the running daemon.

    A TEXT of - is read from standard input. Without --wait the command ends as soon as the message
    is safely stored; the exit status is 1 when a message that was waited for ended badly.
    """
    if text == "-":
        text = sys.stdin.read().removesuffix("\n")
    client = session.client()
    body: Json = {"to": to, "text": text, "inbox": inbox, "send_at": wire(at)}
    message = _post(client, {name: value for name, value in body.items() if value is not None})
    if wait is None:
        _print(message, as_json=as_json)
        return Exit.DONE
    until = Until(wait)
    with progress(to, until) as report:
        followed = follow(
            client, message, until=until, seconds=timeout.total_seconds(), report=report
        )
    _print(followed.message, as_json=as_json)
    state = followed.message["state"]
    if not followed.ended:
        raise CliError(
            f"After {format_duration(timeout)} the message is still {state}; it goes on without "
            "this command.",
            advice=f"See `gatewayd messages show {message['id']}`.",
        )
    if state in GOOD[until]:
        return Exit.DONE
    raise _bad_end(followed.message)


def _post(client: Client, body: Json) -> Json:
    # The key makes a second try harmless: the daemon answers it with the first message.
    headers = {"Idempotency-Key": secrets.token_urlsafe(18)}
    try:
        return client.post("/v1/messages", body, headers)
    except LostError:
        return client.post("/v1/messages", body, headers)


def _print(message: Json, *, as_json: bool) -> None:
    if as_json:
        show.document(message)
    else:
        show.record({name: message[name] for name in _SHOWN if message.get(name) is not None})


def _bad_end(message: Json) -> CliError:
    state = message["state"]
    error = message.get("error") or {}
    why = f": {str(error['detail']).removesuffix('.')}" if error.get("detail") else ""
    if state == "unknown":
        return CliError(
            f"Nobody knows whether the message was sent{why}.",
            advice="If the customer says it did not arrive: "
            f"`gatewayd messages resolve {message['id']} --as resend`.",
        )
    return CliError(f"The message ended {state}{why}.")

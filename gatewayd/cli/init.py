"""`gatewayd init`: from a fresh machine to a configuration that runs.

Owns the questions, the file that comes of the answers, and the first token. Opens no modem.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import click

from config.build import as_toml
from config.load import LOCAL_FILE, SYSTEM_FILE, example
from config.schema import DEFAULT_DATA_DIR
from config.values import Reader, UnfitError, country, line
from gatewayd.cli import show
from gatewayd.cli.as_service import ServiceSetUp
from gatewayd.cli.failure import CliError, Exit
from gatewayd.cli.place import guess_country, local_zone, page_address
from gatewayd.cli.root import Session, pass_session
from gatewayd.tls.addresses import host_names, lan_addresses
from gatewayd.tls.errors import TlsError

_LOCAL_DATA_DIR = "gatewayd-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the file will say."""

    name: str
    country: str
    device: str
    lan: bool
    data_dir: str


@click.command()
@click.option("--yes", is_flag=True, help="Ask nothing; take what was found.")
@click.option(
    "--system", is_flag=True, help=f"Write {SYSTEM_FILE}, with the data in {DEFAULT_DATA_DIR}."
)
@click.option(
    "--lan",
    is_flag=True,
    help="Let the shop's other machines and phones in, encrypted, with an authority of its own.",
)
@click.option("--dry-run", is_flag=True, help="Show the file and each step; change nothing.")
@click.option(
    "--config-only", is_flag=True, help="Write the configuration alone: no service, no token."
)
@click.option("--undo", is_flag=True, help="With --system: take the service away; data stays.")
@pass_session
def init(session: Session, /, *, system: bool, dry_run: bool, undo: bool, **wanted: bool) -> None:
    """Write a commented configuration, make the data folder and an administrator's token.

    With --system it makes this machine's service of it, step by step; without, everything stays
    in the current folder.
    """
    service = ServiceSetUp() if system else None
    if undo:
        if service is None:
            raise click.UsageError("--undo takes away what --system made: give both.")
        service.take_away(dry_run=dry_run)
        return
    _set_up(session, service, dry_run=dry_run, **wanted)


def _set_up(
    session: Session,
    service: ServiceSetUp | None,
    *,
    dry_run: bool,
    yes: bool,
    lan: bool,
    config_only: bool,
) -> None:
    system = service is not None
    file = _target(session, system=system)
    if os.path.lexists(file) and not dry_run:
        raise CliError(
            f"{file} is there already; nothing was changed.",
            advice="`gatewayd config check` reads it; --config names another file.",
        )
    answers = Answers(
        name=_ask_name(yes=yes),
        country=_ask_country(yes=yes),
        device=_find_modem(yes=yes),
        lan=lan,
        data_dir=str(DEFAULT_DATA_DIR) if system else _LOCAL_DATA_DIR,
    )
    text = compose(answers)
    if dry_run:
        click.echo(text, nl=False)
        _tell_what_would_be(file, answers)
    if service is not None and not config_only:
        service.lay_down(dry_run=dry_run)
    if not dry_run:
        _write(file, text)
    if not dry_run and not config_only:
        _keys(file, answers)
    if service is not None and not config_only:
        service.start(dry_run=dry_run)


def _tell_what_would_be(file: Path, answers: Answers) -> None:
    show.note(f"Nothing was changed; this would be {file}.")
    if answers.lan:
        made = (file.parent / answers.data_dir / "tls").absolute()
        show.note(
            f"It would also make the shop's certificate authority in {made}: authority.crt, "
            "which phones install, and authority.key, server.crt, server.key."
        )


def _keys(file: Path, answers: Answers) -> None:
    secret, link = _first_keys(file)
    fingerprint = _authority(file) if answers.lan else None
    _tell(file, secret, link, answers, fingerprint)


def compose(answers: Answers) -> str:
    """Write the example with these answers in it."""
    text = example()
    values = {
        "name": as_toml(answers.name),
        "country": as_toml(answers.country),
        "data_dir": as_toml(answers.data_dir),
        "device": as_toml(answers.device),
    }
    zone = local_zone()
    if zone is not None:
        values["timezone"] = as_toml(zone)
    if answers.lan:
        values |= {
            "listen": '"0.0.0.0:8767"',
            "allowed_hosts": as_toml(list(host_names())),
            "local_authority": "true",
            "plain_listen": '"0.0.0.0:8766"',
        }
    for key, value in values.items():
        text = _set(text, key, value)
    return text


def _set(text: str, key: str, value: str) -> str:
    """Give the first ``key = …`` of the example, also a commented one, another value."""
    pattern = re.compile(rf"^(?:# )?{key} = .*?\s+(?=#)", re.MULTILINE)

    def replace(match: re.Match[str]) -> str:
        width = max(len(match[0]), len(f"{key} = {value}") + 1)
        return f"{key} = {value}".ljust(width)

    return pattern.sub(replace, text, count=1)


def _target(session: Session, *, system: bool) -> Path:
    if session.chosen is not None:
        return session.chosen.absolute()
    return SYSTEM_FILE if system else LOCAL_FILE.absolute()


def _ask_name(*, yes: bool) -> str:
    default = "My business"
    return default if yes else _ask("The business's name", default, line(60))


def _ask_country(*, yes: bool) -> str:
    guess = guess_country()
    if yes:
        if guess is None:
            show.note('This machine does not tell its country: wrote "CA". Change it if need be.')
        return guess or "CA"
    return _ask("Country, or country and province, such as CA or CA-QC", guess, country)


def _ask(question: str, default: str | None, read: Reader) -> str:
    while True:
        answer = click.prompt(question, default=default, err=True)
        try:
            return str(read(answer))
        except UnfitError as unfit:
            show.note(f"{answer!r}: {unfit}.")


def _find_modem(*, yes: bool) -> str:
    from modem.ttys import scan  # noqa: PLC0415 - pyserial takes a while to import

    found = scan()
    if not found:
        show.note(
            'No USB serial port is there yet: wrote device = "auto". Plug the modem in; '
            "if it shows no port then, it may need usb_modeswitch."
        )
        return "auto"
    show.note("USB serial ports on this machine:")
    for number, port in enumerate(found, start=1):
        show.note(f"  {number}. {port.device}  {show.printable(port.description)}")
    if yes:
        return "auto"
    choice = click.prompt(
        "Which one is the modem's? 0: find it at each start",
        type=click.IntRange(0, len(found)),
        default=0,
        err=True,
    )
    return found[choice - 1].device if choice else "auto"


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), 0o644)
            stream.write(text)
    except OSError as error:
        raise CliError(
            f"{file} cannot be written: {error.strerror}.",
            advice="Run this as root (sudo), or without --system.",
            status=Exit.CONFIG,
        ) from error


def _first_keys(file: Path) -> tuple[str, str | None]:
    """Make an administrator's token, and the link to the page of the first one who logs in."""
    from config import load  # noqa: PLC0415 - beside its use
    from gatewayd.cli.offline import make_token  # noqa: PLC0415 - the store takes a while
    from gatewayd.cli.offline_users import first_admin_link  # noqa: PLC0415 - as above

    try:
        settings = load(file)
        made = make_token(settings.gateway.data_dir, name="administrator", scopes=["admin"])
        link = first_admin_link(settings)
        return made.secret, None if link is None else page_address(settings) + link
    except BaseException:
        # Without its token and data it is half a set-up, and would stop the next `init`.
        file.unlink(missing_ok=True)
        raise


def _authority(file: Path) -> str:
    """Make the shop's own authority now, so that its fingerprint can be written down here."""
    from config import load  # noqa: PLC0415 - beside its use
    from gatewayd.tls import authority, material  # noqa: PLC0415 - a large library, for --lan only

    settings = load(file)
    try:
        authority.ensure(settings, addresses=lan_addresses(), now=material.now())
        return authority.authority_of(settings)[1]
    except TlsError as error:
        raise CliError(f"{error}.", status=Exit.CONFIG) from error


def _tell(
    file: Path, secret: str, link: str | None, answers: Answers, fingerprint: str | None
) -> None:
    facts = {
        "configuration": str(file),
        "data": str((file.parent / answers.data_dir).absolute()),
        "token": secret,
    }
    if link is not None:
        facts["page"] = link
    if fingerprint is not None:
        facts["fingerprint"] = fingerprint
    show.record(facts)
    run = "gatewayd run" if file == LOCAL_FILE.absolute() else f"gatewayd --config {file} run"
    show.note("The token is an administrator's and is not shown again.")
    if link is not None:
        show.note("The page's link makes you its administrator: it works once, within a week.")
    if answers.lan:
        address = next(map(str, lan_addresses()), "this machine's address")
        show.note(
            f"Phones and other machines begin at http://{address}:8766/trust: it shows how to "
            "trust this one, and a QR code for the next. Compare the fingerprint there with the "
            "one above."
        )
    if file != SYSTEM_FILE:
        show.note(f"Start it with `{run}`; then `gatewayd modems list` shows the modem.")

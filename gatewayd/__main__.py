"""The program: runs the command line and turns every way to fail into a sentence and a status.

Owns the exit status. Only a bug shows anything like a traceback, and even that goes to a file.
"""

import os
import sys
import tempfile
import traceback

import click

from gatewayd.cli.failure import CliError, Exit
from gatewayd.cli.root import invoke


def main() -> None:
    """Run the command line and exit."""
    # What is stored is nobody else's business, whatever the shell's umask says.
    os.umask(0o027)
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run a command line; gives the exit status and never raises."""
    try:
        result = invoke(arguments)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`); the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except CliError as error:
        return _say(error.sentence, error.advice, error.status)
    except Exception as error:  # noqa: BLE001 - the last stop of every bug
        return _tell(error)
    return result if isinstance(result, int) else Exit.DONE


def _tell(error: Exception) -> int:
    """Name a failure that the command did not put in words itself."""
    from config import ConfigError, ConfigNotFoundError, SecretError  # noqa: PLC0415 - only here

    match error:
        case ConfigError():
            for problem in error.problems:
                click.echo(str(problem), err=True)
            count = len(error.problems)
            return _say(
                f"The configuration has {count} error{'' if count == 1 else 's'}.",
                "`gatewayd config example` shows every key.",
                Exit.CONFIG,
            )
        case ConfigNotFoundError():
            return _say(
                str(error),
                "`gatewayd init` writes one; --config names another place; "
                "`gatewayd demo` needs none.",
                Exit.CONFIG,
            )
        case SecretError():
            return _say(str(error), None, Exit.CONFIG)
        case _:
            return _bug(error)


def _say(sentence: str, advice: str | None, status: Exit) -> int:
    click.echo(f"gatewayd: {sentence}", err=True)
    if advice:
        click.echo(f"  {advice}", err=True)
    return status


def _bug(error: Exception) -> int:
    with tempfile.NamedTemporaryFile(
        "w", prefix="gatewayd-bug-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return _say(
        f"This is a bug in gatewayd: {type(error).__name__}.",
        f"The traceback is in {file.name}; please report it with that file.",
        Exit.BUG,
    )


if __name__ == "__main__":
    main()

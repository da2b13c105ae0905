"""How people write times and durations on the command line.

Owns two click types. Must not know the commands that use them.
"""

from datetime import UTC, datetime, timedelta

import click

from config.values import UnfitError, parse_duration


class Duration(click.ParamType[timedelta]):
    """``90s``, ``5m``, ``2h``, ``2d``."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it, or fail with what was expected."""
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except UnfitError as unfit:
            self.fail(f"{value!r}: {unfit}.", param, ctx)


class Moment(click.ParamType[datetime]):
    """RFC 3339, a local ``2026-12-01 09:00``, or a duration from now such as ``+10m``."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it into UTC, or fail with what was expected."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            if text.startswith("+"):
                return datetime.now(UTC) + parse_duration(text[1:])
            # A time without a zone is this machine's: who types it looks at its clock.
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(
                f'{text!r}: expected a time such as "2026-12-01 09:00" (this machine\'s clock), '
                '"2026-12-01T14:00:00Z", or "+10m" from now.',
                param,
                ctx,
            )


def wire(moment: datetime | None) -> str | None:
    """Write a time as the API wants it."""
    if moment is None:
        return None
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""What managers set for the whole business, on the wire."""

from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from gatewayd.http.models.base import Output
from gatewayd.http.models.editing import NOT_GIVEN, Changes
from gatewayd.services.options import Chosen

_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_MASKS = "agents see the ends of customers' numbers only"
_DAILY = "when the daily digest is sent, as the shop's clock shows it, such as 07:00; null: never"


def _wall_time(value: Any) -> Any:
    """Read hours and minutes."""
    if not isinstance(value, str):
        return value
    try:
        read = time.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be hours and minutes, such as 07:00") from error
    if read.strftime("%H:%M") != value:
        raise ValueError("must be hours and minutes, such as 07:00")
    return read


WallTime = Annotated[
    time,
    BeforeValidator(_wall_time),
    PlainSerializer(lambda value: value.strftime("%H:%M"), when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _PATTERN}),
]


class Settings(Output):
    """What holds."""

    mask_numbers: Annotated[bool, Field(description=_MASKS)]
    daily_digest_at: Annotated[WallTime | None, Field(description=_DAILY)]


class SettingsEdit(Changes):
    """What is to hold; what is not given stays."""

    mask_numbers: Annotated[bool, Field(description=_MASKS)] = NOT_GIVEN
    daily_digest_at: Annotated[WallTime | None, Field(description=_DAILY)] = None

    def given(self) -> dict[str, bool | time | None]:
        """Give what is to be changed."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def settings_json(chosen: Chosen) -> Settings:
    """Translate what holds."""
    return Settings(mask_numbers=chosen.mask_numbers, daily_digest_at=chosen.daily_digest_at)

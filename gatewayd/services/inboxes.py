"""The inboxes: `main`, and each that a modem of the configuration names, as managers set them.

What managers have not set holds as the configuration says for the whole gateway.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.drafts import DEFAULT_INBOX
from gatewayd.services.tokens import Principal
from storage import inboxes
from storage.editing import Edit
from storage.engine import Store
from storage.inboxes import InboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    """An inbox as it works now; ``inherited`` are the fields that managers have not set."""

    name: str
    display_name: str
    timezone: str
    language: str
    hours: str | None
    signature: str | None
    modems: tuple[str, ...]
    inherited: tuple[str, ...]
    version: int


async def seed_inboxes(settings: Settings, *, store: Store, clock: Clock) -> None:
    """Make what the configuration names and the store lacks; what managers set stays."""
    names = (DEFAULT_INBOX, *(modem.inbox for modem in settings.modems))
    async with store.write() as tx:
        await inboxes.seed(tx, names, now_ms=clock.now_ms())


class Inboxes:
    """The inboxes as people see and set them."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock

    async def list_all(self) -> list[InboxView]:
        """List all, by name."""
        async with self._store.read() as tx:
            return [self._view(row) for row in await inboxes.list_all(tx)]

    async def get(self, name: str) -> InboxView | None:
        """Read one."""
        async with self._store.read() as tx:
            row = await inboxes.get(tx, name)
        return None if row is None else self._view(row)

    async def change(
        self, name: str, values: Mapping[str, str | None], *, version: int | None, by: Principal
    ) -> Edit:
        """Set what is given; None gives it back to the configuration."""
        async with self._store.write() as tx:
            now_ms = self._clock.now_ms()
            outcome = await inboxes.change(
                tx, name, values, version=version, by=by.id, now_ms=now_ms
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    def _view(self, row: InboxRow) -> InboxView:
        gateway = self._settings.gateway
        whole = {
            "display_name": gateway.name,
            "timezone": gateway.timezone,
            "language": gateway.language.value,
        }
        return InboxView(
            name=row.name,
            display_name=row.display_name or whole["display_name"],
            timezone=row.timezone or whole["timezone"],
            language=row.language or whole["language"],
            hours=row.hours,
            signature=row.signature,
            modems=tuple(modem.name for modem in self._settings.modems if modem.inbox == row.name),
            inherited=tuple(name for name in whole if getattr(row, name) is None),
            version=row.version,
        )

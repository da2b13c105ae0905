"""Which inboxes there are: `main`, and each that a modem of the configuration names."""

from config.schema import Settings
from gatewayd.clock import Clock
from gatewayd.services.drafts import DEFAULT_INBOX
from storage import inboxes
from storage.engine import Store


async def seed_inboxes(settings: Settings, *, store: Store, clock: Clock) -> None:
    """Make what the configuration names and the store lacks; what managers set stays."""
    names = (DEFAULT_INBOX, *(modem.inbox for modem in settings.modems))
    async with store.write() as tx:
        await inboxes.seed(tx, names, now_ms=clock.now_ms())

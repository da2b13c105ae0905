"""The rules while the daemon is stopped: read, set and tried by the same services."""

import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from config.schema import Settings
from gatewayd.bus import Bus
from gatewayd.cli.client import Json
from gatewayd.cli.failure import CliError
from gatewayd.cli.offline import in_store
from gatewayd.cli.rules_file import unfit_rules
from gatewayd.clock import SystemClock
from gatewayd.http.models.rules import preview_json, rules_json
from gatewayd.http.peer import user_name
from gatewayd.services.inboxes import seed_inboxes
from gatewayd.services.preview import Previews, Supposed
from gatewayd.services.rulebook import Rules, UnfitBook
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal, PrincipalType, Scope
from routing.model import Kind
from storage.engine import Store

T = TypeVar("T")


def read_rules(settings: Settings, version: int | None) -> Json:
    """Give the rules in force, or an earlier version."""

    async def read(store: Store) -> Json:
        there = _rules(settings, store)
        row = await (there.current() if version is None else there.get(version))
        if row is None:
            raise CliError(f"There is no version {version} of the rules.")
        return rules_json(row).model_dump(mode="json")

    return in_store(settings.gateway.data_dir, read)


def set_rules(settings: Settings, document: Json, *, dry_run: bool) -> int | None:
    """Put rules in force and give their version; or look them over, and give None."""

    async def put(store: Store) -> int | None:
        there = _rules(settings, store)
        outcome = await (
            there.check(document)
            if dry_run
            else there.replace(document, version=None, by=somebody())
        )
        if isinstance(outcome, UnfitBook):
            raise unfit_rules(outcome.problems)
        return None if dry_run else (await there.current()).version

    return _with_inboxes(settings, put)


def preview(settings: Settings, body: Json) -> Json:
    """Tell what would happen; takes and gives what the API does."""
    supposed = Supposed(
        sender=body["from"],
        text=body["text"],
        kind=Kind(body["kind"]),
        inbox=body["inbox"],
        modem=body["modem"],
        at=body["at"],
        document=body.get("document"),
    )

    async def suppose(store: Store) -> Json:
        previews = Previews(settings=settings, store=store, clock=SystemClock())
        found = await previews.preview(supposed)
        if isinstance(found, UnfitBook):
            raise unfit_rules(found.problems)
        if isinstance(found, Unfit):
            raise CliError(f"{found.field}: {found.detail}.")
        return preview_json(found).model_dump(mode="json")

    return _with_inboxes(settings, suppose)


def _with_inboxes(settings: Settings, use: Callable[[Store], Awaitable[T]]) -> T:
    """A store that no daemon has opened yet has no inboxes: make them as the daemon would."""

    async def seeded(store: Store) -> T:
        await seed_inboxes(settings, store=store, clock=SystemClock())
        return await use(store)

    return in_store(settings.gateway.data_dir, seeded)


def _rules(settings: Settings, store: Store) -> Rules:
    return Rules(settings=settings, store=store, bus=Bus(), clock=SystemClock())


def somebody() -> Principal:
    """Give who runs this command, an administrator as on the socket."""
    uid = os.geteuid()
    return Principal(
        type=PrincipalType.LOCAL,
        id=f"uid:{uid}",
        name=user_name(uid),
        scopes=frozenset({Scope.ADMIN}),
    )

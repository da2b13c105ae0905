"""USSD through the whole daemon: the form that works is remembered, if the store can."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modem.virtual.ledger import Happening
from modem.virtual.ussd import UssdCoding
from storage import ussd
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Gateway, World

Start = Callable[..., AbstractAsyncContextManager["Gateway"]]


async def ask(gateway: "Gateway") -> Any:
    return await gateway.ask("POST", "/v1/modems/counter/ussd", json={"code": "*100#"})


def came_through(world: "World") -> list[str | None]:
    return [entry.text for entry in world.of(Happening.USSD)]


@pytest.fixture
def packed(world: "World") -> None:
    traits = replace(world.counter.personality, ussd_request=UssdCoding.PACKED)
    world.counter.personality = traits


@pytest.mark.usefixtures("packed")
async def test_the_form_is_remembered_over_a_restart(world: "World", start: Start) -> None:
    async with start(world) as gateway:
        assert (await ask(gateway))["text"] == "Solde / balance: 12.34 CAD"
    before = len(came_through(world))
    async with start(world) as gateway:
        await ask(gateway)
    assert came_through(world)[before:] == ["*100#"]


@pytest.mark.usefixtures("packed")
@pytest.mark.parametrize("what", ["recall_form", "remember_form"])
async def test_a_form_that_cannot_be_remembered_is_found_again(
    world: "World", start: Start, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    async def refuse(*_: object) -> None:
        raise StoreUnavailable(reason="database or disk is full")

    async with start(world) as gateway:
        with monkeypatch.context() as outage:
            outage.setattr(ussd, what, refuse)
            assert (await ask(gateway))["session"] == "ended"
        assert (await ask(gateway))["session"] == "ended"
    assert came_through(world)[-1] == "*100#"

"""A customer, and people of the shop who are logged in; a program with a token beside them."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from gatewayd.services.inboxes import seed_inboxes
from gatewayd.services.roles import ROLE_SCOPES, Role
from gatewayd.services.tokens import Principal, PrincipalType, Scope, Tokens
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

CUSTOMER = "+15145550123"


@dataclass(kw_only=True)
class Caller:
    """Somebody at a page, or a program: who they are, and the headers that prove it."""

    id: str
    headers: dict[str, str]
    api: Any

    async def ask(
        self, method: str, path: str, body: object = None, *, status: int = 200, **more: Any
    ) -> Any:
        options = {"json": body} if body is not None else {}
        headers = self.headers | more.pop("headers", {})
        async with self.api.tcp.request(method, path, headers=headers, **options) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)

    async def do(self, conversation_id: str, what: str, body: object = None, **more: Any) -> Any:
        return await self.ask("POST", f"/v1/conversations/{conversation_id}/{what}", body, **more)

    async def answer(self, conversation_id: str, text: str = "Yes", **more: Any) -> Any:
        status = more.pop("status", 202)
        headers = more.pop("headers", {})
        body = {"text": text, **more}
        return await self.do(conversation_id, "messages", body, status=status, headers=headers)

    async def show(self, conversation_id: str) -> Any:
        return await self.ask("GET", f"/v1/conversations/{conversation_id}")

    async def seen(self, conversation_id: str) -> str:
        """The newest entry of what they have before them."""
        return str((await self.show(conversation_id))["timeline"]["items"][0]["id"])


class Floor:
    """The shop's side."""

    def __init__(self, api: Any, people: dict[str, Principal]) -> None:
        self.api = api
        self.people = people

    async def person(self, name: str = "marie", role: Role = Role.AGENT, **fields: Any) -> Caller:
        body = {"name": name, "display_name": f"{name.title()} Roy", **fields}
        user = await self.api.admin("POST", "/v1/users", status=201, json=body)
        secret = f"gw_{name}"
        self.people[secret] = Principal(
            type=PrincipalType.PERSON,
            id=user["id"],
            name=user["display_name"],
            scopes=ROLE_SCOPES[role],
        )
        headers = {"Authorization": f"Bearer {secret}"}
        return Caller(id=user["id"], headers=headers, api=self.api)

    def limit(self, name: str, inboxes: set[str]) -> None:
        """Let a person see these inboxes only."""
        secret = f"gw_{name}"
        self.people[secret] = replace(self.people[secret], inboxes=frozenset(inboxes))

    async def program(self, name: str = "till") -> Caller:
        headers = await self.api.token(Scope.INBOX, Scope.MESSAGES_SEND, name=name)
        return Caller(id=name, headers=headers, api=self.api)

    async def receive(
        self, text: str = "Is it ready?", *, sender: str = CUSTOMER, inbox: str = "main"
    ) -> str:
        """Take an incoming text; give its conversation's id."""
        now_ms = self.api.clock.now_ms()
        message = NewIncoming(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            from_=sender,
            to_number="+15145550100",
            text=text,
            encoding="gsm7",
            inbox=inbox,
            modem="counter",
            iccid="89",
            kind="text",
            sc_time_ms=now_ms,
            parts_total=1,
            parts_present=1,
            complete=True,
        )
        async with self.api.context.store.write() as tx:
            await insert_incoming(tx, message, now_ms=now_ms)
        shown = await self.api.admin("GET", f"/v1/messages/{message.id}")
        return str(shown["conversation_id"])

    async def inbox(self, **fields: Any) -> Any:
        return await self.api.admin("PATCH", "/v1/inboxes/main", json=fields)

    async def wait(self, *, hours: float) -> None:
        self.api.clock.ms += int(hours * 3_600_000)


@pytest.fixture
async def floor(api: Any, monkeypatch: pytest.MonkeyPatch) -> Floor:
    people: dict[str, Principal] = {}
    recognise = Tokens.recognise

    async def anyone(tokens: Tokens, secret: str) -> Principal | None:
        return people.get(secret) or await recognise(tokens, secret)

    monkeypatch.setattr(Tokens, "recognise", anyone)
    context = api.context
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)
    return Floor(api, people)

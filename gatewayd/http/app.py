"""Builds the web application from the table of routes."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gatewayd.asides import Asides
from gatewayd.compat.mount import mount
from gatewayd.contactfiles.importing import Imports
from gatewayd.daily.preview import DailyPreview
from gatewayd.exports.exports import Exports
from gatewayd.http.context import HttpContext
from gatewayd.http.gate import Gate
from gatewayd.http.logged_in import SESSIONS
from gatewayd.http.masked import OPTIONS, masked
from gatewayd.http.middleware import around, mark
from gatewayd.http.openapi import DESCRIPTION, Description
from gatewayd.http.patterns import pattern
from gatewayd.http.route import (
    AUDITS,
    CONSENTS,
    CONTACTS,
    CONVERSATION_VIEWS,
    CONVERSATIONS,
    ERASURES,
    EVENTS,
    EXPORTS,
    IDENTITIES,
    IMPORTS,
    INBOX_TARGETS,
    INBOXES,
    LEAVING,
    LINKS,
    MESSAGES,
    NEW_CONTACTS,
    PRESENCES,
    PREVIEWS,
    READING,
    REDECODE,
    RULES,
    SAVED_REPLIES,
    STAFF,
    STREAMS,
    SUPERVISION,
    TOKENS,
    WEBHOOKS,
    WISHES,
    WRITING_FIRST,
    Route,
)
from gatewayd.http.routes import (
    accounts,
    audit,
    business,
    by_hand,
    consents,
    contact_files,
    contacts,
    conversation_counts,
    conversations,
    decode,
    erasures,
    events,
    exports,
    identities,
    inboxes,
    incidents,
    messages,
    modems,
    new_contacts,
    own_person,
    replying,
    retention,
    rules,
    saved_replies,
    search,
    service,
    session,
    supervision,
    targets,
    teams,
    together,
    tokens,
    trust,
    users,
    webhooks,
    wishes,
)
from gatewayd.http.streams import Streams
from gatewayd.presence import Presences
from gatewayd.redecode import Redecode
from gatewayd.services.audits import Audits
from gatewayd.services.consents import Consents
from gatewayd.services.contacts import Contacts
from gatewayd.services.conversation_views import ConversationViews
from gatewayd.services.conversations import Conversations
from gatewayd.services.erasures import Erasures
from gatewayd.services.events import Events
from gatewayd.services.identities import Identities
from gatewayd.services.inboxes import Inboxes
from gatewayd.services.leaving import Leaving
from gatewayd.services.links import Links
from gatewayd.services.messages import Messages
from gatewayd.services.new_contacts import NewContacts
from gatewayd.services.options import Options
from gatewayd.services.preview import Previews
from gatewayd.services.reading import Reading
from gatewayd.services.rulebook import Rules
from gatewayd.services.saved_replies import SavedReplies
from gatewayd.services.sessions import Sessions
from gatewayd.services.staff import Staff
from gatewayd.services.supervision import Supervision
from gatewayd.services.targets import InboxTargets
from gatewayd.services.tokens import Tokens
from gatewayd.services.webhooks import Webhooks
from gatewayd.services.wishes import NotificationWishes
from gatewayd.services.writing_first import WritingFirst
from gatewayd.web.apidocs.pages import add_book
from gatewayd.web.app import add_page

ROUTES: tuple[Route, ...] = (
    *messages.ROUTES,
    *decode.ROUTES,
    *conversation_counts.ROUTES,
    *conversations.ROUTES,
    *identities.ROUTES,
    *erasures.ROUTES,
    *exports.ROUTES,
    *replying.ROUTES,
    *together.ROUTES,
    *contact_files.ROUTES,
    *contacts.ROUTES,
    *new_contacts.ROUTES,
    *consents.ROUTES,
    *search.ROUTES,
    *retention.ROUTES,
    *inboxes.ROUTES,
    *targets.ROUTES,
    *supervision.ROUTES,
    *users.ROUTES,
    *wishes.ROUTES,
    *accounts.ROUTES,
    *teams.ROUTES,
    *rules.ROUTES,
    *saved_replies.ROUTES,
    *modems.ROUTES,
    *incidents.ROUTES,
    *by_hand.ROUTES,
    *events.ROUTES,
    *webhooks.ROUTES,
    *tokens.ROUTES,
    *session.ROUTES,
    *own_person.ROUTES,
    *audit.ROUTES,
    *business.ROUTES,
    *service.ROUTES,
    *trust.ROUTES,
)
"""Every route there is: the router, OpenAPI and the docs test read this."""


def build_app(context: HttpContext) -> web.Application:
    """Make the application; it holds no task and no connection of its own."""
    app = web.Application(middlewares=[around(context)], client_max_size=context.limits.body_bytes)
    app.on_response_prepare.append(mark)
    app.on_shutdown.append(_end_streams)
    app[DESCRIPTION] = Description(ROUTES, version=context.version)
    app[TOKENS] = Tokens(store=context.store, clock=context.clock)
    app[SESSIONS] = Sessions(store=context.store, bus=context.bus, clock=context.clock)
    app[AUDITS] = Audits(store=context.store, clock=context.clock)
    app[OPTIONS] = Options(store=context.store, bus=context.bus, clock=context.clock)
    app[EVENTS] = Events(context.store)
    _add_streams(app, context)
    parts: dict[str, Any] = {
        "settings": context.settings,
        "store": context.store,
        "bus": context.bus,
        "clock": context.clock,
    }
    app[MESSAGES] = Messages(**parts, modems=context.modems)
    app[REDECODE] = Redecode(**parts)
    app[WEBHOOKS] = Webhooks(**parts)
    app[LINKS] = Links(
        store=context.store, bus=context.bus, clock=context.clock, sessions=app[SESSIONS]
    )
    _add_inbox_services(app, context)
    gate = Gate(context, app[TOKENS])
    paths = {route.path for route in ROUTES}
    for route in ROUTES:
        path = pattern(route.path, paths)
        app.router.add_route(route.method, path, _guarded(gate, route))
        if route.method == "GET" and not route.streams:
            app.router.add_route("HEAD", path, _guarded(gate, route))
    mount(app, context, gate)
    add_page(app, context, gate)
    add_book(app)
    return app


def _add_streams(app: web.Application, context: HttpContext) -> None:
    asides = Asides()
    app[STREAMS] = Streams(
        bus=context.bus,
        asides=asides,
        limits=context.limits,
        metrics=context.metrics,
        clock=context.clock,
    )
    app[PRESENCES] = Presences(clock=context.clock, asides=asides)
    app[READING] = Reading(store=context.store, clock=context.clock, asides=asides)


def _add_inbox_services(app: web.Application, context: HttpContext) -> None:
    settings, store, bus, clock = context.settings, context.store, context.bus, context.clock
    app[CONVERSATIONS] = Conversations(
        settings=settings, store=store, bus=bus, clock=clock, messages=app[MESSAGES]
    )
    app[WRITING_FIRST] = WritingFirst(
        settings=settings, store=store, clock=clock, messages=app[MESSAGES]
    )
    app[CONSENTS] = Consents(settings=settings, store=store, bus=bus, clock=clock)
    app[CONTACTS] = Contacts(store=store, bus=bus, clock=clock)
    app[NEW_CONTACTS] = NewContacts(settings=settings, store=store, bus=bus, clock=clock)
    app[LEAVING] = Leaving(store=store, bus=bus, clock=clock)
    app[IDENTITIES] = Identities(settings=settings, store=store, bus=bus, clock=clock)
    app[ERASURES] = Erasures(settings=settings, store=store, bus=bus, clock=clock)
    app[EXPORTS] = Exports(settings=settings, store=store, clock=clock, audits=app[AUDITS])
    app[IMPORTS] = Imports(settings=settings, store=store, bus=bus, clock=clock, audits=app[AUDITS])
    app[STAFF] = Staff(settings=settings, store=store, bus=bus, clock=clock)
    app[INBOXES] = Inboxes(settings=settings, store=store, bus=bus, clock=clock)
    app[WISHES] = NotificationWishes(store=store, bus=bus, clock=clock)
    app[CONVERSATION_VIEWS] = ConversationViews(settings=settings, store=store, clock=clock)
    app[SUPERVISION] = Supervision(settings=settings, store=store, clock=clock)
    app[supervision.DAILY_PREVIEW] = DailyPreview(settings=settings, store=store, clock=clock)
    app[INBOX_TARGETS] = InboxTargets(store=store, bus=bus, clock=clock)
    app[RULES] = Rules(settings=settings, store=store, bus=bus, clock=clock)
    app[SAVED_REPLIES] = SavedReplies(settings=settings, store=store, bus=bus, clock=clock)
    app[PREVIEWS] = Previews(settings=settings, store=store, clock=clock)


def _guarded(gate: Gate, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return masked(request, await route.handler(await gate.admit(route, request)))

    return handle


async def _end_streams(app: web.Application) -> None:
    app[STREAMS].end_all()

"""Routes of the rulebook, its templates and previews."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, refused
from gatewayd.http.models.rules import (
    HistoryQuery,
    Rules,
    RulesCheck,
    RulesHistory,
    RulesIn,
    RulesPreview,
    RulesPreviewIn,
    Template,
    TemplateIn,
    TemplatePage,
    TemplateQuery,
    preview_json,
    rules_json,
    template_json,
    version_json,
)
from gatewayd.http.pointers import unfit_book, unfit_template, unreadable
from gatewayd.http.problems import not_found
from gatewayd.http.route import PREVIEWS, RULES, Answer, Call, Route
from gatewayd.services.preview import Supposed
from gatewayd.services.ranks import Forbidden
from gatewayd.services.rulebook import UnfitBook, UnfitTemplate
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Scope
from routing.model import Texts
from storage.editing import Edit

_TAG = "Rules"
_WHAT = "rules"


async def get_rules(call: Call) -> web.StreamResponse:
    """Show those in force."""
    return answers.json_of(rules_json(await call.request.app[RULES].current()))


async def put_rules(call: Call) -> web.StreamResponse:
    """Put others in force."""
    asked: RulesIn = call.body
    outcome = await call.request.app[RULES].replace(
        asked.document, version=asked.version, by=call.author
    )
    if isinstance(outcome, UnfitBook):
        raise unfit_book(outcome, asked.document, under="/document")
    check(outcome, _WHAT)
    return await get_rules(call)


async def check_rules(call: Call) -> web.StreamResponse:
    """Look rules over."""
    asked: RulesCheck = call.body
    unfit = await call.request.app[RULES].check(asked.document)
    if unfit is not None:
        raise unfit_book(unfit, asked.document, under="/document")
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def list_versions(call: Call) -> web.StreamResponse:
    """List who set rules when."""
    query: HistoryQuery = call.query
    rows = await call.request.app[RULES].history(limit=query.limit + 1, before=query.cursor)
    items = rows[: query.limit]
    more = str(items[-1].version) if len(rows) > query.limit else None
    return answers.json_of(RulesHistory(items=[version_json(row) for row in items], next=more))


async def get_version(call: Call) -> web.StreamResponse:
    """Show rules that are or were in force."""
    written = call.request.match_info["version"]
    row = None
    if written.isascii() and written.isdecimal() and len(written) < 10:  # noqa: PLR2004 - 32 bits
        row = await call.request.app[RULES].get(int(written))
    if row is None:
        raise not_found(f"version {written!a} of the rules")
    return answers.json_of(rules_json(row))


async def preview(call: Call) -> web.StreamResponse:
    """Tell what would happen."""
    asked: RulesPreviewIn = call.body
    supposed = Supposed(
        sender=asked.from_,
        text=asked.text,
        kind=asked.kind,
        inbox=asked.inbox,
        modem=asked.modem,
        at=asked.at,
        document=asked.document,
        may_see=call.author.inboxes,
    )
    found = await call.request.app[PREVIEWS].preview(supposed)
    if isinstance(found, UnfitBook):
        raise unfit_book(found, asked.document or {}, under="/document")
    if isinstance(found, Unfit):
        raise refused(found)
    return answers.json_of(preview_json(found))


async def list_templates(call: Call) -> web.StreamResponse:
    """List all."""
    found = await call.request.app[RULES].templates()
    if isinstance(found, UnfitBook):
        raise unreadable(found)
    version, templates = found
    items = [template_json(name, texts) for name, texts in sorted(templates.items())]
    return answers.json_of(TemplatePage(items=items, version=version))


async def put_template(call: Call) -> web.StreamResponse:
    """Make or change one."""
    asked: TemplateIn = call.body
    name = call.request.match_info["name"]
    texts = Texts(en=asked.en, fr=asked.fr)
    outcome = await call.request.app[RULES].set_template(
        name, texts, version=asked.version, by=call.author
    )
    _check_template(outcome, name, removed=False)
    return answers.json_of(template_json(name, texts))


async def delete_template(call: Call) -> web.StreamResponse:
    """Forget one."""
    query: TemplateQuery = call.query
    name = call.request.match_info["name"]
    outcome = await call.request.app[RULES].set_template(
        name, None, version=query.version, by=call.author
    )
    _check_template(outcome, name, removed=True)
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _check_template(
    outcome: Edit | UnfitBook | UnfitTemplate | Forbidden, name: str, *, removed: bool
) -> None:
    match outcome:
        case UnfitTemplate():
            raise unfit_template(outcome, name, removed=removed)
        case UnfitBook():
            raise unreadable(outcome)
        case Edit() | Forbidden():
            check(outcome, f"template {name!a}")


ROUTES = (
    Route(
        method="GET",
        path="/v1/rules",
        handler=get_rules,
        access=Scope.INBOX,
        tag=_TAG,
        summary="The rules in force",
        answers={HTTPStatus.OK: Answer(model=Rules, description="The newest version")},
    ),
    Route(
        method="PUT",
        path="/v1/rules",
        handler=put_rules,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Put other rules in force, the whole of them",
        body=RulesIn,
        answers={HTTPStatus.OK: Answer(model=Rules, description="The new version")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/v1/rules/check",
        handler=check_rules,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Look rules over; nothing is changed",
        body=RulesCheck,
        answers={HTTPStatus.NO_CONTENT: Answer(media_type="", description="They could be set")},
    ),
    Route(
        method="POST",
        path="/v1/rules/preview",
        handler=preview,
        access=Scope.INBOX,
        tag=_TAG,
        summary="What would happen to a message or call, and why; nothing happens",
        body=RulesPreviewIn,
        answers={HTTPStatus.OK: Answer(model=RulesPreview, description="The decision")},
    ),
    Route(
        method="GET",
        path="/v1/rules/history",
        handler=list_versions,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Who set rules when, the newest first",
        query=HistoryQuery,
        answers={HTTPStatus.OK: Answer(model=RulesHistory, description="Without the rules")},
    ),
    Route(
        method="GET",
        path="/v1/rules/history/{version}",
        handler=get_version,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Rules that are or were in force",
        answers={HTTPStatus.OK: Answer(model=Rules, description="As they were set")},
    ),
    Route(
        method="GET",
        path="/v1/templates",
        handler=list_templates,
        access=Scope.INBOX,
        tag=_TAG,
        summary="The texts that rules answer with, by name",
        answers={HTTPStatus.OK: Answer(model=TemplatePage, description="All, on one page")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="PUT",
        path="/v1/templates/{name}",
        handler=put_template,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Make or change a template; a new version of the rules",
        body=TemplateIn,
        answers={HTTPStatus.OK: Answer(model=Template, description="As it is now")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="DELETE",
        path="/v1/templates/{name}",
        handler=delete_template,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Forget a template that no rule answers with",
        query=TemplateQuery,
        answers={HTTPStatus.NO_CONTENT: Answer(media_type="", description="It is gone")},
        problems=(HTTPStatus.CONFLICT,),
    ),
)

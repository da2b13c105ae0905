"""Taking contacts in from a file: choose it, name its columns, see what results, confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from gatewayd.contactfiles import csvfile
from gatewayd.contactfiles.cards import Field, FileFormat, UnreadableFileError, text_of
from gatewayd.contactfiles.csvfile import Column
from gatewayd.contactfiles.importing import Became, ContactFile, Imported
from gatewayd.http.models.contact_files import MOST_TOLD
from gatewayd.http.problems import Problem
from gatewayd.http.route import IMPORTS
from gatewayd.services.tokens import Scope
from gatewayd.web.contacts.file_words import FIELDS, file_words, row_words
from gatewayd.web.contacts.list_pages import CONTACTS_PAGE
from gatewayd.web.contacts.pending import PENDING_FILES, PendingFile
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Upload, Visit

_IMPORT = f"{CONTACTS_PAGE}/import"
_ONE = f"{_IMPORT}/{{name}}"
_NO_FILE = N_("Choose a file first.")
_GONE = N_("This file is not kept any more. Choose it again.")
_CARDS = (".vcf", ".vcard")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A column, and what it is to be read as; None: not at all."""

    place: str
    column: Column
    field: Field | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a file, or would: counts, and each problem with its line in words."""

    rows: int
    created: int
    updated: int
    unchanged: int
    left_out: int
    problems: Sequence[tuple[int, str]]
    more: int


async def _ask(visit: Visit) -> web.StreamResponse:
    """Ask for the file."""
    _check_sees_all(visit)
    return _first(visit, "")


def _first(visit: Visit, error: str) -> web.Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return page(visit, "contacts/import.html", status=status, error=error)


def _check_sees_all(visit: Visit) -> None:
    if visit.author.inboxes is not None:
        detail = "an import may touch any contact: it needs somebody who sees all inboxes"
        raise Problem(HTTPStatus.FORBIDDEN, "inbox_not_yours", detail)


async def _show(visit: Visit) -> web.StreamResponse:
    """Take a file, keep it for a while, and lead to what it would do."""
    _check_sees_all(visit)
    chosen = visit.form.get("file")
    if not isinstance(chosen, Upload) or not chosen.data:
        return _first(visit, visit.tongue.say(_NO_FILE))
    data, name = chosen.data, chosen.name[-_LONGEST_NAME:]
    is_cards = name.lower().endswith(_CARDS) or data.lstrip()[:11].upper() == b"BEGIN:VCARD"
    key = visit.request.app[PENDING_FILES].keep(
        data,
        name=name,
        format_=FileFormat.VCARD if is_cards else FileFormat.CSV,
        owner_id=visit.author.id,
    )
    return go_to(f"{_IMPORT}/{key}")


async def _check(visit: Visit) -> web.StreamResponse:
    """Tell what the file would do, its columns read as they are chosen."""
    _check_sees_all(visit)
    file = _kept(visit)
    if file is None:
        return _gone()
    try:
        columns = _columns(file, visit.request.query)
    except UnreadableFileError as error:
        visit.request.app[PENDING_FILES].forget(visit.named("name"))
        return _first(visit, file_words(visit.tongue, error))
    return await _answer(visit, file, columns, dry_run=True)


async def _take(visit: Visit) -> web.StreamResponse:
    """Take it in, and tell what became of it."""
    _check_sees_all(visit)
    file = _kept(visit)
    if file is None:
        return _gone()
    written = {name: value for name, value in visit.form.items() if isinstance(value, str)}
    return await _answer(visit, file, _columns(file, written), dry_run=False)


async def _answer(
    visit: Visit, file: PendingFile, columns: Sequence[Chosen], *, dry_run: bool
) -> web.Response:
    asked = ContactFile(
        data=file.data,
        format=file.format,
        mapping={each.column.name: each.field for each in columns},
        dry_run=dry_run,
    )
    told, error = None, ""
    try:
        told = _told(visit, await visit.request.app[IMPORTS].run(asked, by=visit.author))
    except UnreadableFileError as unreadable:
        error = file_words(visit.tongue, unreadable)
    if told is not None and not dry_run:
        visit.request.app[PENDING_FILES].forget(visit.named("name"))
        return page(visit, "contacts/imported.html", file=file, told=told)
    return page(
        visit,
        "contacts/check.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        file=file,
        place=f"{_IMPORT}/{visit.named('name')}",
        columns=columns,
        fields=FIELDS,
        told=told,
        error=error,
    )


def _kept(visit: Visit) -> PendingFile | None:
    return visit.request.app[PENDING_FILES].get(visit.named("name"), owner_id=visit.author.id)


def _gone() -> web.Response:
    return go_to(_IMPORT, flash=Flash(message=_GONE, tone=Tone.ERROR))


def _columns(file: PendingFile, written: Mapping[str, str]) -> list[Chosen]:
    """Read what each column is to hold: as it was chosen, else as its name says."""
    if file.format is FileFormat.VCARD:
        return []
    return [
        Chosen(place=f"c{at}", column=column, field=_field(written.get(f"c{at}"), column))
        for at, column in enumerate(csvfile.columns(text_of(file.data)))
    ]


def _field(written: str | None, column: Column) -> Field | None:
    if written is None:
        return column.usual
    return Field(written) if written in set(Field) else None


def _told(visit: Visit, done: Imported) -> Told:
    shown = done.problems[:MOST_TOLD]
    return Told(
        rows=done.rows,
        created=done.became[Became.CREATED],
        updated=done.became[Became.UPDATED],
        unchanged=done.became[Became.UNCHANGED],
        left_out=done.rows - done.became.total(),
        problems=[(each.line, row_words(visit.tongue, each)) for each in shown],
        more=len(done.problems) - len(shown),
    )


ROUTES = (
    PageRoute(method="GET", path=_IMPORT, handler=_ask, access=Scope.MANAGE),
    PageRoute(method="POST", path=_IMPORT, handler=_show, access=Scope.MANAGE, takes_file=True),
    PageRoute(method="GET", path=_ONE, handler=_check, access=Scope.MANAGE),
    PageRoute(method="POST", path=_ONE, handler=_take, access=Scope.MANAGE),
)

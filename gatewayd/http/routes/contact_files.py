"""Routes of contacts as files: taken in, and handed out."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.contactfiles.cards import FileFormat, UnreadableFileError
from gatewayd.contactfiles.importing import ContactFile
from gatewayd.http import answers
from gatewayd.http.models.contact_files import (
    ContactsExportQuery,
    ContactsImportQuery,
    ImportReport,
    import_json,
)
from gatewayd.http.problems import Problem
from gatewayd.http.route import EXPORTS, IMPORTS, Answer, Call, Route
from gatewayd.http.routes.exports import send_spool
from gatewayd.services.tokens import Scope

_TAG = "Contacts"
MEDIA_TYPES = {FileFormat.CSV: "text/csv", FileFormat.VCARD: "text/vcard"}
SUFFIXES = {FileFormat.CSV: "csv", FileFormat.VCARD: "vcf"}


async def import_contacts(call: Call) -> web.StreamResponse:
    """Take a file in."""
    asked: ContactsImportQuery = call.query
    if call.author.inboxes is not None:
        detail = "an import may touch any contact: it needs somebody who sees all inboxes"
        raise Problem(HTTPStatus.FORBIDDEN, "inbox_not_yours", detail)
    file = ContactFile(
        data=call.file, format=asked.format, mapping=asked.map, dry_run=asked.dry_run
    )
    try:
        done = await call.request.app[IMPORTS].run(file, by=call.author)
    except UnreadableFileError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "file_unreadable", error.detail) from error
    return answers.json_of(import_json(done, dry_run=asked.dry_run))


async def export_contacts(call: Call) -> web.StreamResponse:
    """Hand all contacts out that they may see."""
    asked: ContactsExportQuery = call.query
    spool = await call.request.app[EXPORTS].contacts(asked.format, by=call.author)
    name = f'attachment; filename="contacts.{SUFFIXES[asked.format]}"'
    return await send_spool(
        call.request, spool, media_type=MEDIA_TYPES[asked.format], disposition=name
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/contacts/import",
        handler=import_contacts,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Take in contacts from a file",
        description="The body is the file. What is not clear is left out and told by line.",
        query=ContactsImportQuery,
        file_types=tuple(MEDIA_TYPES.values()),
        answers={HTTPStatus.OK: Answer(model=ImportReport, description="What became of it")},
    ),
    Route(
        method="GET",
        path="/v1/contacts/export",
        handler=export_contacts,
        access=Scope.SUPERVISE,
        tag=_TAG,
        summary="All contacts as CSV or vCard",
        description="Of one moment. It is in the audit before it is handed out.",
        query=ContactsExportQuery,
        streams=True,
        answers={
            HTTPStatus.OK: Answer(
                media_type=MEDIA_TYPES[FileFormat.CSV],
                description="By `format`: CSV or vCards",
                also={MEDIA_TYPES[FileFormat.VCARD]: None},
            )
        },
    ),
)

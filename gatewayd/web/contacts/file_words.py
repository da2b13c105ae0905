"""Why a file of contacts, or a row of it, is not taken in: fixed codes as sentences."""

from gatewayd.contactfiles.cards import Field, RowProblem, UnreadableFileError
from gatewayd.web.languages import N_, Tongue
from gatewayd.web.number_words import number_words

FIELDS: dict[Field, str] = {
    Field.PHONE: N_("Number"),
    Field.NAME: N_("Name, or family name"),
    Field.FIRST_NAME: N_("First name"),
    Field.TAGS: N_("Tags"),
    Field.LANGUAGE: N_("Language"),
    Field.NOTES: N_("Notes"),
    Field.EXTERNAL_ID: N_("Their id in another program"),
}
_SAVE_AGAIN = N_("It is of another version than 3.0 or 4.0. Save it again as one of these.")
_ROW = {
    "row_cells": N_("It has %(count)s cells, the first line has %(columns)s."),
    "row_twice": N_("Line %(first)s of this file has the same number or id."),
    "row_same": N_("It is the same contact as line %(first)s."),
    "many_numbers": N_("It has more than %(most)s numbers."),
    "many_tags": N_("With those it has already, it has more than %(most)s tags."),
    "not_a_number": N_("“%(number)s” is no number to text. %(why)s"),
    "number_needed": N_("Nobody is known by it, and a new contact needs a number."),
    "number_of_another": N_("One of its numbers is another contact’s. Are they one person?"),
    "another_id": N_("The contact with this number has another id already."),
    "changed_meanwhile": N_("Somebody changed this contact just now. Import the file again."),
    "card_cut_off": N_("This card is cut off: its end is missing."),
    "card_line": N_("This line is nothing that a vCard has."),
    "card_version": _SAVE_AGAIN,
    "unfit_name": N_("The name is too long, or not on one line."),
    "unfit_language": N_("The language is neither English nor French."),
    "unfit_notes": N_("The notes are too long."),
    "unfit_external_id": N_("The id is too long, or not on one line."),
    "unfit_tags": N_("A tag is too long, or there are too many."),
}
_FILE = {
    "not_utf8": N_("Line %(line)s cannot be read. Save the file again as “CSV UTF-8”."),
    "too_many_contacts": N_("It has more than %(most)s contacts. Divide it into several files."),
    "too_many_columns": N_("It has more than %(most)s columns."),
    "no_such_column": N_("The file has no column “%(name)s”."),
    "no_phone_column": N_("Choose which column holds the numbers."),
    "csv_broken": N_(
        "Line %(line)s cannot be read: a quotation mark stands alone there or before, or a cell "
        "is too long."
    ),
    "no_vcard": N_("There is no contact in this file."),
}


def row_words(tongue: Tongue, problem: RowProblem) -> str:
    """Say why a row is left out."""
    values = dict(problem.values)
    if problem.code == "not_a_number":
        values["why"] = number_words(tongue, values["why"], values.pop("reason"))
    known = _ROW.get(problem.code)
    return problem.detail if known is None else tongue.say(known, **values)


def file_words(tongue: Tongue, error: UnreadableFileError) -> str:
    """Say why a file as a whole is not taken in."""
    known = _FILE.get(error.code)
    return error.detail if known is None else tongue.say(known, **error.values)

"""What a file says of one contact, before anything of it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum

MOST_CONTACTS = 20_000


class FileFormat(StrEnum):
    """How contacts are written."""

    CSV = "csv"
    VCARD = "vcard"


class Field(StrEnum):
    """What a column may hold."""

    NAME = "name"
    FIRST_NAME = "first_name"
    PHONE = "phone"
    TAGS = "tags"
    LANGUAGE = "language"
    NOTES = "notes"
    EXTERNAL_ID = "external_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One contact as written; what is empty was not given. ``line`` is where it begins."""

    line: int
    name: str = ""
    language: str = ""
    notes: str = ""
    external_id: str = ""
    numbers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why one contact of the file was left out; ``field`` "row": no field in particular.

    ``code`` and ``values`` say the same as ``detail``, for who says it in another language.
    """

    line: int
    field: str
    code: str
    detail: str
    values: Mapping[str, str] = default(default_factory=dict)


class UnreadableFileError(Exception):
    """The file as a whole is not what it should be: why, by a code and in plain words."""

    def __init__(self, code: str, detail: str, **values: object) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.values = {name: str(value) for name, value in values.items()}


def text_of(data: bytes) -> str:
    """Decode a file, with or without the mark that spreadsheets put first."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        detail = f'the file is not UTF-8 (line {line}); save it again as "CSV UTF-8" or UTF-8'
        raise UnreadableFileError("not_utf8", detail, line=line) from error


def too_many() -> UnreadableFileError:
    """Say that it has more contacts than are taken at once."""
    detail = f"the file has more than {MOST_CONTACTS} contacts; divide it into several"
    return UnreadableFileError("too_many_contacts", detail, most=MOST_CONTACTS)

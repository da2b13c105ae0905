"""The full-text index, which is SQLite's own: FTS5 over messages, notes and contacts.

Triggers keep it in step, so that whatever changes a row changes the index in the same transaction.
PostgreSQL has none of this; storage.search is the seam where it can have its own.
"""

from sqlalchemy import DDL, event

from storage.schema.base import metadata

SEARCHED = ("messages", "timeline", "contacts")
"""The tables that have an index, each named ``TABLE_search``; its rowid is their ``seq``."""

SUFFIXES = 15
"""A number (E.164: 15 digits) is found by any of its digits in a row: all of its ends are words."""

_INDEX = """
CREATE VIRTUAL TABLE {table}_search USING fts5(
{columns},
content='{table}_searched', content_rowid='seq',
tokenize="unicode61 remove_diacritics 2", prefix='2 3')
"""

# Facets are words that nobody can write (search.words drops private-use characters), one for each
# thing that narrows a search; as words of the index they narrow it without reading any row.
_MESSAGE_FACETS = (
    "char(57344) || hex({row}.inbox) || ' ' || char(57345) || {row}.direction || ' '"
    " || char(57346) || replace({row}.conversation_id, '_', '') || ' '"
    " || char(57347) || hex(coalesce({row}.author_id, ''))"
)
# A note's inbox is that of its conversation, which never changes.
_NOTE_FACETS = (
    "char(57344) || coalesce(hex((SELECT home.inbox FROM conversations AS home"
    " WHERE home.id = {row}.conversation_id)), '') || ' '"
    " || char(57346) || replace({row}.conversation_id, '_', '') || ' '"
    " || char(57347) || hex(coalesce({row}.author_id, ''))"
)
_IS_MESSAGE = "{row}.text IS NOT NULL AND {row}.conversation_id IS NOT NULL"
_IS_NOTE = "{row}.text IS NOT NULL"
_MESSAGE_COLUMNS = "text, inbox, direction, conversation_id, author_id"
_NOTE_COLUMNS = "text, conversation_id, author_id"

_NUMBERS = f"""
SELECT group_concat(word, ' ') FROM (
SELECT substr(ltrim(numbers.number, '+'), place.column1) AS word
FROM contact_numbers AS numbers
JOIN (VALUES {", ".join(f"({n})" for n in range(1, SUFFIXES + 1))}) AS place
ON place.column1 = 1 OR (numbers.number NOT GLOB '*[^+0-9]*'
AND place.column1 <= length(ltrim(numbers.number, '+')))
WHERE numbers.contact_id = contacts.id ORDER BY numbers.number, place.column1)
"""

_DAYS = """
CREATE TABLE search_days (
kind VARCHAR NOT NULL, day INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
PRIMARY KEY (kind, day)) WITHOUT ROWID
"""


def _trigger(name: str, moment: str, table: str, condition: str, *does: str) -> str:
    body = ";\n".join(does)
    when = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER {table}_search_{name} {moment} ON {table}{when} BEGIN\n{body};\nEND"


def _of_rows(table: str, *, is_it: str, facets: str, columns: str, time: str) -> list[str]:
    """Index what stands in the row itself: its text, and what narrows a search for it."""
    there, here = is_it.format(row="old"), is_it.format(row="new")
    remove = (
        f"INSERT INTO {table}_search ({table}_search, rowid, words, facets)"
        f" VALUES ('delete', old.seq, old.text, {facets.format(row='old')})"
    )
    add = (
        f"INSERT INTO {table}_search (rowid, words, facets)"
        f" VALUES (new.seq, new.text, {facets.format(row='new')})"
    )
    # Where a day's rows lie, at least: a clock that was set back makes days overlap.
    date = (
        "INSERT INTO search_days (kind, day, first, last)"
        f" VALUES ('{table}', new.{time} / 86400000, new.seq, new.seq)"
        " ON CONFLICT (kind, day) DO UPDATE"
        " SET first = min(first, excluded.first), last = max(last, excluded.last)"
    )
    view = (
        f"CREATE VIEW {table}_searched AS SELECT seq, text AS words,"
        f" {facets.format(row=table)} AS facets FROM {table} WHERE {is_it.format(row=table)}"
    )
    return [
        view,
        _INDEX.format(table=table, columns="words, facets"),
        _trigger("insert", "AFTER INSERT", table, here, add, date),
        _trigger("delete", "BEFORE DELETE", table, there, remove),
        _trigger("before", f"BEFORE UPDATE OF {columns}", table, there, remove),
        _trigger("after", f"AFTER UPDATE OF {columns}", table, here, add, date),
    ]


def _of_contacts() -> list[str]:
    """Index contacts, to whom their numbers belong, which stand in rows of their own."""
    columns = "name, notes, numbers"

    def remove(which: str) -> str:
        return (
            f"INSERT INTO contacts_search (contacts_search, rowid, {columns})"
            f" SELECT 'delete', seq, {columns} FROM contacts_searched WHERE {which}"
        )

    def add(which: str) -> str:
        return (
            f"INSERT INTO contacts_search (rowid, {columns})"
            f" SELECT seq, {columns} FROM contacts_searched WHERE {which}"
        )

    touched = "old.name IS NOT new.name OR old.notes IS NOT new.notes"
    old, new = "id IN (old.contact_id)", "id IN (new.contact_id)"
    both = "id IN (old.contact_id, new.contact_id)"
    names, numbers = "contacts", "contact_numbers"
    view = (
        "CREATE VIEW contacts_searched AS SELECT seq, id, name, notes,"
        f" coalesce(({_NUMBERS}), '') AS numbers FROM contacts"
    )
    return [
        view,
        _INDEX.format(table="contacts", columns=columns),
        _trigger("insert", "AFTER INSERT", names, "", add("seq = new.seq")),
        _trigger("delete", "BEFORE DELETE", names, "", remove("seq = old.seq")),
        _trigger("before", "BEFORE UPDATE OF name, notes", names, touched, remove("seq = old.seq")),
        _trigger("after", "AFTER UPDATE OF name, notes", names, touched, add("seq = new.seq")),
        _trigger("insert_before", "BEFORE INSERT", numbers, "", remove(new)),
        _trigger("insert_after", "AFTER INSERT", numbers, "", add(new)),
        _trigger("delete_before", "BEFORE DELETE", numbers, "", remove(old)),
        _trigger("delete_after", "AFTER DELETE", numbers, "", add(old)),
        _trigger("update_before", "BEFORE UPDATE", numbers, "", remove(both)),
        _trigger("update_after", "AFTER UPDATE", numbers, "", add(both)),
    ]


SQLITE_SEARCH: tuple[str, ...] = (
    _DAYS,
    *_of_rows(
        "messages",
        is_it=_IS_MESSAGE,
        facets=_MESSAGE_FACETS,
        columns=_MESSAGE_COLUMNS,
        time="created_at_ms",
    ),
    *_of_rows("timeline", is_it=_IS_NOTE, facets=_NOTE_FACETS, columns=_NOTE_COLUMNS, time="at_ms"),
    *_of_contacts(),
)
"""All that makes the index, in its order."""

for _statement in SQLITE_SEARCH:
    _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    event.listen(metadata, "after_create", _ddl.execute_if(dialect="sqlite"))

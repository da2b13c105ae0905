"""Cursors that are a place in an order: a number, written in decimal."""

from gatewayd.http.problems import FieldProblem, Problem, unprocessable

_LONGEST = 18  # digits of 64 bits


def place(cursor: str | None) -> int | None:
    """Read one; raises Problem 422."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _LONGEST):
        raise no_cursor()
    return int(cursor)


def no_cursor() -> Problem:
    """Say that a list never gave this cursor."""
    detail = "is no cursor of this list"
    wrong = FieldProblem(pointer="/query/cursor", detail=detail)
    return unprocessable([wrong], code="cursor_unknown")

"""What routes that change things share: an outcome as an answer, and what was given as values."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from gatewayd.http.problems import FieldProblem, Problem, not_found, unprocessable
from gatewayd.services.ranks import Forbidden, LastAdmin, NoSuchInbox, Refusal
from gatewayd.services.staff import Unfit
from storage.conversations.acts import ActOutcome
from storage.editing import Edit
from storage.people import Taken


def given(body: BaseModel, *names: str) -> dict[str, Any]:
    """Take those of these fields that the client has written, null too."""
    return {name: getattr(body, name) for name in names if name in body.model_fields_set}


def check(outcome: Edit | ActOutcome | Taken | Unfit | Refusal, what: str) -> None:
    """Raise unless it is done; ``what`` was to be changed."""
    match outcome:
        case Edit.DONE | ActOutcome.DONE:
            return
        case Edit.NOT_FOUND | ActOutcome.NOT_FOUND:
            raise not_found(what)
        case Edit.CHANGED_MEANWHILE | ActOutcome.CHANGED_MEANWHILE:
            raise Problem(
                HTTPStatus.CONFLICT,
                "changed_meanwhile",
                "it was changed since you looked at it; look again",
            )
        case ActOutcome.NOT_NOW:
            raise Problem(
                HTTPStatus.CONFLICT,
                "conversation_closed",
                "it is closed; reopen it first",
            )
        case Taken() | Unfit() | Forbidden() | LastAdmin() | NoSuchInbox():
            raise refused(outcome)


def refused(why: Taken | Unfit | Refusal) -> Problem:
    """Build the answer to what can't be as it was asked."""
    match why:
        case Taken():
            return Problem(
                HTTPStatus.CONFLICT,
                "already_taken",
                f"another has this {why.field} already",
                errors=[FieldProblem(pointer=f"/{why.field}", detail="another has it already")],
            )
        case Unfit():
            problem = FieldProblem(pointer=f"/{why.field}", detail=why.detail)
            return unprocessable([problem], code=why.code)
        case Forbidden():
            return Problem(HTTPStatus.FORBIDDEN, why.code, why.detail)
        case LastAdmin():
            return Problem(HTTPStatus.CONFLICT, "last_admin", why.detail)
        case NoSuchInbox():
            unknown = FieldProblem(pointer=f"/inboxes/{why.place}", detail=why.detail)
            return unprocessable([unknown], code="inbox_unknown")

"""What a person is told where there is no page to show."""

from http import HTTPStatus

import pytest

from config.schema import Language
from gatewayd.http.problems import Problem
from gatewayd.web.languages import tongue
from gatewayd.web.problem_words import problem_words


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        (Problem(HTTPStatus.FORBIDDEN, "scope_missing", "-"), "This is not yours to see"),
        (Problem(HTTPStatus.FORBIDDEN, "csrf_missing", "-"), "Nothing was done"),
        (Problem(HTTPStatus.NOT_FOUND, "not_found", "-"), "There is nothing here"),
        (Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "-"), "Something went wrong"),
    ],
)
def test_it_says_what_it_is(problem: Problem, title: str) -> None:
    assert problem_words(problem)[0] == title


@pytest.mark.parametrize("status", list(HTTPStatus))
def test_it_says_it_in_french_too(status: HTTPStatus) -> None:
    french = tongue(Language.FR, "CA")
    for words in problem_words(Problem(status, "any", "-")):
        assert french.say(words) != words

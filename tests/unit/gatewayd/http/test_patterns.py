"""A word in a path is not taken for a name, nor a name for a word."""

from typing import Any

from gatewayd.http.patterns import pattern

PATHS = {"/v1/messages", "/v1/messages/preview", "/v1/messages/{id}", "/v1/messages/{id}/cancel"}


def test_only_a_last_placeholder_beside_words_is_narrowed() -> None:
    assert pattern("/v1/messages/preview", PATHS) == "/v1/messages/preview"
    assert pattern("/v1/messages/{id}/cancel", PATHS) == "/v1/messages/{id}/cancel"
    assert pattern("/v1/messages/{id}", {"/v1/messages/{id}"}) == "/v1/messages/{id}"
    assert pattern("/v1/messages/{id}", PATHS) == r"/v1/messages/{id:(?!preview$)[^{}/]+}"


async def test_a_word_answers_its_own_methods_only(api: Any) -> None:
    for path, allowed in (
        ("/v1/messages/preview", "POST"),
        ("/v1/contacts/former", "GET, HEAD"),
        ("/v1/conversations/views", "GET, HEAD"),
    ):
        async with api.unix.delete(path) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    async with api.unix.get("/v1/messages/preview") as answer:
        assert answer.status == 405


async def test_a_name_that_begins_like_a_word_is_a_name(api: Any) -> None:
    for name in ("previewer", "preview%2F", "decode.me"):
        assert (await api.admin("GET", f"/v1/messages/{name}", status=404))["code"] == "not_found"

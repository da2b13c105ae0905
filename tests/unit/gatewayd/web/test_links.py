"""Texts that anybody may have sent become HTML that cannot act, and links that cannot pretend."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayd.web.links import as_html, link_of

TAG = re.compile(r"<(?!/?(?:a|b|span)\b)")


def html(text: str) -> str:
    return str(as_html(text, warning="careful"))


def hrefs(text: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html(text))


def test_markup_is_shown_and_not_obeyed() -> None:
    assert html("<script>alert(1)</script> & co") == (
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co"
    )


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://example.com/a?b=1#c.", "https://example.com/a?b=1#c"),
        ("(https://example.com/x_(y))", "https://example.com/x_(y)"),
        ("HTTP://EXAMPLE.com!", "http://example.com"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_an_address_becomes_a_link_without_what_ends_the_sentence(text: str, href: str) -> None:
    assert hrefs(text) == [href]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "www.example.com",
        "http://",
        "https://…",
        "https://example.com:port/",
        "https://[not-an-address/",
        "https://\u202emoc.elpmaxe",
        "https://exa\u200bmple.com",
    ],
)
def test_nothing_else_becomes_one(text: str) -> None:
    assert not hrefs(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://\u0430\u0440\u0440le.com/login", "xn--le-6kc8da.com"),  # Cyrillic letters
        ("https://google.com@evil.example/x", "evil.example"),
        ("https://user:pw@evil.example", "evil.example"),
        ("http://192.0.2.7/x", "192.0.2.7"),
        ("http://3221226000/x", "3221226000"),
        ("https://xn--le-6kc8da.com", "xn--le-6kc8da.com"),
    ],
)
def test_a_host_that_pretends_is_shown_as_it_is_and_marked(text: str, host: str) -> None:
    shown = html(text)
    assert f"<b>{host}</b>" in shown
    assert "careful" in shown
    assert "@" not in shown


def test_an_honest_host_is_not_marked() -> None:
    assert "careful" not in html("https://example.com")


def test_a_link_gives_nothing_away() -> None:
    assert 'rel="noopener noreferrer nofollow"' in html("https://example.com")


def test_a_quote_cannot_leave_the_attribute() -> None:
    assert hrefs('https://example.com/"onmouseover="alert(1)') == ["https://example.com/"]


def test_controls_become_visible_and_emoji_stay_whole() -> None:
    assert html("a\x00b\x1bc\r\nd") == "a\ufffdb\ufffdc\nd"
    family = "👨‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿"
    assert html(family) == family


@given(st.text())
def test_any_text_gives_our_own_tags_only(text: str) -> None:
    shown = html(text)
    assert not TAG.search(shown)
    assert all(
        href.startswith(("http://", "https://")) for href in re.findall('href="(.*?)"', shown)
    )


@given(st.text(alphabet="ht ps:/.@[]%x-é\u202e#?0", max_size=40))
def test_any_address_has_a_host_or_is_none(text: str) -> None:
    link = link_of(f"https://{text}")
    assert link is None or (link.host and link.host.isascii())

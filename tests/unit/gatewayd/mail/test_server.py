"""Handing e-mail to a server: verified, logged in, and each failure a value of its own."""

import asyncio
import socket
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from config.schema import SmtpSecurity, SmtpSettings
from config.secrets import SecretSource
from gatewayd.mail.server import MailServer, NotSent

SECURED = [SmtpSecurity.STARTTLS, SmtpSecurity.TLS]


def mail() -> EmailMessage:
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = "texts@shop.example", "boss@shop.example", "Hi"
    found.set_content("Déjà prête 🎉")
    return found


async def test_without_protection_where_it_is_configured_so(start_postbox: Any) -> None:
    postbox = await start_postbox()
    assert await MailServer(postbox.settings()).hand_over(mail()) is None
    (got,) = postbox.got
    assert (got["To"], got.get_content().strip()) == ("boss@shop.example", "Déjà prête 🎉")


@pytest.mark.parametrize("security", SECURED)
@pytest.mark.usefixtures("trusted")
async def test_with_tls_and_a_log_in(
    start_postbox: Any, password_file: SecretSource, security: SmtpSecurity
) -> None:
    postbox = await start_postbox(security, log_in=security is SmtpSecurity.STARTTLS)
    log_in = {"user": "texts", "password_file": password_file}
    more = log_in if security is SmtpSecurity.STARTTLS else {}
    server = MailServer(postbox.settings(security=security, **more))
    assert await server.hand_over(mail()) is None
    assert len(postbox.got) == 1


@pytest.mark.parametrize("security", SECURED)
async def test_a_certificate_of_nobody_we_trust_gets_nothing(
    start_postbox: Any, password_file: SecretSource, security: SmtpSecurity
) -> None:
    postbox = await start_postbox(security)
    settings = postbox.settings(security=security, user="texts", password_file=password_file)
    assert await MailServer(settings).hand_over(mail()) == NotSent(code="certificate_invalid")
    assert postbox.got == []


@pytest.mark.parametrize("security", SECURED)
@pytest.mark.usefixtures("trusted")
async def test_neither_does_one_of_another_host(start_postbox: Any, security: SmtpSecurity) -> None:
    postbox = await start_postbox(security, name="mail.elsewhere.example")
    server = MailServer(postbox.settings(security=security))
    assert await server.hand_over(mail()) == NotSent(code="certificate_invalid")


@pytest.mark.usefixtures("trusted")
async def test_a_server_without_starttls_gets_nothing(start_postbox: Any) -> None:
    postbox = await start_postbox()
    server = MailServer(postbox.settings(security=SmtpSecurity.STARTTLS))
    assert await server.hand_over(mail()) == NotSent(code="not_supported")
    assert postbox.got == []


async def test_a_server_that_speaks_no_tls_is_named_so(start_postbox: Any) -> None:
    postbox = await start_postbox()
    server = MailServer(postbox.settings(security=SmtpSecurity.TLS))
    assert await server.hand_over(mail()) == NotSent(code="no_tls")


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password_is_an_administrators_matter(
    start_postbox: Any, password_file: SecretSource
) -> None:
    postbox = await start_postbox(SmtpSecurity.STARTTLS, log_in=True)
    assert password_file.path
    password_file.path.write_text("wrong")
    server = MailServer(
        postbox.settings(security=SmtpSecurity.STARTTLS, user="texts", password_file=password_file)
    )
    assert await server.hand_over(mail()) == NotSent(code="log_in_refused")


async def test_so_is_a_password_that_cannot_be_read(start_postbox: Any, tmp_path: Path) -> None:
    postbox = await start_postbox()
    missing = SecretSource(path=tmp_path / "nothing")
    server = MailServer(postbox.settings(user="texts", password_file=missing))
    assert await server.hand_over(mail()) == NotSent(code="password_unreadable")


@pytest.mark.parametrize(
    ("said", "answer", "reason"),
    [
        ("to_recipient", "550 no such user", NotSent(code="recipient_refused", for_good=True)),
        ("to_recipient", "450 greylisted", NotSent(code="recipient_refused")),
        ("to_sender", "550 who are you", NotSent(code="sender_refused")),
        ("to_data", "554 spam", NotSent(code="refused", for_good=True)),
        ("to_data", "452 full", NotSent(code="refused")),
    ],
)
async def test_what_the_server_refuses_for_now_and_for_good(
    start_postbox: Any, said: str, answer: str, reason: NotSent
) -> None:
    postbox = await start_postbox()
    setattr(postbox, said, answer)
    assert await MailServer(postbox.settings()).hand_over(mail()) == reason


async def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = SmtpSettings(
        host="127.0.0.1", port=port, security=SmtpSecurity.NONE, from_address="a@b.example"
    )
    assert await MailServer(settings).hand_over(mail()) == NotSent(code="no_connection")


async def test_a_server_that_says_nothing_is_left_alone_in_time() -> None:
    gone = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        settings = SmtpSettings(
            host="127.0.0.1",
            port=server.sockets[0].getsockname()[1],
            security=SmtpSecurity.NONE,
            from_address="a@b.example",
        )
        slow = MailServer(settings, timeout_seconds=0.05)
        assert await slow.hand_over(mail()) == NotSent(code="no_answer")
        gone.set()

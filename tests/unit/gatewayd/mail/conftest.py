"""A mail server on loopback that answers as told, and keeps what it was sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from config.schema import SmtpSecurity, SmtpSettings
from config.secrets import SecretSource

PASSWORD = "correct horse"


@dataclass(kw_only=True)
class Postbox:
    """What the server got, and what it says to each command ("": as a good server)."""

    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    to_recipient: str = ""
    to_sender: str = ""
    to_data: str = ""
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def settings(self, **more: Any) -> SmtpSettings:
        """How a gateway is told of it."""
        values = {"host": "127.0.0.1", "port": self.port, "from_address": "texts@shop.example"}
        return SmtpSettings(**{"security": SmtpSecurity.NONE, **values, **more})

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if not self.to_sender:
            envelope.mail_from = address
        return self.to_sender or "250 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if not self.to_recipient:
            envelope.rcpt_tos.append(address)
        return self.to_recipient or "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if not self.to_data:
            assert isinstance(envelope.content, bytes)
            found = message_from_bytes(envelope.content, policy=default)
            assert isinstance(found, EmailMessage)
            self.got.append(found)
            self.heard.set()
        return self.to_data or "250 OK"


def _authenticator(*args: Any) -> AuthResult:
    given = args[-1]
    assert isinstance(given, LoginPassword)
    # "Handled" would mean that the server need not answer any more.
    return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


StartPostbox = Callable[..., Awaitable[Postbox]]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def start_postbox(authority: trustme.CA) -> AsyncIterator[StartPostbox]:
    """Start a server: with TLS from the first byte, STARTTLS, or neither; with a log-in or not."""
    async with AsyncExitStack() as running:

        async def start(
            security: SmtpSecurity = SmtpSecurity.NONE, *, log_in: bool = False, name: str = ""
        ) -> Postbox:
            postbox = Postbox()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(name or "127.0.0.1").configure_cert(context)
            secured = security is not SmtpSecurity.NONE

            def serve() -> SMTP:
                return SMTP(
                    postbox,
                    hostname="mail.test",
                    tls_context=context if security is SmtpSecurity.STARTTLS else None,
                    authenticator=_authenticator if log_in else None,
                    auth_required=log_in,
                    auth_require_tls=security is SmtpSecurity.STARTTLS,
                    loop=asyncio.get_running_loop(),
                )

            server = await asyncio.get_running_loop().create_server(
                serve, "127.0.0.1", 0, ssl=context if security is SmtpSecurity.TLS else None
            )
            assert secured or not log_in
            postbox.port = server.sockets[0].getsockname()[1]
            running.callback(server.close)
            return postbox

        yield start


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the servers' authority, as an administrator would."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def password_file(tmp_path: Path) -> SecretSource:
    file = tmp_path / "smtp.password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    return SecretSource(path=file)

"""The mail server that the configuration names: one connection for each e-mail, verified, bounded.

Knows neither the store nor when to try again. What it says of a failure holds no address.
"""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from config.schema import SmtpSecurity, SmtpSettings
from config.secrets import SecretError

TIMEOUT_SECONDS = 60.0
GOODBYE_SECONDS = 2.0
_PORTS = {SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465, SmtpSecurity.NONE: 25}
_FOR_GOOD = 500  # RFC 5321 §4.2.1: 5yz is permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Why it was not taken: a fixed code; ``for_good``: another try cannot help."""

    code: str
    for_good: bool = False


NOT_CONFIGURED = NotSent(code="no_mail_server", for_good=True)


class MailServer:
    """Hands e-mail over."""

    def __init__(self, smtp: SmtpSettings, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._smtp = smtp
        self._timeout_seconds = timeout_seconds
        # Once: reading the system's authorities takes longer than an SMS has to wait.
        secured = smtp.host is not None and smtp.security is not SmtpSecurity.NONE
        self._tls = ssl.create_default_context() if secured else None

    @property
    def sender(self) -> str | None:
        """Whom e-mail comes from; None where no mail server is configured."""
        return None if self._smtp.host is None else self._smtp.from_address

    async def hand_over(self, mail: EmailMessage) -> NotSent | None:
        """Give it to the server; None is taken. Every failure is a value."""
        # aiosmtplib waits by asyncio.wait_for, which before Python 3.12 can lose a cancellation;
        # a task of its own can lose its own only.
        task = asyncio.ensure_future(self._hand_over(mail))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        return task.result()

    async def _hand_over(self, mail: EmailMessage) -> NotSent | None:
        client: aiosmtplib.SMTP | None = None
        try:
            password = self._smtp.password_file.read() if self._smtp.password_file else None
            client = self._client(password)
            async with asyncio.timeout(self._timeout_seconds):
                await client.connect()
                await client.send_message(mail)
            await _say_goodbye(client)
        except SecretError:
            return NotSent(code="password_unreadable")
        except (aiosmtplib.SMTPTimeoutError, TimeoutError):
            return NotSent(code="no_answer")
        except (aiosmtplib.SMTPException, OSError) as error:
            return _reason(error)
        finally:
            if client is not None:
                client.close()
        return None

    def _client(self, password: str | None) -> aiosmtplib.SMTP:
        smtp = self._smtp
        return aiosmtplib.SMTP(
            hostname=smtp.host,
            port=smtp.port or _PORTS[smtp.security],
            username=smtp.user,
            password=password,
            use_tls=smtp.security is SmtpSecurity.TLS,
            start_tls=smtp.security is SmtpSecurity.STARTTLS,
            tls_context=self._tls,
            timeout=TIMEOUT_SECONDS,
        )


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    """End the session in order; it was taken, whatever becomes of this."""
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await client.quit()


def _reason(error: Exception) -> NotSent:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        for_good = all(each.code >= _FOR_GOOD for each in error.recipients)
        return NotSent(code="recipient_refused", for_good=for_good)
    if isinstance(error, aiosmtplib.SMTPDataError):
        return NotSent(code="refused", for_good=error.code >= _FOR_GOOD)
    # What follows an administrator can put right, so it is tried again whatever the server says.
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return NotSent(code="log_in_refused")
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return NotSent(code="sender_refused")
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return NotSent(code="certificate_invalid")
        if isinstance(chain, ssl.SSLError):
            return NotSent(code="no_tls")
        chain = chain.__cause__ or chain.__context__
    connection = (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, OSError)
    return NotSent(code="no_connection" if isinstance(error, connection) else "not_supported")

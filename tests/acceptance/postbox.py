"""A mail server that takes everything, and where a test reads what it took."""

import queue
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


class Postbox:
    """Keeps what the mail server took."""

    def __init__(self) -> None:
        self.got: queue.SimpleQueue[EmailMessage] = queue.SimpleQueue()

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.got.put(mail)
        return "250 OK"

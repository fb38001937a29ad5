"""Hands mails over: to an SMTP server over a kept connection, or to the mailbox page."""

import re
import smtplib
import socket
import ssl
import time
from email.message import EmailMessage
from functools import cached_property
from typing import Protocol

from pledges import clock
from pledges.config import MailServer, Settings
from pledges.db import transaction
from pledges.mail.models import KeptMail

TIMEOUT_SECONDS = 30
IDLE_SECONDS = 5
"""After that long without a mail, the server is asked whether it is still there."""

_ADDRESS = re.compile(r"(?:\"[^\"]*\"|[^\s<>\"']+)@[^\s<>\"']+")
_NUMBERS = re.compile(r"\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?")


class ServerAway(Exception):
    """The mail server can't be reached or lets nobody in; says nothing about any one mail."""


class Refused(Exception):
    """The server refused a mail, `for_good` or for now.

    The message holds its answer, as plain text, without any address and without what stands before or behind the @ of
    `recipient`; `code` holds the answer's numbers alone, for its words may name whom they like.
    """

    def __init__(self, answer: str, *, for_good: bool, recipient: str = "") -> None:
        words = _ADDRESS.sub("(address)", "".join(char if char.isprintable() else " " for char in answer))
        local, _, domain = recipient.rpartition("@")
        for part, instead in ((local, "(address)"), (domain, "(domain)")):
            if part:
                words = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", instead, words, flags=re.IGNORECASE)
        super().__init__(words[:300])
        self.for_good = for_good
        numbers = _NUMBERS.match(answer)
        self.code = numbers[0] if numbers else str(self)


class Transport(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Hands over one mail; raises ServerAway or Refused."""

    def close(self) -> None:
        """Lets go of what is held between mails."""


class MailboxTransport:
    """Keeps mails for `/mailbox`, sealed, where no mail server is set."""

    def send(self, message: EmailMessage) -> None:
        with transaction() as session:
            session.add(KeptMail(kept_at=clock.now(), message=message.as_string()))

    def close(self) -> None:
        """Nothing is held."""


class SmtpTransport:
    """One kept connection; certificates are verified wherever the connection is encrypted."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None
        self._used_at = 0.0

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Whom this machine trusts: megabytes, and only for an encrypted connection."""
        return ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        recipient = _recipient_of(message)
        fresh = self._connection is None or not self._still_there(self._connection)
        connection = self._connect() if fresh else self._connection
        assert connection is not None  # noqa: S101 - a connection is fresh or kept
        try:
            try:
                connection.send_message(message, to_addrs=[recipient])
            except smtplib.SMTPServerDisconnected:
                if fresh:
                    raise
                self._connect().send_message(message, to_addrs=[recipient])
        except smtplib.SMTPException as error:
            self._note(error)
            raise _refusal(error, recipient) from error
        except OSError as error:
            self.close()
            raise Refused(f"the connection broke: {type(error).__name__}", for_good=False) from error
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Lets the connection go, without waiting for the server's goodbye."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _still_there(self, connection: smtplib.SMTP) -> bool:
        if time.monotonic() - self._used_at < IDLE_SECONDS:
            return True
        try:
            return connection.noop()[0] == _OK
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        self.close()
        try:
            self._connection = self._open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise ServerAway(f"{self._server.host}:{self._server.port}: {type(error).__name__}") from error
        return self._connection

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=self._trust
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            if connection.sock is not None:
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.tls == "starttls":
                connection.starttls(context=self._trust)
            connection.ehlo_or_helo_if_needed()
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _note(self, error: smtplib.SMTPException) -> None:
        left = isinstance(error, smtplib.SMTPServerDisconnected)
        leaves = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == _LEAVING
        if left or leaves or isinstance(error, smtplib.SMTPRecipientsRefused):
            self.close()


_OK = 250
_LEAVING = 421


def _recipient_of(message: EmailMessage) -> str:
    """The one address that it was written to, as it stands there: read as a header, an encoded word in it would become
    another address, or two.
    """
    return next(str(value) for name, value in message.raw_items() if name == "To")


def transport_for(settings: Settings) -> Transport:
    """How this process hands mails over."""
    return SmtpTransport(settings.mail_server) if settings.mail_server else MailboxTransport()


def _refusal(error: smtplib.SMTPException, recipient: str) -> Refused:
    """Only what the server says of this mail or its recipient is for good; a refused sender or sign-in is
    the operator's to mend.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return Refused(f"{code} {_decode(text)}", for_good=code >= 500, recipient=recipient)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused("the server can't take this address", for_good=True)
    if isinstance(error, smtplib.SMTPResponseException):
        for_good = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        return Refused(f"{error.smtp_code} {_decode(error.smtp_error)}", for_good=for_good, recipient=recipient)
    return Refused(f"the connection broke: {type(error).__name__}", for_good=False)


def _decode(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text

"""A real mail server on loopback, that keeps what it is sent and can misbehave."""

import asyncio
import email
import re
import ssl
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LINK = re.compile(r"https?://\S+")


class MailSink:
    """Takes mail on a free port. `answers` are given in turn to the next messages instead of `250`.

    The answer `drop` breaks the connection instead, and `vanish` closes the port as well.
    `refused` holds what certain senders and recipients are answered.
    While `stalled`, it takes what it is sent and answers nothing; `stalls` counts those who wait, and
    `broken_off` those of them who left.
    """

    def __init__(
        self, *, port: int = 0, hostname: str = "127.0.0.1", tls: ssl.SSLContext | None = None, **smtp: object
    ):
        self._forget()
        self._port = port
        self._hostname = hostname
        self._tls = tls
        self._smtp = smtp
        self._controller: Controller | None = None

    def _forget(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}
        self.connections = 0
        self.stalled = False
        self.stalls = 0
        self.broken_off = 0

    def start_over(self) -> bool:
        """Forgets all it was sent and told, if it is running: whether it is as good as a new one."""
        was_calm = self._controller is not None and not self.stalled and self._controller.server.is_serving()
        self._forget()
        return was_calm

    @property
    def port(self) -> int:
        return self._port

    def __enter__(self) -> "MailSink":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Opens the port; the same one again after a stop."""
        self._controller = _FreePort(
            self, hostname=self._hostname, port=self._port, ssl_context=self._tls, **self._smtp
        )
        self._controller.start()
        self._port = self._controller.server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Goes away, as a mail server does."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.refused.get(address, "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.stalls += self.stalled
        try:
            while self.stalled:
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        if self.answers:
            answer = self.answers.pop(0)
            if answer in ("drop", "vanish"):
                self._break_off(server, for_good=answer == "vanish")
            if not answer.startswith("250"):
                return answer
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.envelopes.append(envelope)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def _break_off(self, server: SMTP, *, for_good: bool) -> None:
        assert self._controller is not None
        if for_good:
            self._controller.server.close()
        assert server.transport is not None
        server.transport.abort()

    def to(self, address: str) -> list[EmailMessage]:
        """What arrived for an address, oldest first."""
        return [m for m, e in zip(self.messages, self.envelopes, strict=True) if address in e.rcpt_tos]


class _FreePort(Controller):
    """Lets the system choose the port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1] if self.server else self.port
        super()._trigger_server()


def a_mail(to: str = "ada@example.org", words: str = "Hello.") -> EmailMessage:
    """Any mail."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Hello", "letters@localhost", to
    message.set_content(words)
    return message


def plain(message: EmailMessage) -> str:
    """The plain-text part."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link(message: EmailMessage, kind: str) -> str:
    """The path of the one link of that kind (`confirm`, `manage`) in the plain text."""
    found = {url for url in LINK.findall(plain(message)) if f"/{kind}/" in url}
    assert len(found) == 1, f"{len(found)} links to /{kind}/"
    return "/" + found.pop().split("/", 3)[3]

"""A real SMTP relay on loopback that remembers what it took and misbehaves on demand."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pytest_django import Settings

from tests.deployment import free_port


@dataclass(frozen=True)
class Mail:
    sender: str  # the return address of the SMTP dialogue
    to: str
    octets: bytes
    at: float  # time.time() when the relay had it

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.octets, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        content: str = self.message.get_content()
        return content


class Relay:
    """Accepts everything until one of its answers is replaced, or it is taken `down`."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: bytes = b"", smtputf8: bool = True
    ) -> None:
        self.mails: list[Mail] = []
        self.connections = 0
        self.on_mail = self.on_recipient = self.on_data = "250 OK"
        self.refused: dict[str, str] = {}  # by recipient: what RCPT answers
        self.pause = 0.0  # seconds before DATA is answered
        self.hang_up = False  # keep the mail, close the connection instead of answering
        self.port = free_port()
        self._tls, self._implicit, self._login, self._smtputf8 = tls, implicit, login, smtputf8
        self._controller: Controller | None = None

    def up(self) -> None:
        options = {
            "decode_data": False,
            "enable_SMTPUTF8": self._smtputf8,
            "tls_context": None if self._implicit else self._tls,
            "require_starttls": bool(self._tls) and not self._implicit,
            "auth_required": bool(self._login),
            "auth_require_tls": bool(self._tls) and not self._implicit,
            "authenticator": self._authenticate if self._login else None,
        }
        tls = self._tls if self._implicit else None
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=self.port, ssl_context=tls, ready_timeout=60, **options
        )
        self._controller.start()

    def down(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in list(self.mails) if mail.to == address]

    def wait(self, count: int, seconds: float = 60) -> list[Mail]:
        """Until `count` mails have arrived in all."""
        end = time.monotonic() + seconds
        while len(self.mails) < count and time.monotonic() < end:
            time.sleep(0.02)
        assert len(self.mails) >= count, f"{len(self.mails)} of {count} mails within {seconds} s"
        return list(self.mails)

    async def handle_EHLO(  # noqa: N802  # aiosmtpd names its hooks
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.on_mail

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refused.get(address, self.on_recipient)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        if self.on_data.startswith("250"):
            taken = [Mail(envelope.mail_from, to, envelope.content, time.time()) for to in envelope.rcpt_tos]
            self.mails.extend(taken)
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.hang_up:
            assert server.transport is not None
            server.transport.abort()
        return self.on_data

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        right = isinstance(auth_data, LoginPassword) and auth_data.password == self._login
        return AuthResult(success=right)


class _Controller(Controller):
    """aiosmtpd's client that wakes its own server offers no TLS: a plain connection wakes ours."""

    def _trigger_server(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection((self.hostname, self.port), 1):
            pass


@contextlib.contextmanager
def running(relay: Relay) -> Iterator[Relay]:
    relay.up()
    try:
        yield relay
    finally:
        relay.down()


@pytest.fixture
def relay(settings: Settings) -> Iterator[Relay]:
    """A relay that the settings name."""
    with running(Relay()) as relay:
        settings.SCEAU_RELAY_PORT = relay.port
        yield relay

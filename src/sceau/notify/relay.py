"""The mail relay: one connection a mail, TLS as the settings say and never less."""

import smtplib
import ssl
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from django.conf import settings

from sceau.core.errors import Refused, TryLater

TIMEOUT = 15  # seconds an answer may take: a whole dialogue ends within the worker’s lease


class RelayRefused(Refused):
    """The relay will never take this mail. `reply` is its three-digit code, as text."""

    code = "relay-refused"

    def __init__(self, reply: str) -> None:
        super().__init__()
        self.reply = reply


class RelayTrouble(TryLater):
    """The relay is away, slow, or says "later". `reply` says how, in at most 20 characters."""

    code = "relay-trouble"

    def __init__(self, reply: str) -> None:
        super().__init__()
        self.reply = reply


class RelaySilent(RelayTrouble):
    """The connection was lost while the mail was handed over: it may leave a second time."""

    code = "relay-silent"


def submit(mail: bytes, *, sender: str, to: str) -> None:
    """Give a mail to the relay; returns once it answered 250. Raises RelayRefused, RelayTrouble, RelaySilent."""
    with ExitStack() as stack:
        server = _connect(stack)
        _envelope(server, sender, to)
        _content(server, mail)
        with suppress(OSError):
            server.putcmd("quit")  # nobody waits for the goodbye: the mail is theirs


def _connect(stack: ExitStack) -> smtplib.SMTP:
    """Raises RelayTrouble, also for a certificate or a password that is not right: that is no fault of the mail."""
    host, port, mode = settings.SCEAU_RELAY_HOST, settings.SCEAU_RELAY_PORT, settings.SCEAU_RELAY_TLS
    us = urlsplit(settings.SCEAU_PUBLIC_URL).hostname or "localhost"
    try:
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(host, port, us, timeout=TIMEOUT, context=_tls())
            if mode == "tls"
            else smtplib.SMTP(host, port, us, timeout=TIMEOUT)
        )
        stack.callback(server.close)
        if mode == "starttls":
            server.starttls(context=_tls())  # raises when the relay does not offer it: never a plain fallback
        server.ehlo_or_helo_if_needed()
        if settings.SCEAU_RELAY_USER:
            server.login(settings.SCEAU_RELAY_USER, settings.SCEAU_RELAY_PASSWORD)
    except smtplib.SMTPResponseException as error:
        raise RelayTrouble(str(error.smtp_code)) from None
    except OSError as error:  # smtplib's own errors are OSErrors too
        raise RelayTrouble(type(error).__name__[:20]) from None
    return server


def _envelope(server: smtplib.SMTP, sender: str, to: str) -> None:
    options = [] if to.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
    try:
        reply, _text = server.mail(sender, options)
        if reply != 250:
            # Whatever it says of our own address concerns every mail: the operator must mend it.
            raise RelayTrouble(f"sender-{reply}")
        reply, _text = server.rcpt(to)
    except smtplib.SMTPNotSupportedError:
        raise RelayRefused("no-smtputf8") from None
    except OSError as error:
        raise RelayTrouble(type(error).__name__[:20]) from None
    _judge(reply, accepted=(250, 251))


def _content(server: smtplib.SMTP, mail: bytes) -> None:
    try:
        reply, _text = server.data(mail)
    except smtplib.SMTPDataError as error:  # no 354: not one octet of the mail was sent
        _judge(error.smtp_code)
    except OSError:
        raise RelaySilent("silent") from None
    _judge(reply, accepted=(250,))


def _judge(reply: int, *, accepted: tuple[int, ...] = ()) -> None:
    if reply in accepted:
        return
    if 500 <= reply <= 599:
        raise RelayRefused(str(reply))
    raise RelayTrouble(str(reply))


def _tls() -> ssl.SSLContext:
    """The certificate is checked against the system's authorities (or SSL_CERT_FILE) and the relay's name."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context

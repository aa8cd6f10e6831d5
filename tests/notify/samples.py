"""One message of each kind, as the layers above queue them."""

from datetime import UTC, datetime

from sceau.core import ids
from sceau.core.clock import milliseconds
from sceau.notify.kinds import Kind
from sceau.notify.notices import Context, Message

AT = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
SITE = "http://localhost:8000"
PERSON = ids.new()
_MS = milliseconds(AT)
_DEVICE: Context = {
    "name": "Dr Claire Vasseur",
    "device": "Firefox, Linux",
    "at_ms": _MS,
    "zone": "Europe/Paris",
    "link": f"{SITE}/compte/securite",
}

CONTEXTS: dict[Kind, Context] = {
    Kind.CODE: {"code": "259956", "minutes": 10},
    Kind.SIGNUP: {"link": f"{SITE}/inscription/jeton", "hours": 48},
    Kind.SIGNUP_KNOWN: {"link": f"{SITE}/connexion", "recovery_link": f"{SITE}/acces-perdu"},
    Kind.WELCOME: {"name": "Dr Claire Vasseur", "link": f"{SITE}/connexion"},
    Kind.RECOVERY: {"link": f"{SITE}/acces-perdu/jeton", "minutes": 60},
    Kind.RECOVERY_UNKNOWN: {"link": f"{SITE}/inscription"},
    Kind.RECOVERY_WAITING: {"name": "Dr Claire Vasseur", "link": f"{SITE}/acces-perdu/refuser/jeton", "hours": 24},
    Kind.RECOVERY_DONE: {"name": "Dr Claire Vasseur", "link": f"{SITE}/connexion", "device": "Firefox, Linux"},
    Kind.NEW_DEVICE: _DEVICE,
    Kind.PASSWORD_CHANGED: _DEVICE,
    Kind.RECEIVED: {
        "sender": "Dr Marc Benali",
        "structure": "Centre hospitalier des Écrins",
        "label": "report",
        "documents": 2,
        "until_ms": _MS,
        "link": f"{SITE}/enveloppes/1",
    },
    Kind.SEALED: {"recipients": 3, "documents": 1, "sealed_ms": _MS, "link": f"{SITE}/enveloppes/1"},
    Kind.OPENED: {
        "reader": "Dr Marc Benali",
        "structure": "Centre hospitalier des Écrins",
        "opened_ms": _MS,
        "link": f"{SITE}/enveloppes/1",
    },
    Kind.FAILED: {"recipient": "Dr Marc Benali", "structure": "", "link": f"{SITE}/enveloppes/1"},
    Kind.EXPIRING: {"count": 12, "until_ms": _MS, "link": f"{SITE}/recues"},
    Kind.DESTROYED: {"count": 1, "link": f"{SITE}/recues"},
    Kind.WITHDRAWN: {
        "sender": "Dr Claire Vasseur",
        "structure": "Cabinet des Tilleuls",
        "withdrawn_ms": _MS,
        "link": f"{SITE}/enveloppes/1",
    },
}


def message(
    kind: Kind,
    *,
    to: str = "claire@tilleuls.example",
    language: str = "fr",
    word: bytes | None = None,
    **more: str | int,
) -> Message:
    """`more` replaces values of the context."""
    return Message(kind, to, language, {**CONTEXTS[kind], **more}, word=word, person=PERSON)


def report(action: str, status: str) -> bytes:
    """A delivery report as Postfix writes it (RFC 3464)."""
    return f"""\
From: MAILER-DAEMON@relais.example (Mail Delivery System)
To: bounces@sceau.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="8F2.1/relais.example"

This is a MIME-encapsulated message.

--8F2.1/relais.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--8F2.1/relais.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.example
Arrival-Date: Sun, 22 Nov 2026 15:02:00 +0100 (CET)

Final-Recipient: rfc822; claire@tilleuls.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <claire@tilleuls.example>: Recipient address rejected

--8F2.1/relais.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Sceau <sceau@sceau.example>
To: claire@tilleuls.example

--8F2.1/relais.example--
""".replace("\n", "\r\n").encode("ascii")

"""The ordinary mailboxes of the demonstration, as `relay` keeps them: a file a mail."""

import email
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str
    at: str  # "14:02", in Paris


def folder() -> Path:
    """Beside the data, so that the relay and the pages agree without a setting."""
    return Path(settings.SCEAU_DATA).parent / "courriels"


def newest(limit: int = 60) -> list[Mail]:
    """The newest mails of everybody, the newest first."""
    return [_read(path) for path in sorted(folder().glob("*.eml"), reverse=True)[:limit]]


def _read(path: Path) -> Mail:
    message: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        to=str(message["X-Demo-Recipient"]),
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body else "",
        at=f"{parsedate_to_datetime(str(message['Date'])).astimezone(_PARIS):%H:%M}" if message["Date"] else "",
    )

"""What goes into a message, before it is written."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sceau.envelopes.mime.base64 import encode_base64, encoded_size


@dataclass(frozen=True, slots=True, repr=False)
class Mailbox:
    name: str  # may be empty
    address: str  # ASCII: canonical bytes are 7-bit, and SMTPUTF8 (RFC 6531) is not everywhere


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """A document, kept already transfer-encoded so that sealing 40 MB does not encode again (V13)."""

    name: str
    content_type: str  # `type/subtype`; what is unsafe to declare is written application/octet-stream
    size: int  # decoded octets
    sha256: bytes  # of the decoded octets
    encoded_size: int
    encoded: Callable[[], Iterable[bytes]]  # base64, 76 columns, CRLF; asked for once a reading


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    message_id: str  # "<…@…>", unguessable (E10)
    date: datetime  # with the zone to be shown
    sender: Mailbox
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    subject: str
    text: str  # line ends of any kind; written as CRLF
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False  # nobody answers it by hand (RFC 3834 §5)
    html: str | None = None  # the same text with its formatting, sanitised; line ends of any kind


def attachment(name: str, content_type: str, content: bytes) -> Attachment:
    """An attachment that is wholly in memory."""
    encoded = b"".join(encode_base64([content]))
    digest = hashlib.sha256(content).digest()
    return Attachment(name, content_type, len(content), digest, encoded_size(len(content)), lambda: [encoded])

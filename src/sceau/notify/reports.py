"""Delivery reports (RFC 3464), as far as we need them: did the mail fail, and with which status? Pure."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from sceau.core.errors import Malformed

LIMIT = 1_000_000  # octets read; a report quotes at most the mail we sent, which is small

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")  # the second: RFC 6533
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")

# What the standard library's parser raises on mails that nobody should have sent.
_PARSER_TROUBLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True)
class Report:
    action: str  # "failed", "delayed", "delivered", "relayed", "expanded"
    status: str  # "5.1.1" (RFC 3463); empty when it says none


def read(data: bytes) -> Report:
    """The first recipient's fate: our mails have one recipient. Raises Malformed for anything but a report."""
    try:
        return _read(message_from_bytes(data[:LIMIT]))
    except _PARSER_TROUBLE as error:
        raise Malformed from error


def _read(mail: Message) -> Report:
    if mail.get_content_type() != "multipart/report":
        raise Malformed
    for part in mail.walk():
        if part.get_content_type() in _STATUS_TYPES and part.is_multipart():
            return _fate([fields for fields in part.get_payload() if isinstance(fields, Message)])
    raise Malformed


def _fate(blocks: list[Message]) -> Report:
    """The first block is about the mail, each next one about a recipient (RFC 3464 §2.1)."""
    for fields in blocks:
        if action := str(fields.get("Action", "")).strip().lower().split(maxsplit=1):
            status = _STATUS.match(str(fields.get("Status", "")).strip())
            return Report(action[0], status[0] if status else "")
    raise Malformed

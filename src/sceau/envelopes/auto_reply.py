"""The auto-reply of a mailbox: what its owner wants said while he is away, from when to when.

The worker writes and seals it (`answering`), so it is sealed to the queue key as well as to the mailbox (V11). Each
`set` is a new activation: everybody who writes may be answered once again (RFC 3834 §2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core import canonical
from sceau.core.errors import Malformed, Refused
from sceau.database.queries import PreparedQuery
from sceau.envelopes.models import AutoReplied, AutoReply, Copy, Envelope
from sceau.jobs import outbox
from sceau.jobs.models import Job
from sceau.notify import queue_key
from sceau.vault import format

LIMIT = 5_000  # characters

_PURPOSE, _OWN = "auto-reply", "auto-reply-own"


class BadAbsence(Refused):
    """It ends before it begins, or before now; or it says nothing, or more than LIMIT characters."""

    code = "bad-absence"


@dataclass(frozen=True, slots=True, repr=False)
class Absence:
    text: str
    since: datetime
    until: datetime


def set(absence: Absence, *, by: Actor, at: datetime) -> None:
    """Switch it on, or change it. Raises BadAbsence."""
    text = absence.text.replace("\r\n", "\n").strip()
    if not text or len(text) > LIMIT or not max(at, absence.since) < absence.until:
        raise BadAbsence
    mailbox = by.mailbox
    key = mailboxes.keys_for([mailbox])[mailbox.id]
    octets = canonical.dumps({"text": text})
    row = AutoReply(mailbox=mailbox, since=absence.since, until=absence.until, epoch=key.number)
    row.sealed = queue_key.seal(_PURPOSE, octets, mailbox.id)
    row.sealed_own = format.seal_record(key.public_key, _OWN, octets, mailbox.id)
    with transaction.atomic():
        clear(by=by)
        row.save(force_insert=True)


def clear(*, by: Actor) -> None:
    """Switch it off. One that is off is fine."""
    with transaction.atomic():
        AutoReplied.objects.filter(auto_reply=by.mailbox.id).delete()
        AutoReply.objects.filter(mailbox=by.mailbox).delete()


def read(*, by: Actor) -> Absence | None:
    """What is switched on, or was until it ended; None when it was never, or switched off. Raises Unreadable."""
    row = AutoReply.objects.filter(mailbox=by.mailbox).first()
    if row is None:
        return None
    octets = by.keys.open_record(by.mailbox.id, row.epoch, _OWN, bytes(row.sealed_own), by.mailbox.id)
    return Absence(_text(octets), row.since, row.until)


def asked(envelope: Envelope, copies: Sequence[Copy], *, at: datetime) -> list[Job]:
    """The jobs that answer for those recipients who are away, to be inserted with what places these copies.

    Nothing automatic is ever answered, and nobody by himself (RFC 3834 §2).
    """
    if envelope.automatic:
        return []
    boxes = [copy.mailbox_id for copy in copies if copy.mailbox_id != envelope.mailbox_id]
    absent = frozenset(mailbox for (mailbox,) in _AWAY.rows(mailboxes=boxes, at=at))
    return outbox.fresh("auto-reply", (copy.id for copy in copies if copy.mailbox_id in absent), due=at)


def _away(mailboxes: list[UUID], at: datetime) -> "QuerySet[AutoReply, tuple[UUID]]":
    return AutoReply.objects.filter(mailbox__in=mailboxes, since__lte=at, until__gt=at).values_list("mailbox")


_AWAY = PreparedQuery(_away, mailboxes=[UUID], at=datetime)


def said(row: AutoReply) -> str:
    """What an answer says. For the worker. Raises Unreadable."""
    return _text(queue_key.open(_PURPOSE, bytes(row.sealed), UUID(str(row.mailbox_id))))


def _text(octets: bytes) -> str:
    content = canonical.loads(octets)
    try:
        return str(content["text"])
    except (KeyError, TypeError) as error:
        raise Malformed from error

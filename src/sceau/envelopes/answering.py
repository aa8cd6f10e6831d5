"""The worker's side of auto-replies: a small envelope in the name of somebody who is away.

No person seals it, and nothing pretends so: the message says `Auto-Submitted: auto-replied` (RFC 3834 §5), its
evidence says `automatic` and assurance "none", and it is never answered by another one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from sceau.accounts import mailboxes
from sceau.accounts.models import Mailbox
from sceau.core import ids
from sceau.core.failpoints import failpoint
from sceau.envelopes import auto_reply, issuing, letters
from sceau.envelopes.issuing import Author, Origin
from sceau.envelopes.models import AutoReplied, AutoReply, Copy
from sceau.envelopes.planning import Plan, Recipient
from sceau.evidence import log
from sceau.vault.sessions import Assurance


def answer(copy_id: UUID, *, at: datetime) -> None:
    """Job "auto-reply": answer the sender of a copy once an activation. Raises ClockBehind, StorageFull, Refused."""
    log.check_clock(at)
    rows = Copy.objects.select_related("envelope__mailbox__owner", "mailbox__owner")
    copy = rows.filter(id=copy_id, destroyed_at=None, envelope__automatic=False).first()
    if copy is None or not _has_owner(copy.mailbox) or not _has_owner(copy.envelope.mailbox):
        return
    row = AutoReply.objects.filter(mailbox=copy.mailbox, since__lte=at, until__gt=at).first()
    if row and not AutoReplied.objects.filter(auto_reply=row, sender=copy.envelope.mailbox_id).exists():
        _answer(copy, row, at=at)


def _answer(copy: Copy, row: AutoReply, *, at: datetime) -> None:
    author = _author(copy.mailbox)
    days = timedelta(days=settings.SCEAU_RETENTION_DAYS)
    plan = Plan((Recipient(copy.envelope.mailbox, Copy.Role.TO),), expires_at=None, destroy_at=at + days)
    letter = letters.automatic(auto_reply.said(row), author.mailbox, plan, author.person, at=at)
    sealed = issuing.keep(ids.new(), letter)
    origin = Origin(thread=copy.envelope.thread, reply_to=copy.envelope_id)
    issue = issuing.prepare(sealed, plan, author, origin, at=at)
    try:
        with transaction.atomic():
            # First: its uniqueness is what decides between two workers, and after a crash. Foreign keys are checked
            # at the commit: one that was switched off meanwhile answers nobody.
            AutoReplied.objects.create(auto_reply=row, sender=copy.envelope.mailbox_id, at=at)
            issuing.insert(issue, at=at)
            failpoint("auto-reply.filed")
    except IntegrityError:
        issuing.drop(sealed)
        return
    failpoint("auto-reply.committed")


def _author(mailbox: Mailbox) -> Author:
    return Author(mailboxes.owner(mailbox), mailbox, Assurance.NONE, automatic=True)


def _has_owner(mailbox: Mailbox) -> bool:
    """Somebody who holds an account here: guests, patients and robots are never answered."""
    return mailbox.owner is not None and mailbox.owner.is_active

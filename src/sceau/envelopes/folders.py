"""Putting a mailbox's copies aside and back, and removing them for good.

What one mailbox does never touches another one's copy: permanent deletion says that others keep theirs.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import destruction
from sceau.envelopes.destruction import Reason
from sceau.envelopes.models import Copy

_BATCH = 100

# Where a copy was before its holder put it anywhere.
FIRST = Case(When(role=Copy.Role.FROM, then=Value(Copy.Folder.SENT)), default=Value(Copy.Folder.RECEIVED))
_BACK = Case(When(filed_in__isnull=False, then=Value(Copy.Folder.FILED)), default=FIRST)


def trash(*copies: Copy) -> int:
    """Put copies aside, and keep in mind which folder each was in. Their retention runs on. How many."""
    return movable(copies).exclude(folder=Copy.Folder.TRASH).update(folder=Copy.Folder.TRASH)


def restore(*copies: Copy) -> int:
    """Put what is in the trash back where it was; how many. A folder that is gone since: where each first was."""
    return movable(copies).filter(folder=Copy.Folder.TRASH).update(folder=_BACK)


def delete(*copies: Copy, by: Actor, at: datetime) -> int:
    """Destroy this mailbox's seals for good; how many. A second time changes nothing. Listed nowhere afterwards."""
    with transaction.atomic():
        # First: it locks the envelopes, then the copies.
        destroyed = destruction.destroy(copies, Reason.DELETED, by=by.person, keys=by.keys, at=at)
        movable(copies).update(folder=Copy.Folder.TRASH)
    return len(destroyed)


def movable(copies: Iterable[Copy]) -> QuerySet[Copy]:
    """Those of `copies` (one mailbox's: they come from `access`) that are at its disposal already."""
    return Copy.objects.filter(id__in=[copy.id for copy in copies]).exclude(folder=Copy.Folder.HELD)


def empty_trash(*, by: Actor, at: datetime) -> int:
    """Delete for good what the trash holds; how many copies."""
    now, moment, count = clock.running(at), at, 0
    held = Copy.objects.filter(mailbox=by.mailbox, folder=Copy.Folder.TRASH, destroyed_at=None)
    while batch := list(held[:_BATCH]):
        with transaction.atomic():
            count += len(destruction.destroy(batch, Reason.DELETED, by=by.person, keys=by.keys, at=moment))
        moment = now()  # of a full trash, each batch bears its own date
    return count

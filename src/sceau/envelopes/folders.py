"""Moving a mailbox's copies, and removing them for good.

What one mailbox does never touches another one's copy: permanent deletion says that others keep theirs.
"""

from datetime import datetime

from django.db import transaction

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import destruction
from sceau.envelopes.destruction import Reason
from sceau.envelopes.models import Copy

_BATCH = 100


def trash(copy: Copy) -> None:
    """Put a copy aside. Its retention runs on."""
    _move(copy, Copy.Folder.TRASH)


def restore(copy: Copy) -> None:
    """Put a copy back where it came from."""
    _move(copy, Copy.Folder.SENT if copy.role == Copy.Role.FROM else Copy.Folder.RECEIVED)


def delete(copy: Copy, *, by: Actor, at: datetime) -> None:
    """Destroy this mailbox's seal for good; a second time changes nothing. It is listed nowhere afterwards."""
    with transaction.atomic():
        destruction.destroy([copy], Reason.DELETED, by=by.person, at=at)  # first: it locks the envelope, then the copy
        _move(copy, Copy.Folder.TRASH)


def empty_trash(*, by: Actor, at: datetime) -> int:
    """Delete for good what the trash holds; how many copies."""
    now, moment, count = clock.running(at), at, 0
    held = Copy.objects.filter(mailbox=by.mailbox, folder=Copy.Folder.TRASH, destroyed_at=None)
    while batch := list(held[:_BATCH]):
        with transaction.atomic():
            count += len(destruction.destroy(batch, Reason.DELETED, by=by.person, at=moment))
        moment = now()  # of a full trash, each batch bears its own date
    return count


def _move(copy: Copy, folder: Copy.Folder) -> None:
    Copy.objects.filter(id=copy.id).update(folder=folder)
    copy.folder = folder

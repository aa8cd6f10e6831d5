"""Old seals move to the mailbox's newest epoch, in the sessions of those who read it (V10).

Nobody sees more for it: what lies under an older epoch moves only where everybody who reads the newest one reads the
older one too. An epoch that was rolled because somebody new must not see the past (V2) leaves the past where it is.
Payloads are not touched, nor the records of evidence. Folder names and the texts that one keeps move when they are
next written.
"""

from contextlib import suppress
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core.errors import Error
from sceau.envelopes import search_index, summaries
from sceau.envelopes.models import Copy, Segment
from sceau.vault import epochs
from sceau.vault.epochs import EpochKey

AT_ONCE = 50  # copies: ten milliseconds of a page


def move(by: Actor, *, at: datetime) -> int:
    """Move some of what remains; how many copies and pieces of the index. Nothing is asked where nothing remains.

    It is done beside something that its reader asked for: what cannot be moved now is left to the next time.
    """
    with suppress(Error, OperationalError):
        newest = by.keys.newest_epoch(by.mailbox.id)
        if newest > 1 and not by.keys.is_settled(by.mailbox.id):
            return _move(newest, by, at)
    return 0


def _move(newest: int, by: Actor, at: datetime) -> int:
    older = epochs.read_by_the_same(by.mailbox.id, newest, at=at)
    copies = list(_older(newest, by).filter(epoch__in=older)[:AT_ONCE])
    piece = Segment.objects.filter(mailbox=by.mailbox, epoch__in=older).first()
    if not copies and not piece:
        if not _older(newest, by).exists():  # what must not move now may, once a grant ends
            epochs.settle(by.mailbox.id, newest, at=at)
        return 0
    key = mailboxes.keys_for([by.mailbox])[by.mailbox.id]
    if key.number != newest:  # rolled this very moment, or by somebody who left this reader out
        return 0
    if piece:
        search_index.move(piece, newest, by.keys)
    return bool(piece) + _move_copies(copies, key, by)


def _move_copies(copies: list[Copy], key: EpochKey, by: Actor) -> int:
    """Their lines are under the older list key: they are written anew when they are next listed."""
    moved = []
    for copy in copies:
        with suppress(Error):  # one that does not open must not keep the others
            copy.seal = summaries.content_key(copy, by.keys).seal_to(key)
            copy.epoch, copy.line = key.number, None
            moved.append(copy)
    with transaction.atomic():  # never over a destruction that came in between
        return _older(key.number, by).bulk_update(moved, ["epoch", "seal", "line"])


def _older(newest: int, by: Actor) -> "QuerySet[Copy]":
    return Copy.objects.filter(mailbox=by.mailbox, epoch__lt=newest, destroyed_at=None, withdrawn_at=None)

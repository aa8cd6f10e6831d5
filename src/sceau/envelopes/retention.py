"""What time does to content: two notices, then destruction; and the expiry that a sender chose.

Run by the worker, again and again: each envelope is a transaction of its own, and what was done is marked
in its rows, so that a sweep may be killed anywhere and started twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sceau.core import clock
from sceau.core.errors import Refused
from sceau.core.failpoints import failpoint
from sceau.envelopes import destruction, notices, rules
from sceau.envelopes.destruction import Reason
from sceau.envelopes.models import Copy

_BATCH = 500  # rows held in memory at once, and destroyed under one date


def sweep(*, at: datetime) -> int:
    """Destroy everything due, then warn; how many copies were destroyed.

    An envelope whose mailboxes' keys are refused (V9) is left for the next sweep and the operator.
    """
    now, moment, count, refused = clock.running(at), at, 0, set[UUID]()
    while batch := _due(moment, refused):
        for envelope in batch:
            try:
                count += _end(envelope, at=moment)
            except Refused:
                refused.add(envelope)
        moment = now()  # a long sweep dates what it destroys when it does, as downloads that end meanwhile are
    destruction.forget_pages()
    for days in reversed(rules.WARNINGS):  # the nearest first: who is told of three days is not told of fifteen
        _warn(days, at=at)
    return count


def _due(at: datetime, refused: Iterable[UUID]) -> list[UUID]:
    rows = Copy.objects.filter(destroyed_at=None, destroy_at__lte=at).exclude(envelope__in=refused)
    return list(dict.fromkeys(rows.order_by("destroy_at").values_list("envelope_id", flat=True)[:_BATCH]))


def _end(envelope: UUID, *, at: datetime) -> int:
    """Destroy what is due of one envelope: the recipients' copies at the sender's expiry, each at its own time."""
    with transaction.atomic():
        due = Copy.objects.filter(envelope=envelope, destroyed_at=None, destroy_at__lte=at)
        expired = Q(envelope__expires_at__lte=at) & ~Q(role=Copy.Role.FROM)
        done = [
            *destruction.destroy(due.filter(expired), Reason.EXPIRED, at=at),
            *destruction.destroy(due.exclude(expired), Reason.RETENTION, at=at),
        ]
        notices.destroyed(done, at=at)
        failpoint("expire.recorded")
    failpoint("expire.committed")
    return len(done)


def _warn(days: int, *, at: datetime) -> None:
    """Tell each mailbox what goes in `days` days: one mail for a whole day's envelopes.

    When one copy comes that close, those of the following 24 hours are told with it; the next mail to this
    mailbox is therefore a day away at least. What lies in the trash is not worth a word.
    """
    near = at + timedelta(days=days)
    waiting = Copy.objects.filter(Q(warned=0) | Q(warned__gt=days), destroyed_at=None, destroy_at__gt=at)
    waiting = waiting.exclude(folder=Copy.Folder.TRASH)
    while boxes := list(waiting.filter(destroy_at__lte=near).values_list("mailbox", flat=True).distinct()[:_BATCH]):
        for mailbox in boxes:
            with transaction.atomic():
                told = waiting.filter(mailbox=mailbox, destroy_at__lte=near + timedelta(days=1))
                copies = list(told.select_related("mailbox__owner", "envelope").select_for_update(of=("self",)))
                notices.expiring(copies, at=at)
                Copy.objects.filter(id__in=[copy.id for copy in copies]).update(warned=days)
                failpoint("expire.warned")

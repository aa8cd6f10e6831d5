"""Who integrates: one process, by a lease in one row, on both databases (E7)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from sceau.core.errors import TryLater
from sceau.evidence.models import Leader

LEASE = timedelta(seconds=30)
_SKEW = timedelta(minutes=1)  # between the clocks of two machines
_ROW = 1


class Deposed(TryLater):
    """Another process leads now, or has published meanwhile: what was prepared is thrown away."""

    code = "deposed"


def hold(holder: UUID, *, at: datetime) -> bool:
    """Take or keep the lease; False while another has it. A write only when half of the lease is gone."""
    if Leader.objects.filter(id=_ROW, holder=holder, until__range=(at + LEASE / 2, at + LEASE)).exists():
        return True
    # A lease that ends too far ahead was written before the clock was set back: nobody should wait for it.
    mine_or_free = Q(holder=holder) | Q(until__lte=at) | Q(until__gt=at + LEASE + _SKEW)
    if Leader.objects.filter(mine_or_free, id=_ROW).update(holder=holder, until=at + LEASE):
        return True
    return _first(holder, at=at)


def release(holder: UUID, *, at: datetime) -> None:
    """Let the next process begin at once."""
    Leader.objects.filter(id=_ROW, holder=holder).update(until=at)


def confirm(holder: UUID) -> None:
    """Lock the row until the surrounding transaction ends. Raises Deposed when another holds it.

    The lease's end is not looked at: a late leader that nobody replaced harms nobody.
    """
    row = Leader.objects.select_for_update().filter(id=_ROW).first()
    if row is None or row.holder != holder:
        raise Deposed


def _first(holder: UUID, *, at: datetime) -> bool:
    if Leader.objects.filter(id=_ROW).exists():
        return False
    try:
        with transaction.atomic():
            Leader.objects.create(id=_ROW, holder=holder, until=at + LEASE)
    except IntegrityError:
        return False
    return True

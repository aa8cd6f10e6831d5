"""After a restored database: close an origin that knows more than we do, and open the next (E7).

Nothing that was signed is ever signed again with another meaning: the old origin keeps its newest published tree,
and what nobody signed yet is numbered anew in the next one.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sceau.core.errors import Refused
from sceau.evidence import integrator, log, origins, records
from sceau.evidence.events import Event
from sceau.evidence.faults import LogDamaged, LogFault
from sceau.evidence.log import Fact
from sceau.evidence.models import Checkpoint, Log, LogEntry, Pending
from sceau.evidence.shelf import Shelf


class NothingToRecover(Refused):
    """The log and the database agree."""

    code = "nothing-to-recover"


@dataclass(frozen=True, slots=True)
class Gap:
    """What the closed origin lost: its rows lost_from … size − 1 (none that is known of when they are equal)."""

    closed: str
    opened: str
    fault: str
    lost_from: int
    size: int


def recover(*, at: datetime, restored: bool = False) -> Gap:
    """Close the current origin for the fault that stops the integrator, and open the next.

    With `restored`, also when nothing is wrong: database and tiles came out of one backup, agree with each other, and
    both have forgotten what was published since it was made. Numbering on would sign it again with another meaning.
    The gap is named in LOG_RECOVERED, the first event of the next origin. Raises NothingToRecover.
    """
    old = origins.current(at=at)
    fault = _fault(old, restored=restored)
    with transaction.atomic():
        size = _adopt(old, at=at)
        lost_from = min(_requeue(old, size), size)
        if lost_from < size:
            Log.objects.filter(origin=old.origin).update(lost_from=lost_from)
        new = origins.follow(old, at=at, restored=restored)
        gap = Gap(old.origin, new.origin, fault, lost_from, size)
        log.record(Fact(Event.LOG_RECOVERED, facts=_sealed(gap, at=at)), at=at)
    return gap


def _fault(old: Log, *, restored: bool) -> str:
    try:
        integrator.settle(old)
        integrator.read_edge(Shelf(old.origin), old, origins.newest(old))
    except LogFault as fault:
        return fault.code
    if restored and origins.newest(old):
        return "restored"
    raise NothingToRecover


def _adopt(old: Log, *, at: datetime) -> int:
    """Learn the kept checkpoint again if it is larger: receipts were given under it. The size of the newest."""
    newest = origins.newest(old)
    size = newest.size if newest else 0
    try:
        kept = origins.kept_checkpoint(Shelf(old.origin), old)
    except LogDamaged:  # not signed by us: nobody can rely on it
        kept = None
    if kept is None or kept[0].size <= size:
        return size
    head, note = kept
    Checkpoint.objects.create(log=old, size=head.size, root=head.root, note=note, at=at)
    return head.size


def _requeue(old: Log, size: int) -> int:
    """Numbers that no checkpoint covers are given back: nobody was promised them. The next index that remains."""
    unsigned = LogEntry.objects.filter(log=old, index__gte=size)
    Pending.objects.bulk_create(Pending(evidence_id=id) for id in unsigned.values_list("evidence_id", flat=True))
    unsigned.delete()
    return origins.next_index(old)


def _sealed(gap: Gap, *, at: datetime) -> records.SealedRecord:
    content = {
        "closed": gap.closed,
        "opened": gap.opened,
        "fault": gap.fault,
        "lost_from": gap.lost_from,
        "size": gap.size,
    }
    return records.seal(content, [], envelope=None, at=at)

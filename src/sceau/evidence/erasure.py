"""The end of identity records: leaves are kept for ever, names for SCEAU_EVIDENCE_YEARS (E1, E11)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from sceau.core.clock import milliseconds
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.log import Fact
from sceau.evidence.models import Record, RecordSeal

_BATCH = 500  # records a transaction


def sweep(*, at: datetime) -> int:
    """Erase the records that are old enough, their salts with them; how many. Each batch is itself evidence.

    The log stays whole: it only ever held commitments. Backups keep what they hold for SCEAU_BACKUP_DAYS.
    """
    before = at - timedelta(days=365 * settings.SCEAU_EVIDENCE_YEARS)
    erased = 0
    while count := _erase(before, at=at):
        erased += count
    return erased


def _erase(before: datetime, *, at: datetime) -> int:
    with transaction.atomic():
        old = list(Record.objects.filter(created_at__lt=before).values_list("pk", flat=True)[:_BATCH])
        if not old:
            return 0
        RecordSeal.objects.filter(record__in=old).delete()
        Record.objects.filter(pk__in=old).delete()
        content = {"kind": "erasure", "version": 1, "count": len(old), "before_ms": milliseconds(before)}
        told = records.seal(content, [], envelope=None, at=at)
        log.record(Fact(Event.RECORDS_ERASED, facts=told), at=at)
        return len(old)

"""« Envoyer plus tard »: sealed at once, while its author's keys are there; at disposal when its hour has come.

Until then the recipients' copies are HELD: no list, count, search or page of theirs knows them, and the sender may
still withdraw the whole. Retention counts from the delivery.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sceau.core.failpoints import failpoint
from sceau.envelopes import consignment
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import log


def deliver(envelope_id: UUID, *, at: datetime) -> None:
    """Job "deliver": place what is still held. A second time finds nothing. Raises ClockBehind, Unreadable."""
    log.check_clock(at)
    with transaction.atomic():
        # As withdrawal and destruction do first: of them and this, one comes first in evidence.
        envelope = Envelope.objects.select_for_update(of=("self",)).select_related("sender").get(id=envelope_id)
        waiting = Copy.objects.select_for_update(of=("self",)).select_related("mailbox__owner")
        copies = list(
            waiting.filter(
                envelope=envelope,
                folder=Copy.Folder.HELD,
                destroyed_at=None,
            ).order_by("recipient")
        )
        if copies:
            _place(envelope, copies, at=at)
        Envelope.objects.filter(id=envelope.id).update(held=None)
        failpoint("deliver.recorded")
    failpoint("deliver.committed")


def _place(envelope: Envelope, copies: list[Copy], *, at: datetime) -> None:
    Copy.objects.filter(id__in=[copy.id for copy in copies]).update(folder=Copy.Folder.RECEIVED, sort_at=at)
    told = consignment.told(envelope, copies, label=consignment.held_label(envelope), at=at)
    log.record(*consignment.facts(envelope, copies), at=at, beside=told)

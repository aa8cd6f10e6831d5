"""The evidence that notices leave: somebody was told, or could not be (E1, E12; EN 319 522-1 D.3 and D.4)."""

from datetime import datetime

from sceau.core.clock import milliseconds
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.log import Fact
from sceau.evidence.models import Evidence, RecordSeal
from sceau.evidence.records import Reader, SealedRecord
from sceau.notify.models import Notice
from sceau.vault import epochs


def notified(notice: Notice, *, at: datetime) -> None:
    """The relay took the mail that says that an envelope waits."""
    parties = _parties(notice)
    log.record(Fact(Event.CONSIGNMENT_NOTIFICATION, notice.envelope, notice.recipient, parties), at=at)


def not_notified(notice: Notice, *, at: datetime) -> None:
    """That mail did not arrive; `notice.reason` says why, as every negative event must (G04)."""
    parties = _parties(notice)
    facts = None if parties is None else _failure(notice, parties, at)
    event = Event.CONSIGNMENT_NOTIFICATION_FAILURE
    log.record(Fact(event, notice.envelope, notice.recipient, parties, facts), at=at)


def _parties(notice: Notice) -> bytes | None:
    """The commitment that the envelope's earlier evidence cites."""
    cited = Evidence.objects.filter(envelope=notice.envelope).exclude(parties=None)
    parties = cited.values_list("parties", flat=True).first()
    return None if parties is None else bytes(parties)


def _failure(notice: Notice, parties: bytes, at: datetime) -> SealedRecord:
    """For those who may read who the parties are, under the keys they have now."""
    content = {"kind": "notification-failure", "version": 1, "reason": notice.reason, "at_ms": milliseconds(at)}
    mailboxes = RecordSeal.objects.filter(record=parties).exclude(mailbox=None).values_list("mailbox", flat=True)
    keys = epochs.current([mailbox for mailbox in mailboxes if mailbox])
    readers = [Reader(key.mailbox, key.number, key.public_key) for key in keys.values()]
    return records.seal(content, readers, envelope=notice.envelope, at=at)

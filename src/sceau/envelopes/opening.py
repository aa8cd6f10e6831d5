"""Opening: one person's explicit act on one copy, in evidence before the first octet of content leaves (E5)."""

from datetime import datetime

from django.db import transaction

from sceau.accounts.actor import Actor
from sceau.core.failpoints import failpoint
from sceau.database import rows
from sceau.envelopes import facts, notices, rules
from sceau.envelopes.models import Copy, Opening
from sceau.evidence import log, records
from sceau.evidence.events import Event


def open(copy: Copy, *, by: Actor, at: datetime) -> Opening:
    """Record that this person opens this copy and tell the sender; a second time changes nothing.

    `copy` comes from `access.copy` and is a recipient's: what one sent or imported needs no opening.
    Raises rules.Destroyed, Withdrawn, ClockBehind.
    """
    if copy.needs_no_opening:
        raise ValueError("one's own copy needs no opening")
    log.check_clock(at)
    if copy.seal is None or copy.destroy_at <= at:
        raise _gone(copy)
    opening, fact = Opening(copy=copy, person=by.person, at=at), _fact(copy, by=by, at=at)
    told = notices.opened(copy, by=by.person, at=at)  # sealed out here as well
    try:
        with transaction.atomic():
            log.record(fact, at=at, beside=[opening, *told], then=_mark(copy, at))
            failpoint("open.recorded")
    except log.AlreadyRecorded:  # by the same person, long ago or in another tab this very moment
        copy.refresh_from_db(fields=["opened_at"])
        return Opening.objects.get(copy=copy, person=by.person)
    except rows.Missed as error:  # it went after it was read here
        copy.refresh_from_db(fields=["opened_at", "withdrawn_at"])
        raise _gone(copy) from error
    failpoint("open.committed")
    return opening


def _gone(copy: Copy) -> rules.Destroyed:
    return rules.Withdrawn() if copy.withdrawn_at else rules.Destroyed()


def _fact(copy: Copy, *, by: Actor, at: datetime) -> log.Fact:
    """Who opens, sealed before the transaction: nobody waits for its lock meanwhile."""
    envelope, event = copy.envelope, Event.CONTENT_ACCESS_TRACKING
    content = facts.opening(mailbox=copy.mailbox, by=by.person, assurance=by.assurance, at=at)
    readers = facts.readers([envelope.mailbox, copy.mailbox])
    return log.Fact(
        event,
        envelope.id,
        copy.recipient,
        parties=envelope.commitment,
        facts=records.seal(content, readers.values(), envelope=envelope.id, at=at),
        once=(envelope.id, copy.recipient, by.person.id, event),
    )


def _mark(copy: Copy, at: datetime) -> rows.Write | None:
    """Waits for a destruction under way, which takes the same row: one of the two comes first in evidence."""
    if copy.opened_at is not None:
        return None
    copy.opened_at = at
    return rows.Write(copy, "opened_at", while_null="destroyed_at")

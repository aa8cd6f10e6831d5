"""« Retirer »: a sender takes back what nobody opened yet (attack 44).

Against an opening at the same moment the copy's row decides: both want it unopened and there, one of them gets it.
Whichever came first is in evidence, and the other one never happened.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sceau.accounts.actor import Actor
from sceau.core.failpoints import failpoint
from sceau.envelopes import destruction, facts, notices, search_index
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.records import Reader


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of those asked for, by recipient index. What was destroyed or withdrawn before is in neither."""

    withdrawn: tuple[int, ...]
    opened: tuple[int, ...]  # somebody of that mailbox was quicker: it stays


def withdraw(copy: Copy, *, recipients: Collection[int] | None = None, by: Actor, at: datetime) -> Withdrawal:
    """Take back an envelope from the recipients of these indexes, or from all, as far as nobody opened it.

    `copy`: the sender's own, from `access.copy`; it stays. An envelope that waits for its hour is withdrawn the same
    way, and its recipients never learn of it. Raises ClockBehind, UnsignedKey.
    """
    if copy.role != Copy.Role.FROM:
        raise ValueError("only its sender withdraws an envelope")
    log.check_clock(at)
    asked = Copy.objects.filter(envelope=copy.envelope_id).exclude(role=Copy.Role.FROM)
    if recipients is not None:
        asked = asked.filter(recipient__in=recipients)
    with transaction.atomic():
        # As destruction and delivery do first: whoever removes the last seal must see the other removals.
        envelope = Envelope.objects.select_for_update(of=("self",)).get(id=copy.envelope_id)
        free = asked.filter(opened_at=None, destroyed_at=None)
        held = list(free.select_for_update(of=("self",)).select_related("mailbox__owner").order_by("recipient"))
        search_index.forget(held)
        free.filter(id__in=[each.id for each in held]).update(
            seal=None,
            line=None,
            destroyed_at=at,
            withdrawn_at=at,
        )
        log.record(*_evidence(copy, held, by=by, at=at), at=at)
        notices.withdrawn(copy.envelope, [each for each in held if each.folder != Copy.Folder.HELD], at=at)
        destruction.release([envelope], at=at)
        failpoint("withdraw.recorded")
    failpoint("withdraw.committed")
    opened = asked.exclude(opened_at=None).values_list("recipient", flat=True)
    return Withdrawal(tuple(_indexes(held)), tuple(sorted(index for index in opened if index is not None)))


def possible(copy: Copy) -> tuple[int, ...]:
    """The recipient indexes from whom a sender's own copy can still be taken back. One query."""
    waiting = Copy.objects.filter(envelope=copy.envelope_id, opened_at=None, destroyed_at=None)
    return tuple(_indexes(waiting.exclude(role=Copy.Role.FROM).order_by("recipient")))


def _indexes(copies: Iterable[Copy]) -> Iterator[int]:
    return (copy.recipient for copy in copies if copy.recipient is not None)


def _evidence(own: Copy, held: list[Copy], *, by: Actor, at: datetime) -> Iterator[log.Fact]:
    """Once for each recipient, who is told as well; not of what never was at his disposal."""
    event, envelope = Event.ENVELOPE_WITHDRAWN, own.envelope
    content = facts.withdrawal(by=by.person, at=at)
    readers = facts.readers([envelope.mailbox, *(copy.mailbox for copy in held)])
    for copy in held:
        yield log.Fact(
            event,
            envelope.id,
            copy.recipient,
            parties=envelope.commitment,
            facts=records.seal(content, _told(copy, envelope, readers), envelope=envelope.id, at=at),
            once=(envelope.id, copy.recipient, event),
        )


def _told(copy: Copy, envelope: Envelope, readers: dict[UUID, Reader]) -> list[Reader]:
    sender = readers[envelope.mailbox_id]
    return [sender] if copy.folder == Copy.Folder.HELD else [readers[copy.mailbox_id], sender]

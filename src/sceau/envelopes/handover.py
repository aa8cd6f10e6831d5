"""ContentHandover: the last octet of a part has left for one session (E5).

A crash can lose a handover, never the opening that came before it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from sceau.accounts.actor import Actor
from sceau.envelopes import facts
from sceau.envelopes.models import Copy, Handover, Opening
from sceau.evidence import log, records
from sceau.evidence.events import Event


def watched(
    chunks: Iterator[bytes],
    copy: Copy,
    opening: Opening | None,
    *parts: str,
    by: Actor,
    now: Callable[[], datetime],
) -> Iterator[bytes]:
    """The same chunks; once the last one was taken, that is evidence, once a part and session.

    A reader who leaves earlier closes the iterator and nothing is recorded. Without an opening (the sender
    reads his own copy) nothing ever is. `now` is asked at the end: a download may last.
    """
    yield from chunks
    if opening is not None:
        for part in parts:
            record(copy, opening, part, by=by, at=now())


def due(opening: Opening | None, part: str, *, by: Actor) -> bool:
    """Would handing over this part be recorded, or was it already for this session?"""
    if opening is None:
        return False
    return not Handover.objects.filter(opening=opening, session=by.session, part=part).exists()


def record(copy: Copy, opening: Opening, part: str, *, by: Actor, at: datetime) -> None:
    """Put a handover in evidence; one that is there already is left as it is."""
    if not due(opening, part, by=by):
        return
    envelope, event = copy.envelope, Event.CONTENT_HANDOVER
    content = facts.handover(mailbox=copy.mailbox, by=by.person, part=part, at=at)
    readers = facts.readers([envelope.mailbox, copy.mailbox])
    fact = log.Fact(
        event,
        envelope.id,
        copy.recipient,
        parties=envelope.commitment,
        facts=records.seal(content, readers.values(), envelope=envelope.id, at=at),
        once=(envelope.id, copy.recipient, by.person.id, event, by.session, part),
    )
    with suppress(log.AlreadyRecorded), transaction.atomic():
        log.record(fact, at=at)
        Handover.objects.create(opening=opening, session=by.session, part=part, at=at)

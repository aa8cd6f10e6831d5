"""What goes on in an installation under load, for ever: each function is a process that may be killed anywhere.

What a process acknowledges, as a door would, it keeps in a file of its own, synced: a death forgets nothing that was
said. A process that takes up the work of a dead one finds its drafts and goes on, as its user does.
"""

import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError

from sceau.cli import work
from sceau.core import clock
from sceau.core.errors import NotFound, Refused, TryLater
from sceau.demo.cast import MARC
from sceau.envelopes import access, drafts, folders, opening, pieces, sending, withdrawal
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft
from sceau.evidence import leader
from tests.crash import day
from tests.crash.day import octets
from tests.envelopes import desk

# A dead process' leases run out while the others still work.
LEASES = timedelta(seconds=5)

PIECE = 40_000  # octets

Say = Callable[[str], None]


def forget_soon() -> None:
    work.LEASE = LEASES
    leader.LEASE = LEASES / 2


def acknowledging() -> Say:
    """Says "sealed <id>" into this process' own file; durable on return."""
    path = Path(settings.SCEAU_DATA).parent / "acknowledged"
    path.mkdir(exist_ok=True)
    descriptor = os.open(path / str(os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(text: str) -> None:
        os.write(descriptor, f"{text}\n".encode())
        os.fsync(descriptor)

    return say


def write() -> None:
    """Claire writes, seals and takes back; now and then she finds a draft that somebody else's death left."""
    say, by = acknowledging(), day.claire()
    while True:
        try:
            left = Draft.objects.order_by("?").values_list("id", flat=True).first()
            draft = access.draft(left, for_=by) if left and random.random() < 0.3 else _begin(say)
            sending.seal(go_on(draft, say), by=by, at=clock.now())
            say(f"sealed {draft.id}")
            if random.random() < 0.3:
                _withdraw(draft.id, say)
        except (NotFound, Refused, TryLater, OperationalError):
            time.sleep(0.02)  # sealed by another process; a document came meanwhile; the database is busy: again


def _begin(say: Say) -> Draft:
    by, subject = day.claire(), f"Avis {os.getpid()}.{time.monotonic_ns()}"
    draft = drafts.create(by, Content(to=MARC.email, subject=subject, text=day.TEXT), at=clock.now())
    say(f"begun {draft.id}")
    for _ in range(random.randrange(3)):
        size = random.randrange(1, 100_000)
        if random.random() < 0.5:
            pieces.begin(draft, subject, "application/pdf", size, at=clock.now())
        else:
            say(f"attached {draft.id}/{desk.attach(draft, subject, octets(subject, size)).id}")
    return draft


def go_on(draft: Draft, say: Say) -> Draft:
    """What comes in pieces comes, from where it stopped; the draft as it is then. Raises as `pieces` do."""
    by = day.claire()
    for coming in pieces.of(draft, keys=by.keys):
        arrival = access.arrival(coming.id, draft=draft)
        whole = octets(coming.name, coming.size)
        while (kept := pieces.status(arrival)) < coming.size:
            pieces.add(arrival, kept, [whole[kept : kept + PIECE]], at=clock.now())
        say(f"attached {draft.id}/{pieces.finish(arrival, keys=by.keys, at=clock.now()).id}")
    return access.draft(draft.id, for_=by)


def _withdraw(id: UUID, say: Say) -> None:
    """Unless Marc was quicker."""
    by = day.claire()
    if withdrawal.withdraw(access.copy(id, for_=by), by=by, at=clock.now()).withdrawn:
        say(f"withdrawn {id}")


def read() -> None:
    """Marc opens what he finds, reads it, and deletes some of it for good."""
    say, by = acknowledging(), day.marc()
    received = Copy.objects.filter(mailbox=by.mailbox, destroyed_at=None).exclude(role=Copy.Role.FROM)
    while True:
        try:
            id = received.order_by("opened_at", "?").values_list("id", flat=True).first()
            if id is not None:
                _read(access.copy(id, for_=by), say)
        except (NotFound, Refused, TryLater, OperationalError):
            pass  # deleted by another process; the database is busy
        time.sleep(0.02)


def _read(copy: Copy, say: Say) -> None:
    by = day.marc()
    opening.open(copy, by=by, at=clock.now())
    say(f"opened {copy.id}")
    unsealed = desk.read(copy, by)
    assert sum(map(len, unsealed.message().chunks)) == copy.envelope.size
    if random.random() < 0.3:
        folders.delete(copy, by=by, at=clock.now())
        say(f"deleted {copy.id}")


def serve() -> None:
    """`sceau work`."""
    call_command("work")

"""What tests do at a desk: write, attach, seal, open; by the domain's own functions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sceau.accounts.actor import Actor
from sceau.core import clock, ids
from sceau.envelopes import access, attachments, drafts, opening, reading, sending
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft, Envelope, Opening, Upload
from tests.people import Member, actor

MEGABYTE = 1_000_000


def pieces(octets: bytes, size: int = 65_536) -> Iterable[bytes]:
    return (octets[start : start + size] for start in range(0, len(octets), size))


def attach(draft: Draft, name: str, octets: bytes, content_type: str = "application/pdf") -> Upload:
    received = attachments.receive(name, content_type, pieces(octets), limit=attachments.room(draft))
    return attachments.attach(draft, received, at=clock.now())


def write(by: Actor, to: str, *documents: tuple[str, bytes], reply_to: UUID | None = None, **content: str) -> Draft:
    """A draft with one revision."""
    typed = Content(to=to, subject=content.pop("subject", "Avis"), text=content.pop("text", "Bonjour."), **content)
    draft = drafts.create(by, typed, reply_to=reply_to, at=clock.now())
    for name, octets in documents:
        attach(draft, name, octets)
    return draft


def send(by: Actor, to: str, *documents: tuple[str, bytes], at: datetime | None = None, **content: str) -> Envelope:
    return sending.seal(write(by, to, *documents, **content), by=by, at=at or clock.now())


def copy_of(envelope: Envelope, member: Member) -> Copy:
    """What this person received of it."""
    found = Copy.objects.exclude(role=Copy.Role.FROM).get(envelope=envelope, mailbox=member.mailbox)
    return access.copy(found.id, for_=actor(member))


def own_copy(envelope: Envelope, by: Actor) -> Copy:
    return access.copy(access.sealed(envelope.id, for_=by).id, for_=by)


def open_copy(envelope: Envelope, member: Member, at: datetime | None = None) -> Opening:
    return opening.open(copy_of(envelope, member), by=actor(member), at=at or clock.now())


def read(copy: Copy, by: Actor) -> reading.Unsealed:
    return reading.Unsealed(copy, keys=by.keys)


def octets(stream: reading.Stream) -> bytes:
    return b"".join(stream.chunks)


def place(
    member: Member,
    at: datetime,
    role: Copy.Role,
    folder: Copy.Folder,
    *,
    opened: timedelta | None = None,
    count: int = 1,
) -> None:
    """Rows as envelopes leave them; what they hold does not matter here."""
    envelopes = [
        Envelope(id=id, sender=member.person, mailbox=member.mailbox, thread=id, sealed_at=at, size=1, documents=0)
        for id in (ids.new() for _ in range(count))
    ]
    Envelope.objects.bulk_create(envelopes)
    Copy.objects.bulk_create(
        Copy(
            envelope=envelope,
            mailbox=member.mailbox,
            role=role,
            epoch=1,
            folder=folder,
            sort_at=at,
            opened_at=at + opened if opened is not None else None,
            destroy_at=at + timedelta(days=92),
        )
        for envelope in envelopes
    )

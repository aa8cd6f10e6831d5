"""From a written message to an envelope: the sealed blob, then every row that says so, ready for one transaction.

Needs public keys only: who sits at a desk seals this way (`sending`), and so does the worker for somebody who is
away (`answering`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model

from sceau import blobs
from sceau.accounts import mailboxes
from sceau.accounts.models import Mailbox, Person
from sceau.core import random
from sceau.core.failpoints import failpoint
from sceau.envelopes import consignment, facts, notices, rules
from sceau.envelopes.letters import Written
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.planning import Plan
from sceau.envelopes.splitting import ALONE, Part
from sceau.envelopes.summaries import ContentKey, Summary
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.records import SealedRecord
from sceau.vault import format
from sceau.vault.epochs import EpochKey
from sceau.vault.sessions import Assurance


@dataclass(frozen=True, slots=True)
class Author:
    """Who seals, from which mailbox. `automatic`: nobody does it by hand, it is done in his name."""

    person: Person
    mailbox: Mailbox
    assurance: Assurance
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """What an envelope goes back to. `forwards`: only what evidence is there about."""

    thread: UUID
    reply_to: UUID | None = None
    forward_of: UUID | None = None
    forwards: UUID | None = None
    part: Part = ALONE


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """The message once its blob is durable."""

    key: ContentKey
    blob_key: str
    size: int
    digest: bytes  # SHA-256 of the canonical bytes
    summary: Summary


@dataclass(frozen=True, slots=True, repr=False)
class Issue:
    """What an envelope is made of, ready to be inserted."""

    envelope: Envelope
    parties: SealedRecord
    copies: list[Copy]  # the recipients', by their index
    beside: tuple[Model, ...]  # the rows that go in with the evidence


def keep(id: UUID, letter: Written) -> Sealed:
    """One pass over the message: digest it, seal it, keep it durably. Raises StorageFull, Malformed."""
    key, blob_key = ContentKey(id, random.key()), random.octets(16).hex()
    digest = hashlib.sha256()
    failpoint("seal.planned")
    chunks = format.seal_blob(key.octets, blob_key, _digested(letter.message.chunks(), digest.update))
    blobs.store().put(blobs.content_name(blob_key), chunks)
    failpoint("seal.blob-put")
    return Sealed(key, blob_key, letter.message.size, digest.digest(), letter.summary)


def drop(sealed: Sealed) -> None:
    """Forget a blob that no row names for sure."""
    blobs.store().delete(blobs.content_name(sealed.blob_key))


def prepare(sealed: Sealed, plan: Plan, author: Author, origin: Origin, *, at: datetime) -> Issue:
    """The rows, sealed to everybody's newest key before the transaction: nobody waits for its lock meanwhile."""
    keys = mailboxes.keys_for([author.mailbox, *(recipient.mailbox for recipient in plan.recipients)])
    parties = _parties(sealed, plan, keys, author, origin, at=at)
    envelope = Envelope(
        id=sealed.key.envelope,
        sender=author.person,
        mailbox=author.mailbox,
        reply_to=origin.reply_to,
        forward_of=origin.forward_of,
        thread=origin.thread,
        automatic=author.automatic,
        deliver_at=plan.deliver_at,
        sealed_at=at,
        size=sealed.size,
        documents=len(sealed.summary.documents),
        blob_key=sealed.blob_key,
        summary=sealed.key.seal_summary(sealed.summary),
        parties=parties.commitment,
        expires_at=plan.expires_at,
    )
    own, copies = _copies(envelope, sealed.key, plan, keys, at=at)
    told = _told(envelope, own, copies, sealed.summary.label, at=at)
    return Issue(envelope, parties, copies, (envelope, own, *copies, *told))


def insert(issue: Issue, *, at: datetime) -> None:
    """Insert the envelope with everything that says so: copies, evidence, notices."""
    log.record(*_evidence(issue), at=at, beside=issue.beside)


def _told(envelope: Envelope, own: Copy, copies: list[Copy], label: str, *, at: datetime) -> list[Model]:
    """Who learns of it, and what the worker does about it."""
    rows: list[Model] = []
    if not envelope.automatic:
        rows += notices.sealed(envelope, own, recipients=len(copies), at=at)
    if envelope.deliver_at is None:
        return [*rows, *consignment.told(envelope, copies, label=label, at=at)]
    consignment.hold(envelope, label=label)
    return [*rows, *consignment.later(envelope)]


def _copies(
    envelope: Envelope, key: ContentKey, plan: Plan, keys: dict[UUID, EpochKey], *, at: datetime
) -> tuple[Copy, list[Copy]]:
    """The sender's copy, and the recipients' in the order of the plan."""
    begins = plan.deliver_at or at
    sender = Copy(
        id=envelope.id,  # whoever has a word for the sender knows his page without looking for it
        envelope=envelope,
        mailbox=envelope.mailbox,
        role=Copy.Role.FROM,
        folder=Copy.Folder.SENT,
        sort_at=at,
        destroy_at=plan.destroy_at,
    )
    recipients = [
        Copy(
            envelope=envelope,
            mailbox=recipient.mailbox,
            role=recipient.role,
            recipient=index,
            folder=Copy.Folder.RECEIVED if plan.deliver_at is None else Copy.Folder.HELD,
            sort_at=begins,
            destroy_at=plan.expires_at or plan.destroy_at,
        )
        for index, recipient in enumerate(plan.recipients)
    ]
    for copy in (sender, *recipients):
        reader = keys[copy.mailbox_id]
        copy.epoch, copy.seal = reader.number, key.seal_to(reader)
        copy.warned = rules.warned_already(copy.destroy_at - begins)
    return sender, recipients


def _parties(
    sealed: Sealed, plan: Plan, keys: dict[UUID, EpochKey], author: Author, origin: Origin, *, at: datetime
) -> SealedRecord:
    """The record that names everybody, for everybody."""
    content = facts.parties(
        envelope=sealed.key.envelope,
        message_id=sealed.summary.message_id,
        digest=sealed.digest,
        size=sealed.size,
        parts=sealed.summary.parts,
        mailbox=author.mailbox,
        by=author.person,
        assurance=author.assurance,
        recipients=[(recipient.mailbox, recipient.role) for recipient in plan.recipients],
        expires_at=plan.expires_at,
        at=at,
    ) | facts.circumstances(
        automatic=author.automatic,
        deliver_at=plan.deliver_at,
        forwards=origin.forwards,
        part=origin.part,
        patient=plan.patient,
    )
    return records.seal(content, map(facts.reader, keys.values()), envelope=sealed.key.envelope, at=at)


def _evidence(issue: Issue) -> Iterator[log.Fact]:
    """Accepted once; placed at each recipient's disposal, unless that waits for its hour."""
    event, id = Event.SUBMISSION_ACCEPTANCE, issue.envelope.id
    yield log.Fact(
        event,
        id,
        parties=issue.parties.commitment,
        extra_records=(issue.parties,),
        once=(id, event),
    )
    if issue.envelope.deliver_at is None:
        yield from consignment.facts(issue.envelope, issue.copies)


def _digested(chunks: Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk

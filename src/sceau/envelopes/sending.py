"""Sealing a draft: the one act that turns what somebody typed into an envelope (design §2, step 2).

Order, and what a crash leaves: the sealed message is durable in the blob store before any row names it (a
blob without a row is swept after a day, the draft is still there); then one transaction deletes the draft
and inserts envelope, copies, evidence and notices. "Scellé" is said after its commit.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sceau import blobs
from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core import random
from sceau.core.errors import NotFound
from sceau.core.failpoints import failpoint
from sceau.envelopes import attachments, drafts, facts, letters, notices, planning, rules
from sceau.envelopes.attachments import Document
from sceau.envelopes.models import Copy, Draft, DraftRevision, Envelope, Upload
from sceau.envelopes.planning import Plan
from sceau.envelopes.summaries import ContentKey, Summary
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.records import SealedRecord
from sceau.vault import format
from sceau.vault.epochs import EpochKey


class _Gone(Exception):
    """The draft is not there any more: another submit sealed it, or somebody discarded it."""


@dataclass(frozen=True, slots=True, repr=False)
class _Sealed:
    """The message once its blob is durable."""

    key: ContentKey
    blob_key: str
    size: int
    digest: bytes  # SHA-256 of the canonical bytes
    summary: Summary


@dataclass(frozen=True, slots=True, repr=False)
class _Filing:
    """What an envelope is made of, ready to be inserted."""

    envelope: Envelope
    parties: SealedRecord
    own: Copy
    copies: list[Copy]  # the recipients', by their index


def seal(draft: Draft, *, by: Actor, at: datetime) -> Envelope:
    """Seal a draft for its recipients, file it in their mailboxes and put it in evidence.

    The envelope has the draft's id: sealing twice gives the same envelope (V13). Raises the refusals of
    `rules` (a policy's refusal is evidence, E6), drafts.Stale when the draft changed while it was being
    sealed, ClockBehind, StorageFull, NotFound when the draft was discarded meanwhile.
    """
    log.check_clock(at)
    content = drafts.read(draft, keys=by.keys)
    documents = attachments.of(draft, keys=by.keys) if draft.documents_revision else []  # a letter alone: no query
    try:
        plan = planning.plan(draft, content, [document.size for document in documents], by=by, at=at)
    except rules.NotEntitled as refusal:
        _record_rejection(draft, content, refusal, by=by, at=at)
        raise
    sealed = _write(draft, content, documents, plan, by=by, at=at)
    filing = _prepare(draft, sealed, plan, by=by, at=at)
    try:
        with transaction.atomic():
            _take(draft, content, at=at)
            _file(filing, label=sealed.summary.label, at=at)
            failpoint("seal.filed")
    except (_Gone, drafts.Stale) as refusal:
        # Rolled back for sure, so nothing names the blob. After any other error the commit may have
        # happened: the sweep of orphans decides.
        blobs.store().delete(blobs.content_name(sealed.blob_key))
        if isinstance(refusal, drafts.Stale):
            raise
        return _sealed_already(draft, by)
    failpoint("seal.committed")
    return filing.envelope


def _write(
    draft: Draft, content: drafts.Content, documents: list[Document], plan: Plan, *, by: Actor, at: datetime
) -> _Sealed:
    """One pass over the message: digest it, seal it, keep it."""
    letter = letters.write(draft, content, documents, plan.recipients, by=by, at=at)
    key, blob_key = ContentKey(draft.id, random.key()), random.octets(16).hex()
    digest = hashlib.sha256()
    failpoint("seal.planned")
    chunks = format.seal_blob(key.octets, blob_key, _digested(letter.message.chunks(), digest.update))
    blobs.store().put(blobs.content_name(blob_key), chunks)
    failpoint("seal.blob-put")
    return _Sealed(key, blob_key, letter.message.size, digest.digest(), letter.summary)


def _take(draft: Draft, content: drafts.Content, *, at: datetime) -> None:
    """Delete exactly the draft that was read. Raises _Gone, or Stale when another tab changed it meanwhile."""
    # First, and by both revisions: it locks out every other seal, save, attach and detach of this draft.
    read = Draft.objects.filter(id=draft.id, revision=draft.revision, documents_revision=draft.documents_revision)
    if not read.delete()[0]:
        current = Draft.objects.filter(id=draft.id).first()
        raise drafts.Stale(content, current.revision) if current else _Gone
    if draft.documents_revision:
        attachments.remove(Upload.objects.filter(draft=draft), at=at)
    DraftRevision.objects.filter(draft=draft).delete()


def _prepare(draft: Draft, sealed: _Sealed, plan: Plan, *, by: Actor, at: datetime) -> _Filing:
    """The rows, sealed to everybody's newest key before the transaction: nobody waits for its lock meanwhile."""
    own, *_ = boxes = (by.mailbox, *(recipient.mailbox for recipient in plan.recipients))
    keys = mailboxes.keys_for(boxes)
    parties = _parties(draft.id, sealed, plan, keys, by=by, at=at)
    envelope = Envelope(
        id=draft.id,
        sender=by.person,
        mailbox=own,
        reply_to=draft.reply_to,
        forward_of=draft.forward_of,
        thread=_thread(draft),
        sealed_at=at,
        size=sealed.size,
        documents=len(sealed.summary.documents),
        blob_key=sealed.blob_key,
        summary=sealed.key.seal_summary(sealed.summary),
        parties=parties.commitment,
        expires_at=plan.expires_at,
    )
    return _Filing(envelope, parties, *_copies(envelope, sealed.key, plan, keys, at=at))


def _thread(draft: Draft) -> UUID:
    """The exchange that a reply goes on with; any other envelope begins one."""
    if draft.reply_to is None:
        return draft.id
    answered = Envelope.objects.filter(id=draft.reply_to).values_list("thread", flat=True).first()
    return answered or draft.id


def _file(filing: _Filing, *, label: str, at: datetime) -> None:
    """Insert the envelope with everything that says so: copies, evidence, notices."""
    envelope, copies = filing.envelope, filing.copies
    envelope.save(force_insert=True)
    Copy.objects.bulk_create([filing.own, *copies])
    log.record(*_evidence(envelope, filing.parties, len(copies)), at=at)
    notices.received(envelope, copies, label=label, at=at)
    notices.sealed(envelope, filing.own, recipients=len(copies), at=at)


def _copies(
    envelope: Envelope, key: ContentKey, plan: Plan, keys: dict[UUID, EpochKey], *, at: datetime
) -> tuple[Copy, list[Copy]]:
    """The sender's copy, and the recipients' in the order of the plan."""
    sender = Copy(
        id=envelope.id,  # whoever has a word for the sender knows his page without looking for it
        envelope=envelope,
        mailbox=envelope.mailbox,
        role=Copy.Role.FROM,
        folder=Copy.Folder.SENT,
        destroy_at=plan.destroy_at,
    )
    recipients = [
        Copy(
            envelope=envelope,
            mailbox=recipient.mailbox,
            role=recipient.role,
            recipient=index,
            folder=Copy.Folder.RECEIVED,
            destroy_at=plan.expires_at or plan.destroy_at,
        )
        for index, recipient in enumerate(plan.recipients)
    ]
    for copy in (sender, *recipients):
        reader = keys[copy.mailbox_id]
        copy.epoch, copy.seal = reader.number, key.seal_to(reader)
        copy.sort_at = at
        copy.warned = rules.warned_already(copy.destroy_at - at)
    return sender, recipients


def _parties(
    id: UUID, sealed: _Sealed, plan: Plan, keys: dict[UUID, EpochKey], *, by: Actor, at: datetime
) -> SealedRecord:
    """The record that names everybody, for everybody."""
    content = facts.parties(
        envelope=id,
        message_id=sealed.summary.message_id,
        digest=sealed.digest,
        size=sealed.size,
        parts=sealed.summary.parts,
        mailbox=by.mailbox,
        by=by.person,
        assurance=by.assurance,
        recipients=[(recipient.mailbox, recipient.role) for recipient in plan.recipients],
        expires_at=plan.expires_at,
        at=at,
    )
    return records.seal(content, map(facts.reader, keys.values()), envelope=id, at=at)


def _evidence(envelope: Envelope, parties: SealedRecord, recipients: int) -> Iterator[log.Fact]:
    """Accepted once, placed at each recipient's disposal."""
    event = Event.SUBMISSION_ACCEPTANCE
    yield log.Fact(
        event,
        envelope.id,
        parties=parties.commitment,
        extra_records=(parties,),
        once=(envelope.id, event),
    )
    for index in range(recipients):
        yield log.Fact(Event.CONTENT_CONSIGNMENT, envelope.id, index, parties=parties.commitment)


def _record_rejection(
    draft: Draft, content: drafts.Content, refusal: rules.NotEntitled, *, by: Actor, at: datetime
) -> None:
    """A policy said no: evidence in a transaction of its own, once for each version of the draft (E6)."""
    wanted = rules.recipients(content.to, content.cc, limit=settings.SCEAU_RECIPIENT_LIMIT)
    told = facts.rejection(
        code=refusal.code,
        mailbox=by.mailbox,
        by=by.person,
        assurance=by.assurance,
        recipients=[str(address) for address in wanted],
        at=at,
    )
    reader = facts.reader(mailboxes.keys_for([by.mailbox])[by.mailbox.id])
    event = Event.SUBMISSION_REJECTION
    record = records.seal(told, [reader], envelope=draft.id, at=at)
    with suppress(log.AlreadyRecorded), transaction.atomic():
        log.record(log.Fact(event, draft.id, facts=record, once=(draft.id, event, draft.revision)), at=at)


def _sealed_already(draft: Draft, by: Actor) -> Envelope:
    """What another submit of the same draft sealed. Raises NotFound when it was discarded instead."""
    envelope = Envelope.objects.filter(id=draft.id, sender=by.person).first()
    if envelope is None:
        raise NotFound
    return envelope


def _digested(chunks: Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk

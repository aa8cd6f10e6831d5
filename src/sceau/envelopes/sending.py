"""Sealing a draft: the one act that turns what somebody typed into an envelope (design §2, step 2).

Order, and what a crash leaves: the sealed message is durable in the blob store before any row names it (a
blob without a row is swept after a day, the draft is still there); then one transaction deletes the draft
and inserts envelope, copies, evidence and notices. "Scellé" is said after its commit.

Documents that no single envelope takes make a series: each envelope takes its own from the draft in its own
transaction, the last one takes the draft. Whoever tries again goes on where it stopped.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound, Refused
from sceau.core.failpoints import failpoint
from sceau.database.queries import PreparedQuery
from sceau.envelopes import attachments, drafts, facts, forwarding, issuing, letters, planning, rules, splitting
from sceau.envelopes.attachments import Document
from sceau.envelopes.issuing import Author, Origin
from sceau.envelopes.models import Copy, Draft, DraftRevision, Envelope, Upload
from sceau.envelopes.splitting import Part
from sceau.evidence import log, records
from sceau.evidence.events import Event


class StillArriving(Refused):
    """A document of the draft is not whole yet."""

    code = "still-arriving"


class _Gone(Exception):
    """The draft is not there any more: another submit sealed it, or somebody discarded it."""


class _Overtaken(Exception):
    """Another submit sealed this envelope of the series."""


def seal(draft: Draft, *, by: Actor, at: datetime) -> Envelope:
    """Seal a draft for its recipients, file it in their mailboxes and put it in evidence.

    The envelope has the draft's id: sealing twice gives the same envelope (V13). Of a series (documents above what
    one envelope takes) it is the last; the others are sealed before it. Raises the refusals of `rules` (a policy's
    refusal is evidence, E6) and `options`, StillArriving, drafts.Stale when the draft changed while it was being
    sealed, ClockBehind, StorageFull, NotFound when the draft was discarded meanwhile.
    """
    log.check_clock(at)
    while True:
        with suppress(_Overtaken):
            envelope = _seal_next(draft, by=by, at=at)
            if envelope.id == draft.id:
                return envelope


def _seal_next(draft: Draft, *, by: Actor, at: datetime) -> Envelope:
    """Seal the next envelope of the draft: mostly the only one."""
    content = drafts.read(draft, keys=by.keys)
    documents, part = _next(draft, by=by)
    try:
        plan = planning.plan(draft, content, [document.size for document in documents], by=by, at=at)
    except rules.NotEntitled as refusal:
        _record_rejection(draft, content, refusal, by=by, at=at)
        raise
    letter = letters.write(draft, content, documents, plan, part, by=by, at=at)
    sealed = issuing.keep(splitting.part_id(draft.id, part), letter)
    issue = issuing.prepare(sealed, plan, Author(by.person, by.mailbox, by.assurance), _origin(draft, part, by), at=at)
    try:
        with transaction.atomic():
            _take(draft, content, documents, part, at=at)
            issuing.insert(issue, at=at)
            _answered(draft, part, by=by, at=at)
            failpoint("seal.filed")
    except (_Gone, _Overtaken, drafts.Stale) as refusal:
        # Rolled back for sure, so nothing names the blob. After any other error the commit may have
        # happened: the sweep of orphans decides.
        issuing.drop(sealed)
        if isinstance(refusal, _Gone):
            return _sealed_already(draft, by)
        raise
    failpoint("seal.committed")
    draft.documents_revision, draft.sealed_parts = draft.documents_revision + 1, part.number
    return issue.envelope


def _next(draft: Draft, *, by: Actor) -> tuple[list[Document], Part]:
    """The documents of the next envelope, and its place in the series. Raises rules.TooLarge, StillArriving."""
    if not draft.documents_revision:  # a letter alone: no query
        return [], splitting.ALONE
    if draft.arrivals.exists():
        raise StillArriving
    documents = attachments.of(draft, keys=by.keys)
    first, *others = splitting.plan([document.size for document in documents], limit=settings.SCEAU_MESSAGE_LIMIT)
    part = Part(draft.sealed_parts + 1, draft.sealed_parts + 1 + len(others))
    return [documents[place] for place in first], part


def _take(draft: Draft, content: drafts.Content, documents: list[Document], part: Part, *, at: datetime) -> None:
    """Take what is sealed from exactly the draft that was read.

    Raises _Gone, _Overtaken, or Stale when another tab changed it meanwhile.
    """
    # First, and by both revisions: it locks out every other seal, save, attach and detach of this draft.
    if part.number == part.of:
        taken = _DRAFT.delete(id=draft.id, text=draft.revision, documents=draft.documents_revision)
    else:
        read = _as_read(draft.id, draft.revision, draft.documents_revision)
        taken = read.update(documents_revision=draft.documents_revision + 1, sealed_parts=part.number)
    if not taken:
        _explain(draft, content)
    if draft.documents_revision:
        attachments.remove(Upload.objects.filter(id__in=[document.id for document in documents]), at=at)
    if part.number == part.of:
        _REVISIONS.delete(draft=draft.id)


def _as_read(id: UUID, text: int, documents: int) -> QuerySet[Draft]:
    """The draft, if both revisions are still these."""
    return Draft.objects.filter(id=id, revision=text, documents_revision=documents)


def _revisions(draft: UUID) -> QuerySet[DraftRevision]:
    return DraftRevision.objects.filter(draft=draft)


_DRAFT = PreparedQuery(_as_read, id=UUID, text=int, documents=int)
_REVISIONS = PreparedQuery(_revisions, draft=UUID)


def _explain(draft: Draft, content: drafts.Content) -> None:
    """Why the draft is not as it was read. Raises as `_take` does."""
    current = Draft.objects.filter(id=draft.id).first()
    if current is None:
        raise _Gone
    if current.revision == draft.revision and current.sealed_parts > draft.sealed_parts:
        draft.documents_revision, draft.sealed_parts = current.documents_revision, current.sealed_parts
        raise _Overtaken
    raise drafts.Stale(content, current.revision)


def _origin(draft: Draft, part: Part, by: Actor) -> Origin:
    return Origin(
        thread=_thread(draft),
        reply_to=draft.reply_to,
        forward_of=draft.forward_of,
        forwards=forwarding.proved(draft, by=by),
        part=part,
    )


def _thread(draft: Draft) -> UUID:
    """The exchange that a reply goes on with; any other envelope begins one, and a series is one."""
    if draft.reply_to is None:
        return draft.id
    answered = Envelope.objects.filter(id=draft.reply_to).values_list("thread", flat=True).first()
    return answered or draft.id


def _answered(draft: Draft, part: Part, *, by: Actor, at: datetime) -> None:
    """Mark what this mailbox received and answers now."""
    if draft.reply_to is not None and part.number == part.of:
        received = Copy.objects.filter(envelope=draft.reply_to, mailbox=by.mailbox).exclude(role=Copy.Role.FROM)
        received.update(answered_at=at)


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

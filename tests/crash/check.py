"""What must be true of an installation whatever died in it, and one description of all that it holds."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps

from sceau import blobs
from sceau.accounts.actor import Actor
from sceau.cli import store_check, work
from sceau.core import clock
from sceau.envelopes import attachments, drafts, orphans
from sceau.envelopes.models import Copy, Draft, DraftRevision, Envelope, Opening, Piece, Upload
from sceau.evidence import checks, integrator, keys, log, note, tree
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence, LogEntry, Pending
from sceau.jobs.models import Job
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice
from tests.crash import day, rebuilt
from tests.envelopes import desk


def whole(actors: Iterable[Actor]) -> None:
    """Everything below; call it when workers have done what was due."""
    same(list(store_check.verify(at=clock.now())), [])
    published()
    envelopes()
    for actor in actors:
        readable(actor)
    same(set(Job.objects.values_list("name", "error")), {(name, "") for name in work.ROUTINES})
    swept()


def same(found: object, expected: object) -> None:
    """An assertion that says what it found: nobody rewrites those of a child process."""
    if found != expected:
        raise AssertionError(f"{found} is not {expected}")


def either_draft_or_envelope() -> None:
    """Never both; that none is lost is for whoever knows which there were."""
    assert not Envelope.objects.filter(id__in=Draft.objects.values("id")).exists()


def published() -> None:
    """The log is whole; all that happened stands in it once, provably; its files are those that its rows give."""
    reports = checks.fully(at=clock.now())
    assert not Pending.objects.exists()
    integrator.tidy(at=clock.now())
    same(Evidence.objects.count(), sum(report.entries for report in reports))
    same(LogEntry.objects.count(), Evidence.objects.count())
    same(rebuilt.differences(), [])
    rows = list(Evidence.objects.exclude(envelope=None))
    proofs = log.prove(rows)
    for row in rows:
        proof = proofs[row.id]
        size, root = _head(proof.checkpoint)
        tree.verify_inclusion(tree.leaf_hash(row.leaf()), proof.index, size, proof.hashes, root)


def envelopes() -> None:
    """Each envelope has its copies, evidence and notices: neither fewer nor more; an import has one copy, no more."""
    for import_ in Envelope.objects.filter(source=Envelope.Source.IMPORTED):
        same([copy.role for copy in import_.copies.all()], [Copy.Role.KEPT])
        same(_events(import_.id), Counter())
    for envelope in Envelope.objects.filter(source=Envelope.Source.SEALED):
        copies = list(Copy.objects.filter(envelope=envelope))
        recipients = sorted(copy.recipient for copy in copies if copy.recipient is not None)
        same(recipients, list(range(max(1, len(copies) - 1))))
        same(_events(envelope.id), Counter(_expected(envelope, copies)))
        told = Counter(Notice.objects.filter(envelope=envelope.id).values_list("kind", "recipient"))
        assert {key for key in told if key[0] == Kind.RECEIVED} <= {(Kind.RECEIVED, number) for number in recipients}
        openings = Counter((Kind.OPENED, opening.copy.recipient) for opening in Opening.objects.filter(copy__in=copies))
        same(Counter({key: count for key, count in told.items() if key[0] == Kind.OPENED}), openings)
        assert all(count == 1 for key, count in told.items() if key[0] != Kind.OPENED)


def _events(envelope: UUID) -> Counter[tuple[int, int | None]]:
    return Counter(Evidence.objects.filter(envelope=envelope).values_list("event", "recipient"))


def _expected(envelope: Envelope, copies: list[Copy]) -> Iterator[tuple[int, int | None]]:
    """The evidence that the rows of an envelope ask for."""
    yield Event.SUBMISSION_ACCEPTANCE, None
    if any(copy.destroyed_at and envelope.expires_at and copy.role != Copy.Role.FROM for copy in copies):
        yield Event.ENVELOPE_EXPIRED, None
    for copy in copies:
        if copy.recipient is not None and copy.folder != Copy.Folder.HELD:
            yield Event.CONTENT_CONSIGNMENT, copy.recipient
            yield from [(Event.CONTENT_ACCESS_TRACKING, copy.recipient)] * copy.openings.count()
        if copy.withdrawn_at:
            yield Event.ENVELOPE_WITHDRAWN, copy.recipient
        elif copy.destroyed_at:
            yield Event.CONTENT_DESTROYED, copy.recipient
            if copy.recipient is not None and copy.opened_at is None:
                yield Event.CONTENT_HANDOVER_FAILURE, copy.recipient
    for recipient in _notified(envelope, copies):
        yield Event.CONSIGNMENT_NOTIFICATION, recipient


def _notified(envelope: Envelope, copies: list[Copy]) -> set[int | None]:
    """Whose mail has left. A notice that ended three months ago is forgotten: it had."""
    notices = Notice.objects.filter(envelope=envelope.id, kind=Kind.RECEIVED).exclude(state=Notice.State.SENT)
    placed = {copy.recipient for copy in copies if copy.folder != Copy.Folder.HELD}
    return placed - {None} - set(notices.values_list("recipient", flat=True))


def readable(by: Actor) -> None:
    """Drafts and envelopes say what was put into them: a document tells its octets by its name."""
    for draft in Draft.objects.filter(author=by.person):
        assert drafts.read(draft, keys=by.keys) != drafts.EMPTY
        for document in attachments.of(draft, keys=by.keys):
            assert len(b"".join(document.encoded())) == document.encoded_size
    for copy in Copy.objects.filter(mailbox=by.mailbox, seal__isnull=False).select_related("envelope"):
        unsealed = desk.read(copy, by)
        assert unsealed.text().startswith("Bonjour")
        assert sum(map(len, unsealed.message().chunks)) == copy.envelope.size
        for part, stream in zip(unsealed.summary.documents, unsealed.documents(), strict=True):
            octets = desk.octets(stream)
            assert hashlib.sha256(octets).digest() == part.sha256
            same(octets == day.octets(part.name or "", part.size), True)


def swept() -> None:
    """Blobs without a row may be there, until the sweep a day later; the others stay."""
    store = blobs.store()
    named = _named()
    assert named <= _blobs()
    orphans.sweep(at=clock.now() + timedelta(hours=25))
    same(_blobs(), named)
    same(store.sweep(before=clock.now() + timedelta(hours=25)), 0)  # nothing half written is left


def _blobs() -> set[str]:
    return {entry.name for entry in blobs.store().names("blobs/")}


def _named() -> set[str]:
    tables = (Envelope.objects.exclude(blob_key=None), Upload.objects, Piece.objects)
    return {blobs.content_name(str(key)) for rows in tables for key in rows.values_list("blob_key", flat=True)}


def described() -> dict[str, Any]:
    """All that is there, without ids and times: two installations that lived the same life have the same."""
    return {
        "rows": {model._meta.label: model.objects.count() for model in _models()},
        "events": _counted(Evidence.objects.values_list("event", "recipient")),
        "notices": _counted(Notice.objects.values_list("kind", "state", "recipient")),
        "copies": _counted(
            (copy.role, copy.recipient, copy.folder, copy.warned, bool(copy.opened_at), bool(copy.destroyed_at))
            for copy in Copy.objects.all()
        ),
        "revisions": _counted(DraftRevision.objects.values_list("number")),
        "blobs": _counted((entry.size // 1000,) for entry in blobs.store().names("blobs/")),
    }


def _models() -> Iterator[Any]:
    """Checkpoints alone depend on when the integrator was stopped."""
    return (model for model in apps.get_models() if model._meta.label != "evidence.Checkpoint")


def _counted(values: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    return {" ".join(map(str, value)): count for value, count in Counter(values).items()}


def _head(text: str) -> tuple[int, bytes]:
    head = note.open(text, keys.verifiers())
    return head.size, head.root

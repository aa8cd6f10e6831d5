"""Drafts: every save is a new sealed, numbered revision (V13).

Saving needs the author's public key only, so a locked session can still keep what was being typed (V7).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core import canonical
from sceau.core.errors import Malformed, NotFound, Refused
from sceau.core.failpoints import failpoint
from sceau.database.queries import PreparedQuery
from sceau.envelopes import attachments, pieces
from sceau.envelopes.models import Arrival, Draft, DraftRevision, Upload
from sceau.vault import format
from sceau.vault.keyring import Keys

KEPT_REVISIONS = 20

_PURPOSE = "draft"
_BATCH = 500  # drafts removed in one transaction


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """What was typed, as it was typed: a draft keeps what no envelope would take."""

    to: str = ""
    cc: str = ""
    subject: str = ""
    text: str = ""
    label: str = ""
    expires_on: str = ""  # YYYY-MM-DD
    html: str = ""  # rich text, when there is some: `text` is then derived from it at sealing (richtext.plain)
    patient: str = ""  # a code of rules.Patient: what the patient said of this exchange
    patient_on: str = ""  # YYYY-MM-DD
    deliver_at: str = ""  # YYYY-MM-DDTHH:MM, where the sender lives

    def encode(self) -> bytes:
        return canonical.dumps(asdict(self))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Fields that the draft's version did not have yet are empty. Raises Malformed."""
        value = canonical.loads(data)
        if not isinstance(value, dict) or not _FIRST <= set(value) <= set(cls.__slots__):
            raise Malformed
        if not all(isinstance(text, str) for text in value.values()):
            raise Malformed
        return cls(**value)


_FIRST = {"to", "cc", "subject", "text", "label", "expires_on"}  # what every draft ever saved has

EMPTY = Content()


class Stale(Refused):
    """Another tab saved (or changed the documents) since `typed` was begun.

    Both versions exist: `typed` here, revision number `saved` in the store. Nothing was written.
    """

    code = "stale"

    def __init__(self, typed: Content, saved: int) -> None:
        super().__init__()
        self.typed = typed
        self.saved = saved


def create(
    by: Actor,
    content: Content = EMPTY,
    *,
    reply_to: UUID | None = None,
    forward_of: UUID | None = None,
    at: datetime,
) -> Draft:
    """A new draft. Without content it has no revision yet, is not listed, and goes the next day."""
    draft = Draft(
        author=by.person,
        mailbox=by.mailbox,
        reply_to=reply_to,
        forward_of=forward_of,
        created_at=at,
        saved_at=at,
    )
    with transaction.atomic():
        draft.save(force_insert=True)
        if content != EMPTY:
            save(draft, content, base=0, at=at)
    return draft


def save(draft: Draft, content: Content, *, base: int, at: datetime) -> int:
    """Keep `content` as the revision after `base`; returns its number.

    Raises Stale when `base` is not the newest, NotFound when the draft was sealed or discarded meanwhile.
    """
    number = base + 1
    key = mailboxes.keys_for([draft.mailbox])[draft.mailbox_id]
    sealed = format.seal_record(key.public_key, _PURPOSE, content.encode(), draft.id, number)
    with transaction.atomic():
        if not Draft.objects.filter(id=draft.id, revision=base).update(revision=number, saved_at=at):
            raise Stale(content, _newest(draft.id))
        failpoint("draft.numbered")
        DraftRevision.objects.create(draft=draft, number=number, epoch=key.number, sealed=sealed, saved_at=at)
        draft.revisions.filter(number__lte=number - KEPT_REVISIONS).delete()
    draft.revision, draft.saved_at = number, at
    return number


def reload(draft: Draft) -> None:
    """Learn what other tabs saved. Raises NotFound."""
    now = Draft.objects.filter(id=draft.id).values_list("revision", "saved_at").first()
    if now is None:
        raise NotFound
    draft.revision, draft.saved_at = now


def read(draft: Draft, *, keys: Keys) -> Content:
    """The revision that `draft` names as its newest. Raises NotFound, Unreadable."""
    if draft.revision == 0:
        return EMPTY
    revision = _REVISION.first(draft=draft.id, number=draft.revision)
    if revision is None:
        raise NotFound
    return read_revision(revision, draft.mailbox_id, keys=keys)


def _numbered(draft: UUID, number: int) -> QuerySet[DraftRevision]:
    return DraftRevision.objects.filter(draft=draft, number=number)


_REVISION = PreparedQuery(_numbered, draft=UUID, number=int)


def read_revision(revision: DraftRevision, mailbox: UUID, *, keys: Keys) -> Content:
    """Raises NotFound without a live grant, Unreadable."""
    sealed, context = bytes(revision.sealed), (revision.draft_id, revision.number)
    return Content.decode(keys.open_record(mailbox, revision.epoch, _PURPOSE, sealed, *context))


def newest_revisions(drafts: Sequence[Draft]) -> dict[UUID, DraftRevision]:
    """The newest revision of each draft that has one, in one query."""
    found = DraftRevision.objects.filter(draft__in=drafts, number=F("draft__revision"))
    return {revision.draft_id: revision for revision in found}


def discard(draft: Draft, *, at: datetime) -> None:
    """Forget a draft, its revisions and its documents. One that is gone already is fine."""
    with transaction.atomic():
        remove([draft.id], at=at)


def remove(ids: list[UUID], *, at: datetime) -> None:
    """Delete drafts in the caller's transaction; the blobs of their documents go after its commit."""
    Draft.objects.filter(id__in=ids).delete()  # first: it waits for an upload that is getting its row
    attachments.remove(Upload.objects.filter(draft__in=ids), at=at)
    pieces.remove(Arrival.objects.filter(draft__in=ids), at=at)
    DraftRevision.objects.filter(draft__in=ids).delete()


def purge(*, at: datetime) -> int:
    """Remove what "Nouvelle enveloppe" began yesterday and nobody wrote in; how many."""
    count = 0
    while gone := _purge(at):
        count += gone
    return count


def _purge(at: datetime) -> int:
    untouched = Draft.objects.filter(revision=0, uploads=None, arrivals=None, created_at__lt=at - timedelta(days=1))
    with transaction.atomic():
        waiting = list(untouched.order_by("id").values_list("id", flat=True)[:_BATCH])
        # A save or a document may be on its way into one: wait for it, then look again.
        list(Draft.objects.select_for_update().filter(id__in=waiting).order_by("id").values_list("id"))
        ids = list(untouched.filter(id__in=waiting).values_list("id", flat=True))
        remove(ids, at=at)
    return len(ids)


def _newest(id: UUID) -> int:
    revision = Draft.objects.filter(id=id).values_list("revision", flat=True).first()
    if revision is None:
        raise NotFound
    return revision

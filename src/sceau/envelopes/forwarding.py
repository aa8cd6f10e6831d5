"""« Transférer »: a new draft with what an envelope holds, for somebody else; the first one stays what it is.

Documents go from seal to seal in pieces, on the server: nobody downloads them. The evidence of the new envelope
cites the first one, as long as its sender holds it and something is proved about it.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.core import ids
from sceau.core.failpoints import failpoint
from sceau.envelopes import access, attachments, drafts, rules
from sceau.envelopes.attachments import Received
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft, Envelope
from sceau.envelopes.reading import Stream, Unsealed


def forward(copy: Copy, *, heading: str, by: Actor, at: datetime) -> Draft:
    """A draft that passes on a copy, which comes from `access.copy` and was opened, or is one's own.

    `heading`: what stands above the quoted letter, in the reader's language. Raises rules.NotEntitled (only who may
    begin an exchange), NotOpened, Destroyed, TooLarge, TooManyDocuments, StorageFull, Unreadable.
    """
    if not people.may_write(by.person):
        raise rules.NotEntitled
    access.opening(copy, by=by, at=at)
    letter = Unsealed(copy, keys=by.keys)
    content = Content(
        subject=rules.forward_subject(letter.summary.subject),
        text=f"\n\n{heading}\n\n{letter.text()}"[: rules.TEXT_LIMIT],
        label=rules.label(letter.summary.label),
    )
    received: list[Received] = []
    try:
        for document in letter.documents():
            received.append(_carried(document, sum(each.size for each in received)))
        failpoint("forward.carried")
        with transaction.atomic():
            draft = drafts.create(by, content, forward_of=copy.envelope_id, at=at)
            for each in received:
                attachments.insert(draft, each, id=ids.new(), at=at)
            failpoint("forward.draft")
    except BaseException:
        for each in received:
            attachments.drop(each)
        raise
    draft.refresh_from_db(fields=["documents_revision"])
    return draft


def proved(draft: Draft, *, by: Actor) -> UUID | None:
    """The envelope that the evidence may cite: nothing is proved about an import, nor by somebody who holds no copy."""
    if draft.forward_of is None:
        return None
    held = Copy.objects.filter(envelope=draft.forward_of, mailbox=by.mailbox).exclude(folder=Copy.Folder.HELD)
    proved = held.filter(envelope__source=Envelope.Source.SEALED)
    return proved.values_list("envelope", flat=True).first()


def _carried(document: Stream, before: int) -> Received:
    """Raises rules.TooLarge."""
    room = settings.SCEAU_DRAFT_LIMIT - before
    return attachments.receive(document.name, document.content_type, document.chunks, limit=room)

"""The letter that a draft answers or passes on, to be read beside it: only what its reader has opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound
from sceau.envelopes import access, rules
from sceau.envelopes.models import Copy, Draft
from sceau.envelopes.reading import Unsealed
from sceau.envelopes.summaries import Summary


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    copy: UUID
    summary: Summary
    text: str


def of(draft: Draft, *, by: Actor, at: datetime) -> Source | None:
    """What the draft answers or passes on, while its author's mailbox holds the content and he has opened it."""
    envelope = draft.reply_to or draft.forward_of
    if envelope is None:
        return None
    held = Copy.objects.filter(envelope=envelope, mailbox=by.mailbox, destroyed_at=None).exclude(seal=None)
    copies = held.exclude(folder=Copy.Folder.HELD).select_related("envelope")
    copy = copies.order_by("role").last()  # as a recipient rather than as the sender
    return _read(copy, by=by, at=at) if copy else None


def _read(copy: Copy, *, by: Actor, at: datetime) -> Source | None:
    try:
        access.opening(copy, by=by, at=at)
        letter = Unsealed(copy, keys=by.keys)
        return Source(copy.id, letter.summary, letter.text())
    except (rules.NotOpened, rules.Destroyed, NotFound):
        return None

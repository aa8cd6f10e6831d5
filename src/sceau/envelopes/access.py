"""The only way to hold somebody's draft, upload or copy. Absent and forbidden raise the same NotFound.

Every function here wants a completed login (`Assurance.CODE`): a password alone reaches nobody's mail (V6).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.core.errors import NotFound, Refused
from sceau.envelopes import rules
from sceau.envelopes.models import Arrival, Copy, Draft, Folder, Opening, Upload
from sceau.vault.sessions import Assurance

_Row = TypeVar("_Row", bound=Model)


class TooWeak(Refused):
    """The login is weaker than what the object asks."""

    code = "too-weak"


def draft(id: UUID, *, for_: Actor) -> Draft:
    """A draft, for its author, acting for the mailbox it was written in."""
    _at_least(Assurance.CODE, for_)
    mine = Draft.objects.filter(
        author=for_.person,
        mailbox=for_.mailbox,
    )
    return _one(mine.filter(id=id).select_related("mailbox"))


def draft_to_save(id: UUID, *, author: Person) -> Draft:
    """A draft that its author may write but not read: what a locked session can do (V7)."""
    return _one(Draft.objects.select_related("mailbox").filter(id=id, author=author))


def upload(id: UUID, *, draft: UUID, for_: Actor) -> Upload:
    """An attachment of one of his drafts."""
    _at_least(Assurance.CODE, for_)
    mine = Upload.objects.filter(
        draft__author=for_.person,
        draft__mailbox=for_.mailbox,
    )
    return _one(mine.filter(id=id, draft=draft))


def arrival(id: UUID, *, draft: Draft) -> Arrival:
    """A document that is on its way into a draft, which comes from one of the functions above."""
    return _one(Arrival.objects.select_related("draft__mailbox").filter(id=id, draft=draft))


def copy(id: UUID, *, for_: Actor) -> Copy:
    """A copy in the mailbox the actor acts for, destroyed or not, with its envelope and the sender's mailbox."""
    _at_least(Assurance.CODE, for_)
    mine = Copy.objects.filter(mailbox=for_.mailbox).exclude(folder=Copy.Folder.HELD)
    return _one(mine.filter(id=id).select_related("envelope__mailbox", "envelope__sender", "mailbox"))


def copies(ids: Iterable[UUID], *, for_: Actor) -> list[Copy]:
    """Those of these copies that are in the mailbox the actor acts for, newest first; the others are passed over."""
    _at_least(Assurance.CODE, for_)
    mine = Copy.objects.filter(mailbox=for_.mailbox).exclude(folder=Copy.Folder.HELD)
    return list(mine.filter(id__in=ids).select_related("envelope").order_by("-sort_at", "-id"))


def folder(id: UUID, *, for_: Actor) -> Folder:
    """A folder of the mailbox the actor acts for, with the one around it."""
    _at_least(Assurance.CODE, for_)
    mine = Folder.objects.filter(mailbox=for_.mailbox)
    return _one(mine.filter(id=id).select_related("parent"))


def sealed(draft_id: UUID, *, for_: Actor) -> Copy:
    """The author's own copy of what a draft became: a doubled submit finds it (V13)."""
    _at_least(Assurance.CODE, for_)
    mine = Copy.objects.filter(
        role=Copy.Role.FROM,
        envelope__sender=for_.person,
        mailbox=for_.mailbox,
    )
    return _one(mine.filter(id=draft_id).select_related("envelope"))


def opening(copy: Copy, *, by: Actor, at: datetime) -> Opening | None:
    """This person's right to the content of a copy: his opening of it, None for what he sent or brought himself.

    Raises rules.Destroyed, also between the hour of destruction and the sweep that does it; rules.NotOpened.
    """
    if copy.seal is None or copy.destroy_at <= at:
        raise rules.Withdrawn if copy.withdrawn_at else rules.Destroyed
    if copy.needs_no_opening:
        return None
    try:
        return Opening.objects.get(copy=copy, person=by.person)
    except Opening.DoesNotExist:
        raise rules.NotOpened from None


def _at_least(level: Assurance, actor: Actor) -> None:
    if actor.assurance < level:
        raise TooWeak


def _one(rows: QuerySet[_Row]) -> _Row:
    row = next(iter(rows), None)
    if row is None:
        raise NotFound
    return row

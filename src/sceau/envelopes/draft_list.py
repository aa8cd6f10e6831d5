"""The author's drafts, the last saved first, a page at a time."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound, Unreadable
from sceau.database.queries import PreparedQuery
from sceau.envelopes import drafts
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Draft, DraftRevision, Upload
from sceau.vault.keyring import Keys

PAGE = 50
MANY = 1000  # no badge says more


@dataclass(frozen=True, slots=True, repr=False)
class DraftLine:
    draft: Draft
    content: Content | None  # None when its stored bytes do not open any more
    documents: int


@dataclass(frozen=True, slots=True, repr=False)
class DraftPage:
    lines: tuple[DraftLine, ...]
    newer: UUID | None  # the draft to go on after, towards those saved later
    older: UUID | None


def count(by: Actor) -> int:
    """How many there are; MANY stands for that many or more."""
    return len(_COUNTED.rows(author=by.person.id, mailbox=by.mailbox.id))


def page(by: Actor, *, before: UUID | None = None, after: UUID | None = None) -> DraftPage:
    """The drafts saved last, those saved before the draft `before`, or after the draft `after`. Five queries.

    A draft that is not his gives the first page.
    """
    held, cursor = _drafts(by), after or before
    mark = held.filter(id=cursor).values_list("saved_at", "id").first() if cursor else None
    if mark and after:
        rows = list(_counted(held.filter(_later(*mark))).order_by("saved_at", "id")[: PAGE + 1])
        if rows:
            newer = rows[PAGE - 1].id if len(rows) > PAGE else None
            return DraftPage(_lines(rows[:PAGE][::-1], by), newer=newer, older=rows[0].id)
    earlier = held.filter(_earlier(*mark)) if mark and before else held
    rows = list(_counted(earlier).order_by("-saved_at", "-id")[: PAGE + 1])
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    newer = rows[0].id if rows and mark and before else None
    return DraftPage(_lines(rows[:PAGE], by), newer=newer, older=older)


def _drafts(by: Actor) -> "QuerySet[Draft]":
    return _held(by.person.id, by.mailbox.id)


def _held(author: UUID, mailbox: UUID) -> "QuerySet[Draft]":
    """His drafts with something in them."""
    touched = Q(revision__gt=0) | Exists(Upload.objects.filter(draft=OuterRef("id")))
    return Draft.objects.filter(touched, author=author, mailbox=mailbox)


def _ones(author: UUID, mailbox: UUID) -> "QuerySet[Draft, tuple[Any, ...]]":
    return _held(author, mailbox).order_by().values_list(Value(1))[:MANY]


_COUNTED = PreparedQuery(_ones, author=UUID, mailbox=UUID)


def _counted(rows: "QuerySet[Draft]") -> "QuerySet[Draft]":
    return rows.annotate(documents=Count("uploads"))


def _earlier(at: datetime, id: UUID) -> Q:
    return Q(saved_at__lt=at) | Q(saved_at=at, id__lt=id)


def _later(at: datetime, id: UUID) -> Q:
    return Q(saved_at__gt=at) | Q(saved_at=at, id__gt=id)


def _lines(rows: Sequence[Draft], by: Actor) -> tuple[DraftLine, ...]:
    revisions = drafts.newest_revisions(list(rows))
    by.keys.prefetch(by.mailbox.id)
    return tuple(
        DraftLine(row, _content(row, revisions.get(row.id), by.keys), row.documents)  # type: ignore[attr-defined]
        for row in rows
    )


def _content(draft: Draft, revision: DraftRevision | None, keys: Keys) -> Content | None:
    if revision is None:
        return drafts.EMPTY
    with suppress(Unreadable, NotFound):
        return drafts.read_revision(revision, draft.mailbox_id, keys=keys)
    return None

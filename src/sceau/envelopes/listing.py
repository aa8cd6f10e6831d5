"""Lists: one page of a folder in a fixed number of queries, one HPKE open a row."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound, Unreadable
from sceau.envelopes import drafts, summaries
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft, DraftRevision, Folder
from sceau.envelopes.summaries import Summary
from sceau.vault.keyring import Keys

PAGE = 50

Place = Copy.Folder | Folder  # one of the places that every mailbox has, or a folder of its own


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One copy. `summary` is None once destroyed, or when its stored bytes do not open any more."""

    copy: Copy  # with its envelope, and the envelope's mailbox: the sender's
    summary: Summary | None
    recipients: int  # of the envelope
    opened: int  # how many of these mailboxes opened it
    names: tuple[str, ...]  # of the recipients, for a sent envelope without summary


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    lines: tuple[Line, ...]  # newest first
    newer: UUID | None  # the copy to go on after, towards newer ones
    older: UUID | None


@dataclass(frozen=True, slots=True, repr=False)
class DraftLine:
    draft: Draft
    content: Content | None  # None when its stored bytes do not open any more
    documents: int


def page(place: Place, *, by: Actor, before: UUID | None = None, after: UUID | None = None) -> Page:
    """The newest page, the one older than the copy `before`, or the one newer than `after`.

    A copy that this mailbox does not hold gives the newest page. Eight queries at most.
    """
    held = _held(place, by)
    by.keys.prefetch(by.mailbox.id)
    cursor = after or before
    mark = held.filter(id=cursor).first() if cursor else None
    if after and mark:
        rows = list(held.filter(_newer(mark)).order_by("sort_at", "id")[: PAGE + 1])
        rows, more = rows[:PAGE][::-1], len(rows) > PAGE
        has_newer, has_older = more, True
    else:
        rows = list((held.filter(_older(mark)) if mark else held).order_by("-sort_at", "-id")[: PAGE + 1])
        rows, more = rows[:PAGE], len(rows) > PAGE
        has_newer, has_older = mark is not None, more
    return Page(
        lines=tuple(_lines(rows, by.keys)),
        newer=rows[0].id if rows and has_newer else None,
        older=rows[-1].id if rows and has_older else None,
    )


def thread(id: UUID, *, by: Actor) -> tuple[Line, ...]:
    """What this mailbox holds of one exchange (`Envelope.thread`), oldest first; at most a page of the newest."""
    held = Copy.objects.select_related("envelope__mailbox").filter(mailbox=by.mailbox, envelope__thread=id)
    held = held.exclude(folder=Copy.Folder.HELD).exclude(folder=Copy.Folder.TRASH, destroyed_at__isnull=False)
    by.keys.prefetch(by.mailbox.id)
    return tuple(_lines(list(held.order_by("-sort_at", "-id")[:PAGE])[::-1], by.keys))


def unopened(by: Actor) -> int:
    """How many received envelopes nobody of this mailbox has opened."""
    return Copy.objects.filter(
        mailbox=by.mailbox, folder=Copy.Folder.RECEIVED, opened_at=None, destroyed_at=None
    ).count()


def draft_count(by: Actor) -> int:
    return _drafts(by).count()


def draft_lines(by: Actor) -> list[DraftLine]:
    """The author's drafts, the last saved first, at most a page of them. Four queries."""
    rows = list(_drafts(by).annotate(documents=Count("uploads")).order_by("-saved_at", "-id")[:PAGE])
    revisions = drafts.newest_revisions(rows)
    by.keys.prefetch(by.mailbox.id)
    return [DraftLine(row, _content(row, revisions.get(row.id), by.keys), row.documents) for row in rows]


def _held(place: Place, by: Actor) -> QuerySet[Copy]:
    held = Copy.objects.select_related("envelope__mailbox").filter(mailbox=by.mailbox)
    if isinstance(place, Folder):
        return held.filter(folder=Copy.Folder.FILED, filed_in=place)
    # What was deleted for good is listed nowhere; what time destroyed stays where it was, as a line of proof.
    return held.filter(folder=place, **({"destroyed_at": None} if place == Copy.Folder.TRASH else {}))


def _drafts(by: Actor) -> QuerySet[Draft]:
    """His drafts with something in them."""
    touched = Q(revision__gt=0) | Q(uploads__isnull=False)
    return Draft.objects.filter(touched, author=by.person, mailbox=by.mailbox).distinct()


def _older(mark: Copy) -> Q:
    return Q(sort_at__lt=mark.sort_at) | Q(sort_at=mark.sort_at, id__lt=mark.id)


def _newer(mark: Copy) -> Q:
    return Q(sort_at__gt=mark.sort_at) | Q(sort_at=mark.sort_at, id__gt=mark.id)


def _lines(rows: list[Copy], keys: Keys) -> list[Line]:
    envelopes = [row.envelope_id for row in rows]
    received = Copy.objects.filter(envelope__in=envelopes).exclude(role=Copy.Role.FROM).order_by()
    counts = {
        envelope: (recipients, opened)
        for envelope, recipients, opened in received.values_list("envelope").annotate(Count("id"), Count("opened_at"))
    }
    summed = {row.id: _summary(row, keys) for row in rows}
    names = _names({row.envelope_id for row in rows if summed[row.id] is None and row.role == Copy.Role.FROM})
    return [
        Line(row, summed[row.id], *counts.get(row.envelope_id, (0, 0)), tuple(names.get(row.envelope_id, ())))
        for row in rows
    ]


def _names(envelopes: set[UUID]) -> dict[UUID, list[str]]:
    """The recipients' mailboxes, by their names of today: for envelopes whose summary is gone."""
    found: dict[UUID, list[str]] = {}
    if envelopes:
        received = Copy.objects.filter(envelope__in=envelopes).exclude(role=Copy.Role.FROM).order_by("recipient")
        for envelope, name in received.values_list("envelope", "mailbox__name"):
            found.setdefault(envelope, []).append(name)
    return found


def _summary(copy: Copy, keys: Keys) -> Summary | None:
    """One row that does not open must not hide the others."""
    if copy.seal is None:
        return None
    with suppress(Unreadable, NotFound):
        return summaries.summary(copy, keys)
    return None


def _content(draft: Draft, revision: DraftRevision | None, keys: Keys) -> Content | None:
    if revision is None:
        return drafts.EMPTY
    with suppress(Unreadable, NotFound):
        return drafts.read_revision(revision, draft.mailbox_id, keys=keys)
    return None

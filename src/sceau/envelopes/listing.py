"""Lists: one page of a place in a fixed number of queries, one small record a row.

A page reads plain columns, sorted by an index, and `Copy.line`; nothing of it grows with the mailbox. What a filter
asks of plain columns the database answers; what it asks of sealed words is asked of the lines, newest first, and of
at most SCAN of them at a time: a page then may hold less, and its `older` goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value

from sceau.accounts.actor import Actor
from sceau.database.queries import PreparedQuery
from sceau.envelopes import listed, search_words
from sceau.envelopes.listed import Line, Row, State, tell
from sceau.envelopes.models import Copy, Envelope, Folder
from sceau.envelopes.summaries import Party

__all__ = ["MANY", "NONE", "PAGE", "Filters", "Line", "Page", "Place", "State", "by_ids", "page", "thread", "unopened"]

PAGE = 50
SCAN = 4000  # lines that one page looks through for sealed words
MANY = 1000  # no badge says more: counting on would cost more than it tells

Place = Copy.Folder | Folder

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; every field that is set must hold."""

    unopened: bool = False
    documents: bool = False
    label: str = ""  # a code of rules.Label
    who: str = ""  # the beginnings of words of the other side's name or address
    since: datetime | None = None
    until: datetime | None = None  # not included

    @property
    def sealed(self) -> bool:
        """Does it ask for what only lines know?"""
        return bool(self.label or self.who)


NONE = Filters()


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    lines: tuple[Line, ...]  # newest first
    newer: UUID | None  # the copy to go on after, towards newer ones
    older: UUID | None


def page(
    place: Place, *, by: Actor, before: UUID | None = None, after: UUID | None = None, filters: Filters = NONE
) -> Page:
    """The newest page, the one older than the copy `before`, or the one newer than `after`.

    A copy that this mailbox does not hold gives the newest page. Six queries at most, two more for lines that are
    listed for the first time.
    """
    cursor = after or before
    mark = Copy.objects.filter(mailbox=by.mailbox, id=cursor).values_list("sort_at", "id").first() if cursor else None
    if mark is None and filters == NONE and place in _ORDINARY:
        found, older = _cut(listed.read(_NEWEST.rows(mailbox=by.mailbox.id, folder=str(place)), by))
        return Page(tell(found, by), newer=None, older=older)
    held = _narrowed(_held(place, by), filters)
    if mark and after:
        return _newer_page(held.filter(_newer(*mark)), filters, by) or page(place, by=by, filters=filters)
    found, older = _some((held.filter(_older(*mark)) if mark else held).order_by("-sort_at", "-id"), filters, by)
    newer = found[0].id if found else cursor
    return Page(tell(found, by), newer=newer if mark else None, older=older)


def _newer_page(held: "QuerySet[Copy]", filters: Filters, by: Actor) -> Page | None:
    """None when there is nothing newer: then the newest page is the right one."""
    found, newer = _some(held.order_by("sort_at", "id"), filters, by)
    return Page(tell(found[::-1], by), newer=newer, older=found[0].id) if found else None


def by_ids(copies: Sequence[UUID], *, by: Actor) -> tuple[Line, ...]:
    """Those of these copies that this mailbox holds at its disposal, in this order."""
    found = {row.id: row for row in listed.read(listed.columns(_mine(by).filter(id__in=copies)), by)}
    return tell([found[id] for id in copies if id in found], by)


def thread(thread: UUID, *, by: Actor) -> tuple[Line, ...]:
    """The exchange that the envelope `thread` began, as far as this mailbox holds it, oldest first; 200 at most."""
    envelopes = list(Envelope.objects.filter(thread=thread).order_by("-sealed_at").values_list("id", flat=True)[:200])
    rows = _mine(by).filter(envelope__in=envelopes).exclude(folder=Copy.Folder.TRASH, destroyed_at__isnull=False)
    return tell(listed.read(listed.columns(rows.order_by("sort_at", "id")), by), by)


def unopened(by: Actor) -> int:
    """How many received envelopes nobody of this mailbox has opened; MANY stands for that many or more."""
    return len(_UNOPENED.rows(mailbox=by.mailbox.id, folder=str(Copy.Folder.RECEIVED)))


def _mine(by: Actor) -> "QuerySet[Copy]":
    return Copy.objects.filter(mailbox=by.mailbox).exclude(folder=Copy.Folder.HELD)


def _held(place: Place, by: Actor) -> "QuerySet[Copy]":
    held = Copy.objects.filter(mailbox=by.mailbox)
    if isinstance(place, Folder):
        return held.filter(folder=Copy.Folder.FILED, filed_in=place)
    held = held.filter(folder=place)
    # What was deleted for good is listed nowhere; what time destroyed stays where it was, as a line of proof.
    return held.filter(destroyed_at=None) if place == Copy.Folder.TRASH else held


def _newest(mailbox: UUID, folder: str) -> "QuerySet[Copy, tuple[Any, ...]]":
    held = Copy.objects.filter(mailbox=mailbox, folder=folder).order_by("-sort_at", "-id")
    return listed.columns(held[: PAGE + 1])


def _waiting(mailbox: UUID, folder: str) -> "QuerySet[Copy, tuple[Any, ...]]":
    rows = Copy.objects.filter(mailbox=mailbox, folder=folder, opened_at=None, destroyed_at=None)
    return rows.order_by().values_list(Value(1))[:MANY]


_UNOPENED = PreparedQuery(_waiting, mailbox=UUID, folder=str)

# What is looked at all day: the first page of these, without a filter.
_ORDINARY = (Copy.Folder.RECEIVED, Copy.Folder.SENT)
_NEWEST = PreparedQuery(_newest, mailbox=UUID, folder=str)


def _narrowed(rows: "QuerySet[Copy]", filters: Filters) -> "QuerySet[Copy]":
    if filters.unopened:
        rows = rows.filter(opened_at=None, destroyed_at=None, withdrawn_at=None).exclude(role__in=listed.OWN)
    if filters.documents:
        rows = rows.filter(envelope__documents__gt=0)
    if filters.since:
        rows = rows.filter(sort_at__gte=filters.since)
    if filters.until:
        rows = rows.filter(sort_at__lt=filters.until)
    return rows.filter(destroyed_at=None) if filters.sealed else rows


# The first condition lets an index find where to begin; the second decides between copies of one moment.
def _older(at: datetime, id: UUID) -> Q:
    return Q(sort_at__lte=at) & (Q(sort_at__lt=at) | Q(id__lt=id))


def _newer(at: datetime, id: UUID) -> Q:
    return Q(sort_at__gte=at) & (Q(sort_at__gt=at) | Q(id__gt=id))


def _some(rows: "QuerySet[Copy]", filters: Filters, by: Actor) -> "tuple[list[Row], UUID | None]":
    """A page of rows in the order they come, and the copy after which there is more of them."""
    if not filters.sealed:
        return _cut(listed.read(listed.columns(rows[: PAGE + 1]), by))
    found: list[Row] = []
    last, wanted = None, search_words.terms(filters.who)
    for start in range(0, SCAN, _CHUNK):
        chunk = listed.read(listed.columns(rows[start : start + _CHUNK]), by)
        for row in chunk:
            if len(found) == PAGE:
                return found, last
            last = row.id
            if _matches(row, filters.label, wanted):
                found.append(row)
        if len(chunk) < _CHUNK:
            return found, None
    return found, last


def _cut(found: list[Row]) -> "tuple[list[Row], UUID | None]":
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _matches(row: Row, label: str, who: Sequence[str]) -> bool:
    if row.card is None or (label and row.card.label != label):
        return False
    parties = (row.card.sender,) if row.role != Copy.Role.FROM else row.card.to
    return not who or any(_is_called(party, who) for party in parties)


def _is_called(party: Party, who: Sequence[str]) -> bool:
    return len(search_words.matched((party.name, party.address), who)) == len(who)

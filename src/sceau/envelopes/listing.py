"""Lists: one page of a place in a fixed number of queries, one small record a row.

A page reads plain columns, sorted by an index, and `Copy.line`; nothing of it grows with the mailbox. What a filter
asks of plain columns the database answers; what it asks of sealed words is asked of the lines, newest first, and of
at most SCAN of them at a time: a page then may hold less, and its `older` goes on where it stopped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sceau.accounts.actor import Actor
from sceau.envelopes import lines, search_words
from sceau.envelopes.lines import Card, Stored
from sceau.envelopes.models import Copy, Envelope, Folder
from sceau.envelopes.summaries import Party

PAGE = 50
SCAN = 4000  # lines that one page looks through for sealed words
MANY = 1000  # no badge says more: counting on would cost more than it tells

Place = Copy.Folder | Folder

_SENT_BY_US = (Copy.Role.FROM, Copy.Role.KEPT)  # needs no opening
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


class State(NamedTuple):
    """What became of a sent envelope: numbers of mailboxes."""

    recipients: int
    opened: int
    withdrawn: int


NOT_SENT = State(0, 0, 0)


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One copy. `card` is None once its content is gone, or when its stored bytes do not open any more."""

    id: UUID  # the copy's
    envelope: UUID
    thread: UUID
    role: str
    folder: str
    filed_in: UUID | None
    sort_at: datetime
    opened_at: datetime | None
    answered_at: datetime | None
    destroy_at: datetime
    destroyed_at: datetime | None
    withdrawn_at: datetime | None
    deliver_at: datetime | None  # the sender chose a later hour
    imported: bool
    automatic: bool
    documents: int
    segment: UUID | None  # of the search index
    card: Card | None
    sender: str = ""  # the name of the sender's mailbox today, for a line without card
    names: tuple[str, ...] = ()  # likewise its recipients', for a sent one
    state: State = NOT_SENT  # of a sent one
    in_thread: int = 1  # envelopes of its exchange that this mailbox holds

    @property
    def is_received(self) -> bool:
        return self.role not in _SENT_BY_US

    def is_destroyed(self, now: datetime) -> bool:
        """Also between the hour of destruction and the sweep that does it."""
        return self.destroyed_at is not None or self.destroy_at <= now

    def is_unopened(self, now: datetime) -> bool:
        return self.is_received and self.opened_at is None and not self.withdrawn_at and not self.is_destroyed(now)


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
    held = _narrowed(_held(place, by), filters)
    if mark and after:
        return _newer_page(held.filter(_newer(*mark)), filters, by) or page(place, by=by, filters=filters)
    found, older = _some((held.filter(_older(*mark)) if mark else held).order_by("-sort_at", "-id"), filters, by)
    newer = found[0].id if found else cursor
    return Page(_lines(found, by), newer=newer if mark else None, older=older)


def _newer_page(held: "QuerySet[Copy]", filters: Filters, by: Actor) -> Page | None:
    """None when there is nothing newer: then the newest page is the right one."""
    found, newer = _some(held.order_by("sort_at", "id"), filters, by)
    return Page(_lines(found[::-1], by), newer=newer, older=found[0].id) if found else None


def by_ids(copies: Sequence[UUID], *, by: Actor) -> tuple[Line, ...]:
    """Those of these copies that this mailbox holds at its disposal, in this order."""
    found = {row.id: row for row in _read(_mine(by).filter(id__in=copies), by)}
    return _lines([found[id] for id in copies if id in found], by)


def thread(thread: UUID, *, by: Actor) -> tuple[Line, ...]:
    """The exchange that the envelope `thread` began, as far as this mailbox holds it, oldest first; 200 at most."""
    envelopes = list(Envelope.objects.filter(thread=thread).order_by("-sealed_at").values_list("id", flat=True)[:200])
    rows = _mine(by).filter(envelope__in=envelopes).exclude(folder=Copy.Folder.TRASH, destroyed_at__isnull=False)
    return _lines(_read(rows.order_by("sort_at", "id"), by), by)


def unopened(by: Actor) -> int:
    """How many received envelopes nobody of this mailbox has opened; MANY stands for that many or more."""
    rows = Copy.objects.filter(mailbox=by.mailbox, folder=Copy.Folder.RECEIVED, opened_at=None, destroyed_at=None)
    return rows.order_by().values("mailbox")[:MANY].count()


def _mine(by: Actor) -> "QuerySet[Copy]":
    return Copy.objects.filter(mailbox=by.mailbox).exclude(folder=Copy.Folder.HELD)


def _held(place: Place, by: Actor) -> "QuerySet[Copy]":
    held = Copy.objects.filter(mailbox=by.mailbox)
    if isinstance(place, Folder):
        return held.filter(folder=Copy.Folder.FILED, filed_in=place)
    held = held.filter(folder=place)
    # What was deleted for good is listed nowhere; what time destroyed stays where it was, as a line of proof.
    return held.filter(destroyed_at=None) if place == Copy.Folder.TRASH else held


def _narrowed(rows: "QuerySet[Copy]", filters: Filters) -> "QuerySet[Copy]":
    if filters.unopened:
        rows = rows.filter(opened_at=None, destroyed_at=None, withdrawn_at=None).exclude(role__in=_SENT_BY_US)
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


def _some(rows: "QuerySet[Copy]", filters: Filters, by: Actor) -> "tuple[list[_Row], UUID | None]":
    """A page of rows in the order they come, and the copy after which there is more of them."""
    if not filters.sealed:
        found = _read(rows[: PAGE + 1], by)
        return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None
    found, last, wanted = [], None, search_words.terms(filters.who)
    for start in range(0, SCAN, _CHUNK):
        chunk = _read(rows[start : start + _CHUNK], by)
        for row in chunk:
            if len(found) == PAGE:
                return found, last
            last = row.id
            if _matches(row, filters.label, wanted):
                found.append(row)
        if len(chunk) < _CHUNK:
            return found, None
    return found, last


def _matches(row: "_Row", label: str, who: Sequence[str]) -> bool:
    if row.card is None or (label and row.card.label != label):
        return False
    parties = (row.card.sender,) if row.role != Copy.Role.FROM else row.card.to
    return not who or any(_is_called(party, who) for party in parties)


def _is_called(party: Party, who: Sequence[str]) -> bool:
    return len(search_words.matched((party.name, party.address), who)) == len(who)


_COLUMNS = (
    "id", "envelope_id", "envelope__thread", "role", "folder", "filed_in_id", "sort_at", "opened_at", "answered_at",
    "destroy_at", "destroyed_at", "withdrawn_at", "envelope__deliver_at", "envelope__source", "envelope__automatic",
    "envelope__documents", "segment_id", "mailbox_id", "epoch", "line",
)  # fmt: skip


class _Row(NamedTuple):
    """One copy as it was read: `values` in the order of _COLUMNS, without the last three."""

    id: UUID
    envelope: UUID
    thread: UUID
    role: str
    values: tuple[Any, ...]  # of what types, _COLUMNS and the models say
    card: Card | None


def _read(rows: "QuerySet[Copy]", by: Actor) -> list[_Row]:
    """One statement, no model instances: a page is made of hundreds of values."""
    by.keys.prefetch(by.mailbox.id)
    found = list(rows.values_list(*_COLUMNS))
    cards = lines.cards([stored for row in found if (stored := _stored(row))], by.keys)
    return [_Row(row[0], row[1], row[2], row[3], row[:-3], cards.get(row[0])) for row in found]


def _stored(row: tuple[Any, ...]) -> Stored | None:
    """None for a copy whose content is gone."""
    destroyed_at, withdrawn_at, mailbox, epoch, line = *row[10:12], *row[17:]
    if destroyed_at or withdrawn_at:
        return None
    return Stored(row[0], row[1], mailbox, epoch, None if line is None else bytes(line))


def _lines(found: Sequence[_Row], by: Actor) -> tuple[Line, ...]:
    """With what other rows say of each."""
    states = _states({row.envelope for row in found if row.role == Copy.Role.FROM})
    senders, names = _names([row for row in found if row.card is None])
    threads = _threads({row.thread for row in found}, by)
    return tuple(
        _line(
            row,
            sender=senders.get(row.envelope, ""),
            names=tuple(names.get(row.envelope, ())),
            state=states.get(row.envelope, NOT_SENT) if row.role == Copy.Role.FROM else NOT_SENT,
            in_thread=threads.get(row.thread, 1),
        )
        for row in found
    )


def _line(row: _Row, **told: Any) -> Line:  # the fields of Line that other rows tell
    # What mypy cannot count: `values` are the fields of Line in order, but that it says whether it was imported.
    *plain, source, automatic, documents, segment = row.values
    return Line(*plain, source == Envelope.Source.IMPORTED, automatic, documents, segment, row.card, **told)  # type: ignore[call-arg]


def _states(envelopes: set[UUID]) -> dict[UUID, State]:
    if not envelopes:
        return {}
    received = Copy.objects.filter(envelope__in=envelopes).exclude(role__in=_SENT_BY_US).order_by()
    counted = received.values_list("envelope").annotate(Count("id"), Count("opened_at"), Count("withdrawn_at"))
    return {envelope: State(*counts) for envelope, *counts in counted}


def _threads(threads: Iterable[UUID], by: Actor) -> dict[UUID, int]:
    """By the threads' envelopes: asked by the mailbox's copies, a database would read all of these."""
    own = Copy.objects.filter(envelope=OuterRef("id"), mailbox=by.mailbox).exclude(folder=Copy.Folder.HELD)
    held = Envelope.objects.filter(Exists(own), thread__in=set(threads)).order_by()
    return dict(held.values_list("thread").annotate(Count("id")))


def _names(bare: Sequence[_Row]) -> tuple[dict[UUID, str], dict[UUID, list[str]]]:
    """The senders' mailboxes, and the recipients' of sent ones, by their names of today."""
    senders: dict[UUID, str] = {}
    names: dict[UUID, list[str]] = {}
    if bare:
        senders.update(
            Envelope.objects.filter(id__in=[row.envelope for row in bare]).values_list("id", "mailbox__name")
        )
    if sent := [row.envelope for row in bare if row.role == Copy.Role.FROM]:
        received = Copy.objects.filter(envelope__in=sent).exclude(role__in=_SENT_BY_US).order_by("recipient")
        for envelope, name in received.values_list("envelope", "mailbox__name"):
            names.setdefault(envelope, []).append(name)
    return senders, names

"""Lists: one page of a place in a fixed number of queries, one small record a row.

A page reads plain columns, sorted by an index, and `Copy.line`; nothing of it grows with the mailbox. What a filter
asks of plain columns the database answers; what it asks of sealed words is asked of the lines, newest first, and of
at most SCAN of them at a time: a page then may hold less, and its `older` goes on where it stopped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    return Page(_told(found, by), newer=newer if mark else None, older=older)


def _newer_page(held: "QuerySet[Copy]", filters: Filters, by: Actor) -> Page | None:
    """None when there is nothing newer: then the newest page is the right one."""
    found, newer = _some(held.order_by("sort_at", "id"), filters, by)
    return Page(_told(found[::-1], by), newer=newer, older=found[0].id) if found else None


def by_ids(copies: Sequence[UUID], *, by: Actor) -> tuple[Line, ...]:
    """Those of these copies that this mailbox holds at its disposal, in this order."""
    rows = _mine(by).filter(id__in=copies)
    found = {line.id: line for line in _read(rows, by)}
    return _told([found[id] for id in copies if id in found], by)


def thread(thread: UUID, *, by: Actor) -> tuple[Line, ...]:
    """The exchange that the envelope `thread` began, as far as this mailbox holds it, oldest first; 200 at most."""
    rows = _mine(by).filter(envelope__thread=thread).exclude(folder=Copy.Folder.TRASH, destroyed_at__isnull=False)
    return _told(list(_read(rows.order_by("-sort_at", "-id")[:200], by))[::-1], by)


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


def _some(rows: "QuerySet[Copy]", filters: Filters, by: Actor) -> tuple[list[Line], UUID | None]:
    """A page of lines in the order of `rows`, and the copy after which there is more of them."""
    if not filters.sealed:
        found = list(_read(rows[: PAGE + 1], by))
        return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None
    found, last, wanted = [], None, search_words.terms(filters.who)
    for start in range(0, SCAN, _CHUNK):
        chunk = list(_read(rows[start : start + _CHUNK], by))
        for line in chunk:
            if len(found) == PAGE:
                return found, last
            last = line.id
            if _matches(line, filters.label, wanted):
                found.append(line)
        if len(chunk) < _CHUNK:
            return found, None
    return found, last


def _matches(line: Line, label: str, who: Sequence[str]) -> bool:
    if line.card is None or (label and line.card.label != label):
        return False
    parties = (line.card.sender,) if line.role != Copy.Role.FROM else line.card.to
    return not who or any(_is_called(party, who) for party in parties)


def _is_called(party: Party, who: Sequence[str]) -> bool:
    words = search_words.words(f"{party.name} {party.address}")
    return all(any(word.startswith(term) for word in words) for term in who)


_COLUMNS = (
    "id", "envelope_id", "envelope__thread", "role", "folder", "filed_in_id", "sort_at", "opened_at", "answered_at",
    "destroy_at", "destroyed_at", "withdrawn_at", "envelope__deliver_at", "envelope__source", "envelope__automatic",
    "envelope__documents", "segment_id", "mailbox_id", "epoch", "line",
)  # fmt: skip
_Values = tuple[Any, ...]  # in that order


def _read(rows: "QuerySet[Copy]", by: Actor) -> Iterator[Line]:
    """One statement, no model instances: a page is made of hundreds of values."""
    by.keys.prefetch(by.mailbox.id)
    found = list(rows.values_list(*_COLUMNS))
    cards = lines.cards([stored for row in found if (stored := _stored(row))], by.keys)
    return (_line(row, cards.get(row[0])) for row in found)


def _stored(row: _Values) -> Stored | None:
    """None for a copy whose content is gone."""
    destroyed_at, withdrawn_at, mailbox, epoch, line = *row[10:12], *row[17:]
    if destroyed_at or withdrawn_at:
        return None
    return Stored(row[0], row[1], mailbox, epoch, None if line is None else bytes(line))


def _line(row: _Values, card: Card | None) -> Line:
    *plain, source, automatic, documents, segment = row[:17]
    imported = source == Envelope.Source.IMPORTED
    return Line(*plain, imported, automatic, documents, segment, card)  # type: ignore[call-arg]  # counted by _COLUMNS


def _told(found: Sequence[Line], by: Actor) -> tuple[Line, ...]:
    """With what other rows say of each."""
    states = _states({line.envelope for line in found if line.role == Copy.Role.FROM})
    senders, names = _names([line for line in found if line.card is None])
    threads = _threads({line.thread for line in found}, by)
    return tuple(
        replace(
            line,
            sender=senders.get(line.envelope, ""),
            names=tuple(names.get(line.envelope, ())),
            state=states.get(line.envelope, NOT_SENT) if line.role == Copy.Role.FROM else NOT_SENT,
            in_thread=threads.get(line.thread, 1),
        )
        for line in found
    )


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


def _names(bare: Sequence[Line]) -> tuple[dict[UUID, str], dict[UUID, list[str]]]:
    """The senders' mailboxes, and the recipients' of sent ones, by their names of today."""
    senders: dict[UUID, str] = {}
    names: dict[UUID, list[str]] = {}
    if bare:
        senders.update(
            Envelope.objects.filter(id__in=[line.envelope for line in bare]).values_list("id", "mailbox__name")
        )
    if sent := [line.envelope for line in bare if line.role == Copy.Role.FROM]:
        received = Copy.objects.filter(envelope__in=sent).exclude(role__in=_SENT_BY_US).order_by("recipient")
        for envelope, name in received.values_list("envelope", "mailbox__name"):
            names.setdefault(envelope, []).append(name)
    return senders, names

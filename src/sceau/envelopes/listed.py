"""What a list says of each copy: plain columns, its line, and what other rows tell of it. A fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from sceau.accounts.actor import Actor
from sceau.database.queries import PreparedQuery
from sceau.envelopes import lines
from sceau.envelopes.lines import Card, Stored
from sceau.envelopes.models import Copy, Envelope

OWN = (Copy.Role.FROM, Copy.Role.KEPT)  # needs no opening

_FIFTY = 51  # threads that one statement asks for


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
        return self.role not in OWN

    def is_destroyed(self, now: datetime) -> bool:
        """Also between the hour of destruction and the sweep that does it."""
        return self.destroyed_at is not None or self.destroy_at <= now

    def is_unopened(self, now: datetime) -> bool:
        return self.is_received and self.opened_at is None and not self.withdrawn_at and not self.is_destroyed(now)


_COLUMNS = (
    "id", "envelope_id", "envelope__thread", "role", "folder", "filed_in_id", "sort_at", "opened_at", "answered_at",
    "destroy_at", "destroyed_at", "withdrawn_at", "envelope__deliver_at", "envelope__source", "envelope__automatic",
    "envelope__documents", "segment_id", "epoch", "line",
)  # fmt: skip


class Row(NamedTuple):
    """One copy as it was read: `values` in the order of _COLUMNS, without the last two."""

    id: UUID
    envelope: UUID
    thread: UUID
    role: str
    values: tuple[Any, ...]  # of what types, _COLUMNS and the models say
    card: Card | None


def columns(rows: "QuerySet[Copy]") -> "QuerySet[Copy, tuple[Any, ...]]":
    """No model instances: a page is made of hundreds of values."""
    return rows.values_list(*_COLUMNS)


def read(rows: Iterable[tuple[Any, ...]], by: Actor) -> list[Row]:
    """Rows of `columns`, of his mailbox, with what their lines say."""
    by.keys.prefetch(by.mailbox.id)
    found = list(rows)
    cards = lines.cards([stored for row in found if (stored := _stored(row, by.mailbox.id))], by.keys)
    return [Row(row[0], row[1], row[2], row[3], row[:-2], cards.get(row[0])) for row in found]


def _stored(row: tuple[Any, ...], mailbox: UUID) -> Stored | None:
    """None for a copy whose content is gone."""
    destroyed_at, withdrawn_at, epoch, line = *row[10:12], *row[17:]
    if destroyed_at or withdrawn_at:
        return None
    return Stored(row[0], row[1], mailbox, epoch, None if line is None else bytes(line))


def tell(found: Sequence[Row], by: Actor) -> tuple[Line, ...]:
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


def _line(row: Row, **told: Any) -> Line:  # the fields of Line that other rows tell
    # What mypy cannot count: `values` are the fields of Line in order, but that it says whether it was imported.
    *plain, source, automatic, documents, segment = row.values
    return Line(*plain, source == Envelope.Source.IMPORTED, automatic, documents, segment, row.card, **told)  # type: ignore[call-arg]


def _states(envelopes: set[UUID]) -> dict[UUID, State]:
    if not envelopes:
        return {}
    received = Copy.objects.filter(envelope__in=envelopes).exclude(role__in=OWN).order_by()
    counted = received.values_list("envelope").annotate(Count("id"), Count("opened_at"), Count("withdrawn_at"))
    return {envelope: State(*counts) for envelope, *counts in counted}


def _threads(threads: set[UUID], by: Actor) -> dict[UUID, int]:
    """How many envelopes of each this mailbox holds."""
    found: dict[UUID, int] = {}
    asked = sorted(threads)
    for start in range(0, len(asked), _FIFTY):
        some = asked[start : start + _FIFTY]
        some += some[-1:] * (_FIFTY - len(some))  # asking twice for the last one changes nothing
        found.update(_THREADS.rows(mailbox=by.mailbox.id, **dict(zip(_NAMES, some, strict=True))))
    return found


def _held_threads(mailbox: UUID, **threads: UUID) -> "QuerySet[Envelope, tuple[Any, ...]]":
    """By the threads' envelopes, one copy of each.

    A condition (EXISTS) a database may turn round, and read all copies of the mailbox: PostgreSQL does until it has
    counted its rows.
    """
    own = Copy.objects.filter(envelope=OuterRef("id"), mailbox=mailbox).exclude(folder=Copy.Folder.HELD)
    beside = Envelope.objects.filter(thread__in=list(threads.values())).order_by()
    return beside.values("thread").annotate(held=Count(Subquery(own.values("id")[:1]))).values_list("thread", "held")


_NAMES = [f"thread_{number}" for number in range(_FIFTY)]
_THREADS = PreparedQuery(_held_threads, mailbox=UUID, **dict.fromkeys(_NAMES, UUID))


def _names(bare: Sequence[Row]) -> tuple[dict[UUID, str], dict[UUID, list[str]]]:
    """The senders' mailboxes, and the recipients' of sent ones, by their names of today."""
    senders: dict[UUID, str] = {}
    names: dict[UUID, list[str]] = {}
    if bare:
        senders.update(
            Envelope.objects.filter(id__in=[row.envelope for row in bare]).values_list("id", "mailbox__name")
        )
    if sent := [row.envelope for row in bare if row.role == Copy.Role.FROM]:
        received = Copy.objects.filter(envelope__in=sent).exclude(role__in=OWN).order_by("recipient")
        for envelope, name in received.values_list("envelope", "mailbox__name"):
            names.setdefault(envelope, []).append(name)
    return senders, names

"""What happened to an envelope, as far as the holder of one copy may know it.

The sender sees everything but who threw a copy away; a recipient sees the sealing and what concerns his own copy.
Names come from the sealed records: without the reader's keys, or once they are erased, only the events remain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sceau.accounts.actor import Actor
from sceau.core.clock import from_milliseconds
from sceau.envelopes.models import Copy
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.models import Checkpoint, Evidence, LogEntry
from sceau.evidence.records import Content

_FOR_EVERYBODY = (Event.SUBMISSION_ACCEPTANCE, Event.ENVELOPE_EXPIRED)


@dataclass(frozen=True, slots=True)
class Step:
    """`who`: the person who acted, or the recipient concerned; empty once the records are erased.

    `detail`: the part handed over ("2", "eml", "zip"), the code of a reason, or "automatic" for what no hand sealed.
    `index`: its number in the log.
    """

    event: Event
    at: datetime
    who: str
    recipient: int | None
    detail: str
    index: int | None
    published: bool


@dataclass(frozen=True, slots=True)
class Story:
    """The evidence in the order of the log, what waits for its number last, and the records that could be opened."""

    rows: tuple[Evidence, ...]
    opened: dict[bytes, tuple[bytes, Content]]  # by commitment: salt and content
    parties: Content | None

    def content(self, row: Evidence) -> Content | None:
        found = self.opened.get(bytes(row.facts or b""))
        return None if found is None else found[1]


def of(copy: Copy, *, by: Actor) -> list[Step]:
    """The proof column of one copy, which comes from `access.copy`."""
    told = story(copy, by=by)
    places = _places(told.rows)
    return [_step(row, told, places.get(row.id, (None, False))) for row in told.rows]


def story(copy: Copy, *, by: Actor) -> Story:
    """What `of` shows and `receipts.build` proves."""
    if copy.envelope.parties is None:
        return Story((), {}, None)
    opened = records.open_many(copy.envelope_id, by.keys)
    rows = Evidence.objects.filter(envelope=copy.envelope_id, parties=copy.envelope.parties)
    numbers = dict(LogEntry.objects.filter(evidence__in=rows).values_list("evidence", "id"))
    seen = [row for row in rows if _may_see(row, copy, opened)]
    seen.sort(key=lambda row: (row.id not in numbers, numbers.get(row.id, 0), row.id))
    _, parties = opened.get(copy.envelope.commitment, (b"", None))
    return Story(tuple(seen), opened, parties)


def who(event: int, recipient: int | None, content: Content | None, parties: Content | None) -> str:
    """The person who acted, else the recipient concerned, else nobody."""
    if content and content.get("person"):
        return str(content["person"]["name"])
    if parties is None:
        return ""
    if recipient is not None:
        return str(parties["recipients"][recipient]["name"])
    return str(parties["by"]["name"]) if event == Event.SUBMISSION_ACCEPTANCE else ""


def detail(content: Content | None) -> str:
    return str((content or {}).get("part") or (content or {}).get("reason") or "")


def _may_see(row: Evidence, copy: Copy, opened: dict[bytes, tuple[bytes, Content]]) -> bool:
    if copy.role != Copy.Role.FROM:
        return row.recipient == copy.recipient or (row.recipient is None and row.event in _FOR_EVERYBODY)
    if row.event == Event.CONTENT_DESTROYED and row.recipient is not None:
        # A recipient who throws his own copy away tells nobody: that record is sealed to him alone.
        return bytes(row.facts or b"") in opened
    return True


def _places(rows: Sequence[Evidence]) -> dict[UUID, tuple[int, bool]]:
    """Number in the log, and whether a checkpoint covers it."""
    entries = list(LogEntry.objects.filter(evidence__in=[row.id for row in rows]))
    sizes: dict[str, int] = {}
    for origin in {entry.log_id for entry in entries}:
        newest = Checkpoint.objects.filter(log=origin).order_by("-size").values_list("size", flat=True).first()
        sizes[origin] = newest or 0
    return {entry.evidence_id: (entry.index, entry.index < sizes[entry.log_id]) for entry in entries}


def _step(row: Evidence, told: Story, place: tuple[int | None, bool]) -> Step:
    content = told.content(row)
    return Step(
        event=Event(row.event),
        at=from_milliseconds(row.at_ms),
        who=who(row.event, row.recipient, content, told.parties),
        recipient=row.recipient,
        detail=detail(content) or _manner(row.event, told.parties),
        index=place[0],
        published=place[1],
    )


def _manner(event: int, parties: Content | None) -> str:
    """Nobody seals an auto-reply by hand: a page must not say that somebody did."""
    return "automatic" if event == Event.SUBMISSION_ACCEPTANCE and parties and parties.get("automatic") else ""

"""Queueing notices: what they say and to whom is sealed at once; the rows keep ids only (V11)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sceau.core import canonical, ids
from sceau.database import rows
from sceau.jobs import outbox
from sceau.jobs.models import Job
from sceau.notify import links, queue_key
from sceau.notify.kinds import KEYS, Kind
from sceau.notify.models import Notice

Context = Mapping[str, str | int]
_PURPOSE = "notice"
_KEPT = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one reader; `word` is Person.notice_word as stored, and needs `person`."""

    kind: str
    to: str = field(repr=False)
    language: str
    context: Context = field(repr=False)
    zone: str = "Europe/Paris"
    word: bytes | None = field(default=None, repr=False)
    person: UUID | None = None
    envelope: UUID | None = None
    recipient: int | None = None

    def sealed(self, notice: UUID) -> bytes:
        content = {
            "context": dict(self.context),
            "language": self.language,
            "to": self.to,
            "word": self.word.hex() if self.word else "",
            "zone": self.zone,
        }
        return queue_key.seal(_PURPOSE, canonical.dumps(content), notice)

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """What a queued notice says. For the worker. Raises Unreadable."""
        content = canonical.loads(queue_key.open(_PURPOSE, bytes(notice.sealed or b""), notice.id))
        content["word"] = bytes.fromhex(content["word"]) or None
        return cls(kind=notice.kind, person=notice.person, **content)


def queue(
    kind: str,
    to: str,
    language: str,
    context: Context,
    *,
    at: datetime,
    zone: str = "Europe/Paris",
    word: bytes | None = None,
    person: UUID | None = None,
    envelope: UUID | None = None,
    recipient: int | None = None,
) -> Notice:
    """Queue one mail, in the transaction of the act that it tells. Raises ValueError for a wrong context."""
    message = Message(kind, to, language, context, zone, word, person, envelope, recipient)
    return queue_many([message], at=at)[0]


def queue_many(messages: Iterable[Message], *, at: datetime) -> list[Notice]:
    """Queue mails, and the jobs that send them, at once. Raises ValueError for a wrong context."""
    queued = rows_of(messages, at=at)
    rows.insert(*queued)
    return [row for row in queued if isinstance(row, Notice)]


def rows_of(messages: Iterable[Message], *, at: datetime) -> list[Notice | Job]:
    """What `queue_many` inserts, for an act that inserts it with its evidence. Raises ValueError likewise."""
    told = [_row(message, at) for message in messages]
    return [*told, *outbox.fresh("notice", (row.id for row in told), due=at)]


def _row(message: Message, at: datetime) -> Notice:
    _check(Kind(message.kind), message.context)
    id = ids.new()
    return Notice(
        id=id,
        kind=message.kind,
        person=message.person,
        envelope=message.envelope,
        recipient=message.recipient,
        sealed=message.sealed(id),
        queued_at=at,
    )


def _check(kind: Kind, context: Context) -> None:
    """A mistake shows where it is made, not hours later in the worker."""
    if set(context) != KEYS[kind]:
        raise ValueError(f"context of {kind}: {sorted(set(context) ^ KEYS[kind])}")
    if not all(links.is_ours(str(value)) for key, value in context.items() if key.endswith("link")):
        raise ValueError(f"context of {kind}: a link leads elsewhere")


def purge(*, at: datetime) -> None:
    """Forget notices that ended long ago: no report about them comes back any more; evidence stays."""
    Notice.objects.filter(ended_at__lt=at - _KEPT).delete()

"""People whose mails come back: they are told by a banner at their next login (E12)."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Value

from sceau.database.queries import PreparedQuery
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice


def unseen(person: UUID) -> bool:
    return bool(_ANY.rows(person=person))


def dismiss(person: UUID, *, at: datetime) -> None:
    """The person read the banner."""
    _unseen(person).update(seen_at=at)


def _unseen(person: UUID) -> QuerySet[Notice]:
    # A code that came too late says nothing: the person asks for another one, or has it already.
    late_code = {"kind": Kind.CODE, "reason": "too-late"}
    states = (Notice.State.FAILED, Notice.State.BOUNCED)
    return Notice.objects.filter(person=person, state__in=states, seen_at=None).exclude(**late_code)


def _one(person: UUID) -> "QuerySet[Notice, tuple[int]]":
    return _unseen(person).order_by().values_list(Value(1))[:1]


_ANY = PreparedQuery(_one, person=UUID)

"""Whether anything is new for an open desk, asked every few seconds (decision 0020).

One statement from the cookie's row to the answer: no key is unwrapped, no row is written, nothing counts as a human
act (V7). Two partial looks at an index each cost the same at ten envelopes and at a hundred thousand.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sceau.accounts.models import Mailbox, Person
from sceau.envelopes.models import Copy
from sceau.vault.models import Session
from sceau.vault.sessions import Assurance, Mark

MANY = 1000  # unopened envelopes: beyond, more of them are no news

# Literals, not parameters, where a partial index asks for them (`copy_unopened`).
_STATEMENT = f"""
SELECT (SELECT received.id FROM {Copy._meta.db_table} received
        WHERE received.mailbox_id = mailbox.id AND received.folder = '{Copy.Folder.RECEIVED}'
        ORDER BY received.sort_at DESC LIMIT 1),
       (SELECT count(*) FROM (
            SELECT 1 FROM {Copy._meta.db_table} waiting
            WHERE waiting.mailbox_id = mailbox.id AND waiting.folder = '{Copy.Folder.RECEIVED}'
              AND waiting.opened_at IS NULL AND waiting.destroyed_at IS NULL LIMIT {MANY}) AS counted)
FROM {Session._meta.db_table} session
JOIN {Person._meta.db_table} person ON person.principal_id = session.principal_id
JOIN {Mailbox._meta.db_table} mailbox ON mailbox.address = person.email AND mailbox.owner_id = person.id
WHERE session.id = %s AND session.state = '{Session.State.OPEN}' AND session.assurance >= {int(Assurance.CODE)}
  AND session.acted_at > %s AND session.strong_at > %s AND person.status <> '{Person.Status.CLOSED}'
"""  # noqa: S608  # names and constants of ours alone


@dataclass(frozen=True, slots=True)
class News:
    newest: UUID | None  # the received copy at the top of the list
    unopened: int  # MANY at most

    @property
    def tag(self) -> str:
        """An entity tag (RFC 9110 §8.8.3): the same for the same news."""
        return f'"{self.newest.hex if self.newest else ""}.{self.unopened}"'


def since(mark: Mark) -> News | None:
    """What an open session would find in its mailbox; None for a session that is not, or no longer, open."""
    # No round trip to ask whether the connection lives: a dead one fails, and the desk asks again.
    connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own, unknown to its stubs
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [mark.id, _time(mark.acted_after), _time(mark.strong_after)])
        row = cursor.fetchone()
    return None if row is None else News(_id(row[0]), row[1])


def _time(at: datetime) -> Any:  # whatever this database compares times with
    return connection.ops.adapt_datetimefield_value(at)


def _id(value: UUID | str | None) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value

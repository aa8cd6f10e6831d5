"""How much a mailbox sends, receives and opens, week by week: counts alone, nothing is decrypted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Case, Count, F, Func, QuerySet, Value, When

from sceau.accounts.actor import Actor
from sceau.envelopes.models import Copy

_HOUR, _DAY, _WEEK = 3600, 86_400, timedelta(days=7)
# Each begins its own stretch of the index `copy_list`; what is held back has not happened yet.
_FOLDERS = (Copy.Folder.RECEIVED, Copy.Folder.SENT, Copy.Folder.TRASH, Copy.Folder.FILED)


@dataclass(frozen=True, slots=True)
class Week:
    begins: date  # a Monday, in the reader's zone
    sent: int = 0
    received: int = 0
    prompt: int = 0  # of the received ones, those that somebody of the mailbox opened within a day


class _Seconds(Func):
    """Since the Unix epoch, whole, computed by the database itself (Django's own date functions call Python a row)."""

    output_field = BigIntegerField()
    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]  # as Func declares it
        return self.as_sql(compiler, connection, template="unixepoch(%(expressions)s)", **context)


def weeks(*, by: Actor, days: int, at: datetime) -> tuple[Week, ...]:
    """From the week that holds the day `days` ago to this one, none left out. One query."""
    zone = ZoneInfo(by.person.zone)
    today = at.astimezone(zone).date()
    first = _monday(today - timedelta(days=days))
    counted: Counter[tuple[date, str]] = Counter()
    for hour, kind, count in counts(by=by, since=datetime.combine(first, time(), zone)):
        counted[_monday(datetime.fromtimestamp(hour * _HOUR, zone).date()), kind] += count
    return tuple(
        Week(
            day,
            sent=counted[day, "sent"],
            received=counted[day, "late"] + counted[day, "prompt"],
            prompt=counted[day, "prompt"],
        )
        for day in _mondays(first, today)
    )


def counts(*, by: Actor, since: datetime) -> QuerySet[Copy, tuple[int, str, int]]:
    """By hour since the epoch, which no change of clocks shifts, and kind: `sent`, `prompt`, `late`."""
    within = Case(
        When(role=Copy.Role.FROM, then=Value("sent")),
        When(opened_after__lte=_DAY, then=Value("prompt")),
        default=Value("late"),
    )
    exchanged = Copy.objects.filter(mailbox=by.mailbox, folder__in=_FOLDERS, sort_at__gte=since)
    return (
        exchanged.exclude(role=Copy.Role.KEPT)
        .annotate(opened_after=_Seconds(F("opened_at")) - _Seconds(F("sort_at")))
        .annotate(hour=_Seconds(F("sort_at")) / _HOUR, kind=within)
        .order_by()
        .values_list("hour", "kind")
        .annotate(Count("id"))
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _mondays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _WEEK

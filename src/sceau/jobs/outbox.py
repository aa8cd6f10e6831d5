"""Work to do later: a row queued in the act's own transaction, run by `sceau work` (design §5).

A job runs at least once: its function must be idempotent. A worker holds a job by a lease; one that
dies leaves a lease that runs out, and another worker takes the job over.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from sceau.database.rows import insert_missing
from sceau.jobs.models import Job

STUCK = 20  # tries after which an operator should look
_MOST = 32_767  # what the column holds; a job that fails for months must not stop the others

_HELD = "held "  # begins the name of a row that is no job, which no worker claims: its due date ends a hold
_NOBODY = UUID(int=0)

# The first pauses are short: most trouble is a relay or a database that restarts.
_PAUSES = (2, 5, 15, 60, 120, 300)  # seconds


def queue(name: str, *object_ids: UUID, due: datetime) -> None:
    """Queue one job an object; one that waits already is left as it is.

    Inside a transaction only: a job exists exactly when the act that wants it does.
    """
    insert_missing(fresh(name, object_ids, due=due))


def fresh(name: str, object_ids: Iterable[UUID], *, due: datetime) -> list[Job]:
    """Jobs for objects that are being made, to be inserted with them."""
    return [Job(name=name, object_id=object_id, due_at=due) for object_id in object_ids]


def claim(names: Collection[str], at: datetime, *, lease: timedelta, limit: int) -> list[Job]:
    """Take at most `limit` due jobs of these names; nobody else gets them before `at + lease`.

    What was never tried comes first: a login code does not wait behind what an outage left. A job taken
    over from a worker that died carries the error code `lease-expired`.
    """
    if not _free(names, at).exists():
        return []  # an idle worker never takes SQLite's one write lock
    names = set(names) - _held_back(names, at)
    # PostgreSQL locks the rows it reads and passes over locked ones; on SQLite the transaction
    # begins IMMEDIATE (settings), so nobody else writes between our reading and our update.
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = _free(names, at).select_for_update(skip_locked=skip)
        jobs = list(rows.order_by("tries", "due_at")[:limit])
        for job in jobs:
            job.error = "lease-expired" if job.leased_until else job.error
            job.leased_until = at + lease
            job.tries = min(job.tries + 1, _MOST)
        Job.objects.bulk_update(jobs, ["error", "leased_until", "tries"])
    return jobs


def done(job: Job) -> None:
    """Forget a job that succeeded, unless its lease ran out and somebody else holds it now."""
    _held(job).delete()


def retry(job: Job, code: str, *, due: datetime) -> None:
    """Give a job back after a failure. `code` is an error code, never a text."""
    _held(job).update(leased_until=None, error=code, due_at=due)


def repeat(job: Job, *, due: datetime) -> None:
    """Give a recurring job back after a success."""
    _held(job).update(leased_until=None, error="", tries=0, due_at=due)


def bring_forward(names: Collection[str], *, at: datetime, **forgiven: int | str) -> None:
    """Make jobs due now, except those that a worker is at; one whose worker died waits for nobody's word.

    `forgiven`: columns that are written as well.
    """
    Job.objects.filter(_nobody_is_at(at), name__in=names).update(due_at=at, **forgiven)


def extend(job: Job, *, until: datetime) -> bool:
    """Hold a job longer. False when the lease was lost: then the job must not be started."""
    held = bool(_held(job).update(leased_until=until))
    job.leased_until = until
    return held


def hold_back(name: str, *, until: datetime) -> None:
    """Let no worker begin jobs of this name before `until`; those under way go on."""
    Job.objects.update_or_create(name=f"{_HELD}{name}", object_id=_NOBODY, defaults={"due_at": until})


def let_go(name: str) -> None:
    """What was held back may begin."""
    Job.objects.filter(name=f"{_HELD}{name}").delete()


def pause(tries: int) -> timedelta:
    """How long to wait after the failure number `tries` (from 1)."""
    return timedelta(seconds=_PAUSES[min(tries, len(_PAUSES)) - 1])


def stuck() -> QuerySet[Job]:
    """Jobs that keep failing, for the operator."""
    return Job.objects.filter(tries__gte=STUCK).exclude(error="").order_by("due_at")


def _held_back(names: Collection[str], at: datetime) -> set[str]:
    held = Job.objects.filter(name__in=[f"{_HELD}{name}" for name in names], due_at__gt=at)
    return {name.removeprefix(_HELD) for name in held.values_list("name", flat=True)}


def _free(names: Collection[str], at: datetime) -> QuerySet[Job]:
    return Job.objects.filter(_nobody_is_at(at), due_at__lte=at, name__in=names)


def _nobody_is_at(at: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=at)


def _held(job: Job) -> QuerySet[Job]:
    """The row, if it still carries the lease that this worker was given."""
    return Job.objects.filter(id=job.id, leased_until=job.leased_until)

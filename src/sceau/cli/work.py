"""The worker: what is done later or again and again, and the loop that does it (`sceau work`).

Any number of workers may run: a job has one holder at a time (jobs.outbox), the log one leader
(evidence.integrator). Lines in the log carry ids and codes only.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Protocol
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections, transaction

from sceau.accounts import purging, recovery
from sceau.core import clock
from sceau.core.errors import Error, TryLater
from sceau.envelopes import answering, delivery, destruction, drafts, orphans, pieces, retention
from sceau.envelopes import notices as envelope_notices
from sceau.evidence import checks, erasure, integrator
from sceau.jobs import outbox
from sceau.jobs.models import Job
from sceau.notify import notices, sending
from sceau.vault import sessions

POLL = 0.5  # seconds between two looks at an empty table
BEAT = 1.0  # seconds between two steps of the integrator (E2)
LEASE = timedelta(minutes=3)  # longer than any job: a mail takes at most eleven answers of 15 seconds

LEAP = timedelta(days=4)  # a machine may be off for a long weekend
_REST = 600.0  # seconds until what waits for the clock is looked at again

_NOBODY = UUID(int=0)  # the object of a routine
_ANCHOR = datetime(2026, 1, 1, 2, tzinfo=UTC)  # what happens daily happens at night

_log = structlog.get_logger("sceau.work")
_resting: dict[str, float] = {}  # names, and until when (monotonic seconds)


class Function(Protocol):
    """Idempotent: a job may run twice. Raises TryLater when trying again makes sense."""

    def __call__(self, object_id: UUID, /, *, at: datetime) -> None: ...


class Timed(Protocol):
    def __call__(self, *, at: datetime) -> object: ...


@dataclass(frozen=True, slots=True)
class Routine:
    """`destroys`: what it takes away because of the date, nothing brings back."""

    run: Timed
    every: timedelta
    lease: timedelta = LEASE
    destroys: bool = False


class ClockLeapt(TryLater):
    """Destruction is longer overdue than a machine is switched off: perhaps the clock is wrong (decision 0023)."""

    code = "clock-leapt"


# What an act queued, by name. A test finds every name that the source queues. A job of a newer version, which is
# not here, is left to the workers that know it.
JOBS: dict[str, Function] = {
    "notice": sending.send,
    "notice-failed": envelope_notices.failed,
    "hand-over": recovery.hand_over,
    "delete-blob": destruction.delete_blob,
    "deliver": delivery.deliver,
    "auto-reply": answering.answer,
}

# What time asks for: rows of the same table, so that many workers share them and none is forgotten.
ROUTINES: dict[str, Routine] = {
    "lock-idle": Routine(sessions.lock_idle, timedelta(minutes=1)),
    "purge-accounts": Routine(purging.purge, timedelta(minutes=1)),
    "retention": Routine(retention.sweep, timedelta(hours=1), lease=timedelta(hours=1), destroys=True),
    "purge-pieces": Routine(pieces.purge, timedelta(hours=1)),
    "purge-drafts": Routine(drafts.purge, timedelta(days=1)),
    "purge-notices": Routine(notices.purge, timedelta(days=1)),
    "orphans": Routine(orphans.sweep, timedelta(days=1), lease=timedelta(hours=6)),
    "erase-records": Routine(erasure.sweep, timedelta(days=1), lease=timedelta(hours=1), destroys=True),
    "tidy-log": Routine(integrator.tidy, timedelta(days=1), lease=timedelta(hours=1)),
    "check-log": Routine(checks.fully, timedelta(days=1), lease=timedelta(hours=6)),
}


# One thread a lane: nothing slow holds up what is of another kind, nor one slow mail the others.
_MAIL = frozenset({"notice"})
_MINUTES = frozenset(name for name, routine in ROUTINES.items() if routine.every < timedelta(hours=1))
LANES = (*[_MAIL] * 3, frozenset(JOBS) - _MAIL, _MINUTES, frozenset(ROUTINES) - _MINUTES)


def work(stop: Event) -> None:
    """Work until `stop` is set, then finish what is in hand."""
    plan_routines(clock.now())
    steps = [integrate, *(partial(next_job, lane) for lane in LANES)]
    threads = [Thread(target=_keep_doing, args=(step, stop)) for step in steps]
    for thread in threads:
        thread.start()
    _log.info("worker.started")
    stop.wait()
    for thread in threads:
        thread.join()
    _log.info("worker.stopped")


def work_once() -> None:
    """Everything that is due, and every routine, then return: for scripts and tests."""
    at = clock.now()
    plan_routines(at)
    outbox.bring_forward(ROUTINES, at=at)
    while next_job(frozenset.union(*LANES)) == 0:
        pass
    integrator.step(at=clock.now())


def plan_routines(at: datetime) -> None:
    """Put the routines into the table; those that are there keep their hour."""
    with transaction.atomic():
        for name in ROUTINES:
            outbox.queue(name, _NOBODY, due=at)


def next_job(lane: Collection[str]) -> float:
    """Run one due job of these names; how many seconds to wait before the next look."""
    awake = [name for name in lane if time.monotonic() >= _resting.get(name, 0)]
    jobs = outbox.claim(awake, clock.now(), lease=LEASE, limit=1)
    for job in jobs:
        run(job)
    return 0 if jobs else POLL


def confirm_clock(at: datetime) -> None:
    """An operator says that the clock is right: what is due may be destroyed."""
    late = [name for name, routine in ROUTINES.items() if routine.destroys]
    outbox.bring_forward(late, at=at, tries=0, error="")


def integrate() -> float:
    """Publish what was recorded."""
    integrator.step(at=clock.now())
    return BEAT


def run(job: Job) -> None:
    """Run a claimed job and give it back, or forget it, as it ended."""
    if job.error == "lease-expired":
        _log.warning("job.taken-over", **_named(job))  # of a notice: its mail may leave twice
    code = _failure(job)
    if code == ClockLeapt.code:
        _log.error("job.waits-for-the-clock", due=job.due_at.isoformat(), **_named(job))
        outbox.retry(job, code, due=job.due_at)  # which goes on saying how late it is
        _resting[job.name] = time.monotonic() + _REST
    elif code:
        now_and_then = _log.error if job.tries >= outbox.STUCK else _log.warning
        now_and_then("job.failed", code=code, **_named(job))
        outbox.retry(job, code, due=clock.now() + outbox.pause(job.tries))
    elif routine := ROUTINES.get(job.name):
        outbox.repeat(job, due=next_time(clock.now(), routine.every))
    else:
        outbox.done(job)


def next_time(at: datetime, every: timedelta) -> datetime:
    """The next full hour, minute… after `at`; for a day, 02:00 UTC."""
    return at + every - (at - _ANCHOR) % every


def _failure(job: Job) -> str:
    """Do it; the code of what went wrong, empty when nothing did."""
    try:
        _perform(job, clock.now())
    except Error as error:
        return error.code
    except (OperationalError, InterfaceError):
        return "busy"
    except Exception as error:  # noqa: BLE001  # the worker's one handler of the unexpected (style §7)
        _log.error("job.crashed", exc_info=error, **_named(job))
        return "crash"
    return ""


def _perform(job: Job, at: datetime) -> None:
    if routine := ROUTINES.get(job.name):
        if routine.destroys and at > job.due_at + LEAP:
            raise ClockLeapt
        if outbox.extend(job, until=at + routine.lease):
            routine.run(at=at)
    elif job.object_id:
        JOBS[job.name](job.object_id, at=at)


def _keep_doing(step: Callable[[], float], stop: Event) -> None:
    """Repeat a step until told to stop; no trouble of the database ends a worker."""
    failures = 0
    while not stop.is_set():
        try:
            close_old_connections()
            pause = step()
            failures = 0
        except Exception as error:  # noqa: BLE001  # the worker's one handler of the unexpected (style §7)
            failures += 1
            pause = min(outbox.pause(failures).total_seconds(), 15)
            _log.error("worker.trouble", exc_info=error)
        stop.wait(pause)
    connections.close_all()


def _named(job: Job) -> dict[str, object]:
    return {"job": job.name, "object": str(job.object_id), "tries": job.tries}

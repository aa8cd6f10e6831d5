"""The worker: its table is complete, it never gives up, it never does a thing twice at a time, it ends in peace."""

import ast
import io
import statistics
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
import structlog
import structlog.testing
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from sceau.cli import hygiene, work
from sceau.core import clock, ids
from sceau.core.errors import TryLater, Unreadable
from sceau.evidence.models import Checkpoint, Pending
from sceau.jobs import outbox
from sceau.jobs.models import Job
from sceau.notify import notices
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice
from tests.envelopes import desk
from tests.notify.samples import message
from tests.people import Member, actor
from tests.smtp import Relay

SOURCE = Path(work.__file__).parents[1]


@pytest.fixture(autouse=True)
def no_private_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the commands do to their process would stay with the tests that follow."""
    monkeypatch.setattr(hygiene, "keep_memory_private", lambda: None)


@contextmanager
def working(count: int = 1) -> Iterator[Event]:
    """As many workers as asked, until the block ends or the event that it gets is set."""
    stop = Event()
    workers = [Thread(target=_work, args=(stop,)) for _ in range(count)]
    for worker in workers:
        worker.start()
    try:
        yield stop
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def _work(stop: Event) -> None:
    work.work(stop)
    connection.close()


@contextmanager
def written() -> Iterator[io.StringIO]:
    """The log as the product writes it."""
    before, log = structlog.get_config(), io.StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
    try:
        yield log
    finally:
        structlog.configure(**before)


def wait_until(condition: Iterator[bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not next(condition):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def all_sent() -> Iterator[bool]:
    while True:
        yield not Notice.objects.exclude(state=Notice.State.SENT).exists()


def queue_notices(count: int = 1) -> list[Notice]:
    with transaction.atomic():
        return notices.queue_many([message(Kind.RECEIVED) for _ in range(count)], at=clock.now())


def claimed(name: str = "notice", object_id: UUID | None = None) -> Job:
    outbox.queue(name, object_id or ids.new(), due=clock.now())
    (job,) = outbox.claim(work.JOBS, clock.now(), lease=work.LEASE, limit=1)
    return job


# The table


def test_every_job_that_the_source_queues_has_its_function() -> None:
    queued = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("outbox.queue", "outbox.fresh"):
                queued.add(ast.literal_eval(node.args[0]) if isinstance(node.args[0], ast.Constant) else path.name)
    assert queued == {*work.JOBS, "work.py"}  # the worker itself queues its routines, by a variable


def test_jobs_and_routines_have_different_names() -> None:
    assert not work.JOBS.keys() & work.ROUTINES.keys()
    assert all(len(name) <= 40 for name in [*work.JOBS, *work.ROUTINES])


def test_every_name_has_its_lane_and_no_act_waits_for_a_routine() -> None:
    assert frozenset.union(*work.LANES) == {*work.JOBS, *work.ROUTINES}
    assert not any(lane & work.JOBS.keys() and lane & work.ROUTINES.keys() for lane in work.LANES)


def test_no_lease_is_shorter_than_what_it_guards() -> None:
    assert all(routine.lease >= work.LEASE for routine in work.ROUTINES.values())


# One job


@pytest.mark.django_db
def test_a_job_that_succeeds_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[UUID] = []
    monkeypatch.setitem(work.JOBS, "notice", lambda object_id, at: done.append(object_id))
    job = claimed()
    work.run(job)
    assert done == [job.object_id]
    assert not Job.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TryLater(), "try-later"),
        (Unreadable(), "unreadable"),
        (OperationalError("database is locked: claire@tilleuls.example"), "busy"),
        (KeyError("claire@tilleuls.example"), "crash"),
    ],
)
@pytest.mark.attack(39)
def test_a_job_that_fails_waits_with_a_code_and_no_word_of_the_error(
    error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(object_id: UUID, *, at: datetime) -> None:
        raise error

    monkeypatch.setitem(work.JOBS, "notice", fail)
    before = clock.now()
    with written() as log:
        work.run(claimed())
    job = Job.objects.get()
    assert (job.error, job.leased_until, job.tries) == (code, None, 1)
    assert before + timedelta(seconds=2) <= job.due_at <= clock.now() + timedelta(seconds=2)
    assert code in log.getvalue()
    assert "claire" not in log.getvalue()


@pytest.mark.django_db
def test_a_job_that_keeps_failing_is_an_error_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(object_id: UUID, *, at: datetime) -> None:
        raise TryLater

    monkeypatch.setitem(work.JOBS, "notice", fail)
    job = claimed()
    levels = []
    for tries in (1, outbox.STUCK - 1, outbox.STUCK, outbox.STUCK + 100):
        job.tries = tries
        with structlog.testing.capture_logs() as lines:
            work.run(job)
        levels += [line["log_level"] for line in lines]
    assert levels == ["warning", "warning", "error", "error"]


@pytest.mark.django_db
def test_a_job_of_a_dead_worker_is_named_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(work.JOBS, "notice", lambda object_id, at: None)
    claimed()
    (job,) = outbox.claim(work.JOBS, clock.now() + work.LEASE, lease=work.LEASE, limit=1)
    with structlog.testing.capture_logs() as lines:
        work.run(job)
    assert [line["event"] for line in lines] == ["job.taken-over"]


# Routines


@pytest.mark.django_db
def test_a_routine_comes_back_at_its_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[datetime | None] = []
    routine = work.Routine(
        lambda at: held.append(Job.objects.get().leased_until), timedelta(hours=1), lease=timedelta(hours=5)
    )
    monkeypatch.setattr(work, "ROUTINES", {"retention": routine})
    before = clock.now()
    work.plan_routines(before)
    work.plan_routines(before)
    assert work.next_job(work.ROUTINES) == 0
    job = Job.objects.get()
    assert held[0]
    assert held[0] >= before + timedelta(hours=5)
    assert (job.tries, job.error, job.leased_until) == (0, "", None)
    assert (job.due_at.minute, job.due_at.second) == (0, 0)
    assert before < job.due_at <= clock.now() + timedelta(hours=1)
    assert work.next_job(work.ROUTINES) == work.POLL


@given(
    st.integers(0, 2**42).map(clock.from_milliseconds),
    st.sampled_from([routine.every for routine in work.ROUTINES.values()]),
)
def test_the_next_time_is_later_and_at_most_one_period_away(at: datetime, every: timedelta) -> None:
    following = work.next_time(at, every)
    assert at < following <= at + every
    assert following.second == following.microsecond == 0
    if every == timedelta(days=1):
        assert (following.hour, following.minute) == (2, 0)


# All of it


@pytest.mark.django_db(transaction=True)
def test_once_does_everything_that_is_due(claire: Member, marc: Member, relay: Relay) -> None:
    desk.send(actor(claire), marc.person.email)
    assert Pending.objects.exists()
    work.work_once()
    assert {mail.message["X-Sceau-Notice"] for mail in relay.to(marc.person.email)} >= {"received"}
    assert not Pending.objects.exists()
    assert Checkpoint.objects.exists()
    assert set(Job.objects.values_list("name", "error")) == {(name, "") for name in work.ROUTINES}


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_notice_once(relay: Relay) -> None:
    queue_notices(40)
    with working(3):
        wait_until(all_sent())
    assert Counter(Counter(str(mail.message["Message-ID"]) for mail in relay.mails).values()) == {1: 40}
    assert not Job.objects.exclude(name__in=work.ROUTINES).exists()


@pytest.mark.django_db(transaction=True)
def test_notices_leave_when_the_relay_is_back(relay: Relay) -> None:
    relay.down()
    queue_notices(3)
    with working():
        wait_until(iter(lambda: Job.objects.filter(error="relay-trouble").count() == 3, None))
        relay.up()
        wait_until(all_sent())
    assert len(relay.mails) == 3


@pytest.mark.django_db(transaction=True)
def test_a_slow_mail_does_not_hold_up_the_others(relay: Relay) -> None:
    relay.pause = 3
    queue_notices(3)
    with working():
        wait_until(all_sent())
    first, *_, last = sorted(mail.at for mail in relay.mails)
    assert last - first < relay.pause, "all of them are there before the first is answered"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_stop_finishes_what_it_holds(relay: Relay) -> None:
    relay.pause = 1
    queue_notices()
    with working() as stop:
        relay.wait(1)  # the relay has the mail and has not answered
        stop.set()
    assert Notice.objects.get().state == Notice.State.SENT
    assert not Job.objects.filter(name="notice").exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_went_away_is_waited_for(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, away = outbox.claim, [True] * 6

    def unreachable(names: Collection[str], at: datetime, *, lease: timedelta, limit: int) -> list[Job]:
        if away and away.pop():
            raise OperationalError("server closed the connection unexpectedly")
        return claim(names, at, lease=lease, limit=limit)

    monkeypatch.setattr(outbox, "claim", unreachable)
    monkeypatch.setattr(outbox, "_PAUSES", (0.1,))
    queue_notices()
    with structlog.testing.capture_logs() as lines, working():
        wait_until(all_sent())
    assert [line["event"] for line in lines].count("worker.trouble") == 6
    assert len(relay.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_nineteen_acts_in_twenty_are_at_the_relay_within_ten_seconds(
    claire: Member, marc: Member, relay: Relay
) -> None:
    """Sealing at the pace of a burst (20 a second) while a relay takes a tenth of a second for each mail."""
    relay.pause = 0.1
    by, sealed = actor(claire), {}
    with working():
        for number in range(60):
            time.sleep(max(0, number / 20 - (time.time() - min(sealed.values(), default=time.time()))))
            envelope = desk.send(by, marc.person.email)
            sealed[envelope.id] = time.time()
        wait_until(all_sent(), seconds=60)
    told = {notice.id.hex: notice.envelope for notice in Notice.objects.filter(kind=Kind.RECEIVED)}
    waits = [
        mail.at - sealed[told[str(mail.message["Message-ID"])[1:33]]]
        for mail in relay.mails
        if mail.message["X-Sceau-Notice"] == "received"
    ]
    assert len(waits) == 60
    assert statistics.quantiles(waits, n=20)[-1] <= 10


@pytest.mark.django_db(transaction=True)
def test_the_command_runs_once(relay: Relay) -> None:
    queue_notices()
    call_command("work", "--once")
    assert len(relay.mails) == 1


@pytest.mark.django_db
def test_the_operator_sees_what_waits_and_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    first, _second = queue_notices(2)
    Notice.objects.filter(id=first.id).update(state=Notice.State.FAILED, reason="550", ended_at=clock.now())
    Job.objects.filter(object_id=first.id).update(tries=outbox.STUCK, error="unreadable")
    call_command("notices")
    shown = capsys.readouterr().out
    assert f"{first.id} received 550" in shown
    assert f"notice {first.id} unreadable" in shown
    assert "claire" not in shown


def sweeps(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When the routine that destroys has run, from now on."""
    swept: list[datetime] = []
    routine = work.Routine(lambda *, at: swept.append(at), timedelta(hours=1), destroys=True)
    monkeypatch.setitem(work.ROUTINES, "retention", routine)
    monkeypatch.setattr(work, "_resting", {})
    return swept


@pytest.mark.django_db
@pytest.mark.parametrize(("late", "destroyed"), [(work.LEAP, True), (work.LEAP + timedelta(seconds=1), False)])
def test_what_is_overdue_by_more_than_a_long_weekend_waits_for_the_operator(
    monkeypatch: pytest.MonkeyPatch, late: timedelta, destroyed: bool
) -> None:
    """The clock may have jumped forward: destroying early cannot be undone, destroying late can be made up for."""
    now, swept = clock.now(), sweeps(monkeypatch)
    monkeypatch.setattr(clock, "now", lambda: now)
    Job.objects.create(name="retention", object_id=ids.new(), due_at=now - late)
    work.next_job({"retention"})
    assert bool(swept) is destroyed
    if not destroyed:
        job = Job.objects.get(name="retention")
        assert (job.error, job.due_at, job.leased_until) == ("clock-leapt", now - late, None)
        assert work.next_job({"retention"}) == work.POLL  # it rests
        call_command("confirm-clock")
        work._resting.clear()
        work.next_job({"retention"})
        assert swept == [now]


@pytest.mark.django_db
def test_what_a_dead_worker_held_hears_the_operator_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes it over must not find it as late as it was, and rest."""
    now, swept = clock.now(), sweeps(monkeypatch)
    monkeypatch.setattr(clock, "now", lambda: now)
    Job.objects.create(name="retention", object_id=ids.new(), due_at=now - 2 * work.LEAP, leased_until=now)
    call_command("confirm-clock")
    work.next_job({"retention"})
    assert swept == [now]

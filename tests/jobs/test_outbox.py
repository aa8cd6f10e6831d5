"""Jobs: queued once, held by one worker at a time, run until they succeed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.db.transaction import TransactionManagementError

from sceau.core import ids
from sceau.jobs import outbox
from sceau.jobs.models import Job

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NAMES = {"notice", "notice-failed"}


def queue(count: int = 1, *, due: datetime = AT) -> list[UUID]:
    objects = [ids.new() for _ in range(count)]
    with transaction.atomic():
        outbox.queue("notice", *objects, due=due)
    return objects


def claim(at: datetime = AT, limit: int = 1) -> list[Job]:
    return outbox.claim(NAMES, at, lease=LEASE, limit=limit)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_queued_in_the_transaction_of_its_act_or_not_at_all() -> None:
    with pytest.raises(TransactionManagementError):
        outbox.queue("notice", ids.new(), due=AT)
    with transaction.atomic():
        outbox.queue("notice", ids.new(), due=AT)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_queueing_the_same_work_twice_leaves_the_first() -> None:
    (object_id,) = queue()
    outbox.queue("notice", object_id, due=AT + LEASE)
    outbox.queue("notice-failed", object_id, due=AT)
    assert Counter(Job.objects.values_list("name", "due_at")) == {("notice", AT): 1, ("notice-failed", AT): 1}


@pytest.mark.django_db
def test_due_jobs_are_claimed_oldest_first_up_to_the_limit() -> None:
    late = queue(due=AT - SECOND)
    early = queue(due=AT - 2 * SECOND)
    queue(due=AT + SECOND)
    assert [job.object_id for job in claim(limit=5)] == [*early, *late]
    assert claim(limit=5) == []


@pytest.mark.django_db
def test_what_an_outage_left_does_not_hold_up_what_is_new() -> None:
    (old,) = queue(due=AT - LEASE)
    (job,) = claim()
    outbox.retry(job, "relay-trouble", due=AT - SECOND)
    (new,) = queue(due=AT)
    assert [job.object_id for job in claim(limit=2)] == [new, old]


@pytest.mark.django_db
def test_a_worker_leaves_jobs_that_it_does_not_know() -> None:
    queue()
    assert outbox.claim({"deliver"}, AT, lease=LEASE, limit=1) == []
    assert len(claim()) == 1


@pytest.mark.django_db
def test_the_limit_leaves_the_rest_to_others() -> None:
    queue(5)
    assert [len(claim(limit=3)), len(claim(limit=3)), len(claim(limit=3))] == [3, 2, 0]


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_taken_over_once_its_lease_ran_out() -> None:
    queue()
    (first,) = claim()
    assert claim(AT + LEASE - SECOND) == []
    (second,) = claim(AT + LEASE)
    assert (second.id, second.tries, second.error) == (first.id, 2, "lease-expired")


@pytest.mark.django_db
def test_who_lost_the_lease_ends_nothing() -> None:
    queue()
    (lost,) = claim()
    (held,) = claim(AT + LEASE)
    outbox.done(lost)
    outbox.retry(lost, "relay-trouble", due=AT)
    outbox.repeat(lost, due=AT)
    assert not outbox.extend(lost, until=AT + 2 * LEASE)
    row = Job.objects.get()
    assert (row.leased_until, row.error) == (AT + 2 * LEASE, "lease-expired")
    outbox.done(held)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_failed_job_comes_back_when_due_with_its_code() -> None:
    queue()
    (job,) = claim()
    outbox.retry(job, "relay-trouble", due=AT + SECOND)
    assert claim() == []
    (again,) = claim(AT + SECOND)
    assert (again.tries, again.error) == (2, "relay-trouble")


@pytest.mark.django_db
def test_a_repeated_job_forgets_its_failures() -> None:
    queue()
    (job,) = claim()
    outbox.retry(job, "busy", due=AT)
    (job,) = claim()
    outbox.repeat(job, due=AT + LEASE)
    (job,) = claim(AT + LEASE)
    assert (job.tries, job.error) == (1, "")


@pytest.mark.django_db
def test_a_longer_lease_keeps_others_away() -> None:
    queue()
    (job,) = claim()
    assert outbox.extend(job, until=AT + 10 * LEASE)
    assert claim(AT + 5 * LEASE) == []
    outbox.done(job)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_job_that_keeps_failing_stays_and_is_shown() -> None:
    queue()
    at = AT
    for _ in range(outbox.STUCK):
        assert not outbox.stuck().exists()
        (job,) = claim(at)
        at += outbox.pause(job.tries)
        outbox.retry(job, "unreadable", due=at)
    assert outbox.stuck().get().error == "unreadable"


def test_pauses_begin_short_and_never_shrink() -> None:
    pauses = [outbox.pause(tries).total_seconds() for tries in range(1, 100)]
    assert pauses[:4] == [2, 5, 15, 60]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 300


@pytest.mark.django_db(transaction=True)
def test_parallel_workers_never_hold_the_same_job() -> None:
    objects = queue(60)

    def worker(_number: int) -> list[UUID | None]:
        held: list[UUID | None] = []
        while jobs := claim(limit=2):
            held += [job.object_id for job in jobs]
        connections.close_all()
        return held

    with ThreadPoolExecutor(6) as pool:
        held = [object_id for run in pool.map(worker, range(6)) for object_id in run]
    # A claim that found everything locked may stop early; nothing is held twice, nothing is lost.
    rest = [job.object_id for job in claim(limit=60)]
    assert sorted(map(str, [*held, *rest])) == sorted(map(str, objects))
    assert Job.objects.filter(tries=1).count() == 60


@pytest.mark.django_db
def test_what_is_held_back_waits_until_it_is_let_go_or_the_hold_ends() -> None:
    objects = queue()
    outbox.hold_back("notice", until=AT + LEASE)
    assert claim(AT) == []
    assert [job.object_id for job in claim(AT + LEASE)] == objects  # whoever held it may have died
    objects = queue()
    outbox.hold_back("notice", until=AT + LEASE)
    outbox.hold_back("notice", until=AT + 2 * LEASE)
    assert claim(AT + LEASE - SECOND) == []
    outbox.let_go("notice")
    assert [job.object_id for job in claim(AT + LEASE - SECOND)] == objects


@pytest.mark.django_db
def test_one_name_held_back_does_not_hold_up_the_others() -> None:
    (object_id,) = queue()
    outbox.hold_back("notice-failed", until=AT + LEASE)
    assert [job.object_id for job in claim()] == [object_id]


@pytest.mark.django_db
def test_a_job_that_fails_for_months_is_still_claimed() -> None:
    queue()
    Job.objects.update(tries=32_767)
    (job,) = claim()
    assert job.tries == 32_767

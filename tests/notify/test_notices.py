"""Queued notices keep ids in the clear and nothing else (V11)."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from sceau.core import canonical, ids
from sceau.core.errors import Unreadable
from sceau.jobs.models import Job
from sceau.notify import notices
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from tests.notify.samples import AT, CONTEXTS, message

pytestmark = pytest.mark.django_db


def test_a_notice_and_its_job_are_queued_together() -> None:
    envelope = ids.new()
    row = notices.queue(
        Kind.RECEIVED, "c@x.example", "fr", CONTEXTS[Kind.RECEIVED], at=AT, envelope=envelope, recipient=3
    )
    row = Notice.objects.get(id=row.id)
    assert (row.kind, row.envelope, row.recipient, row.state) == ("received", envelope, 3, Notice.State.QUEUED)
    job = Job.objects.get()
    assert (job.name, job.object_id, job.due_at) == ("notice", row.id, AT)


def test_what_was_queued_is_what_the_worker_reads() -> None:
    queued = message(Kind.NEW_DEVICE, word=b"sealed word")
    (row,) = notices.queue_many([queued], at=AT)
    assert Message.of(Notice.objects.get(id=row.id)) == queued


@pytest.mark.req("V11")
@pytest.mark.attack(39)
def test_no_plain_column_and_no_repr_holds_what_a_notice_says() -> None:
    secrets = ["claire@tilleuls.example", "259956", "Benali", "Écrins", "jeton", "tournesol"]
    messages = [message(kind) for kind in Kind]
    notices.queue_many(messages, at=AT)
    with connection.cursor() as cursor:
        for table in ("notify_notice", "jobs_job"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = b"|".join(bytes(v) if isinstance(v, memoryview) else repr(v).encode() for row in cursor for v in row)
            assert kept
            assert [secret for secret in secrets if secret.encode() in kept] == []
    assert [secret for secret in secrets if secret in repr(messages)] == []


def test_a_sealed_notice_opens_for_its_own_row_only() -> None:
    first, second = notices.queue_many([message(Kind.CODE), message(Kind.WELCOME)], at=AT)
    first.sealed = second.sealed
    with pytest.raises(Unreadable):
        Message.of(first)


def test_many_notices_cost_at_most_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        notices.queue_many([message(Kind.RECEIVED) for _ in range(20)], at=AT)
    with django_assert_num_queries(0):
        notices.queue_many([], at=AT)


@pytest.mark.parametrize("context", [{"code": "259956"}, {"code": "259956", "minutes": 10, "subject": "x"}, {}])
def test_a_context_with_other_keys_is_a_mistake_of_the_caller(context: notices.Context) -> None:
    with pytest.raises(ValueError, match="context of code"):
        notices.queue(Kind.CODE, "c@x.example", "fr", context, at=AT)


@pytest.mark.parametrize(
    "link", ["https://ailleurs.example/x", "http://localhost:8000.evil.example/", "//localhost:8000/", "/relative"]
)
def test_no_mail_can_carry_a_link_to_another_host(link: str) -> None:
    with pytest.raises(ValueError, match="leads elsewhere"):
        notices.queue_many([message(Kind.SIGNUP, link=link)], at=AT)
    with pytest.raises(ValueError, match="leads elsewhere"):
        notices.queue_many([message(Kind.SIGNUP_KNOWN, recovery_link=link)], at=AT)


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="gossip"):
        notices.queue("gossip", "c@x.example", "fr", {}, at=AT)


def test_every_kind_has_its_context() -> None:
    assert CONTEXTS.keys() == set(Kind)
    for kind in Kind:
        canonical.dumps(dict(CONTEXTS[kind]))
        notices.queue_many([message(kind)], at=AT)


def test_old_notices_are_forgotten_and_waiting_ones_kept() -> None:
    old, recent, waiting = notices.queue_many([message(Kind.WELCOME)] * 3, at=AT)
    Notice.objects.filter(id=old.id).update(ended_at=AT - timedelta(days=93))
    Notice.objects.filter(id=recent.id).update(ended_at=AT - timedelta(days=91))
    notices.purge(at=AT)
    assert set(Notice.objects.values_list("id", flat=True)) == {recent.id, waiting.id}

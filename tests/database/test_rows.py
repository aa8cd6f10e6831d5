"""Rows go in by one statement where the database can, all or none, and read back as they were."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from sceau.core import ids, random
from sceau.database import rows
from sceau.evidence.models import Checkpoint, Record, RecordSeal
from sceau.jobs.models import Job
from sceau.notify.models import Notice

AT = datetime(2026, 11, 22, 14, 0, 0, 123456, tzinfo=UTC)


def record() -> Record:
    return Record(commitment=random.key(), envelope=ids.new(), sealed=bytes(range(256)), created_at=AT)


def seal(of: Record) -> RecordSeal:
    return RecordSeal(record=of, seal=random.key())


def job() -> Job:
    return Job(name="notice", object_id=ids.new(), due_at=AT)


@pytest.mark.django_db
def test_rows_of_several_tables_read_back_as_they_were_given() -> None:
    one, two, work = record(), record(), job()
    with transaction.atomic():
        rows.insert(one, two, seal(one), work)
    assert {bytes(row.commitment): bytes(row.sealed) for row in Record.objects.all()} == {
        one.commitment: one.sealed,
        two.commitment: two.sealed,
    }
    found = Job.objects.get()
    assert (found.id, found.due_at, found.leased_until, found.tries, found.error) == (work.id, AT, None, 0, "")
    assert RecordSeal.objects.get().record == one
    assert not one._state.adding


@pytest.mark.django_db
def test_one_journey_takes_all_tables_on_postgresql_and_one_each_on_sqlite() -> None:
    first = record()
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        rows.insert(first, record(), seal(first), job())
    assert len(seen) == (1 if connection.vendor == "postgresql" else 3)


@pytest.mark.django_db
def test_more_values_than_a_statement_takes_are_spread_over_several() -> None:
    count = rows.most_values(connections["default"]) // 7 + 10  # a job has seven columns
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        rows.insert(*(job() for _ in range(count)))
    assert Job.objects.count() == count
    assert len(seen) == 2


@pytest.mark.django_db(transaction=True)
def test_a_conflict_in_one_table_leaves_nothing_in_the_others() -> None:
    known = record()
    with transaction.atomic():
        rows.insert(known)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(job(), known)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_seal_of_no_record_is_refused_at_the_commit_at_the_latest() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(seal(record()))
    assert not RecordSeal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_inserted() -> None:
    with pytest.raises(TransactionManagementError):
        rows.insert(job())


@pytest.mark.django_db
def test_what_is_known_already_is_left_as_it_is() -> None:
    known = job()
    with transaction.atomic():
        rows.insert(known)
        rows.insert_missing([Job(name="notice", object_id=known.object_id, due_at=AT), job()])
    assert Job.objects.count() == 2
    assert Job.objects.filter(id=known.id).exists()


@pytest.mark.django_db
def test_rows_whose_ids_the_database_gives_are_not_for_here() -> None:
    with pytest.raises(TypeError), transaction.atomic():
        rows.insert(Checkpoint(size=1, root=b"", note="", at=AT))


@pytest.mark.django_db
def test_a_field_is_written_beside_what_is_inserted_only_while_another_is_null() -> None:
    notice = Notice.objects.create(kind="code", queued_at=AT)
    notice.reason = "550"
    mark = rows.Write(notice, "reason", while_null="ended_at")
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        rows.insert(record(), job(), then=mark)
    assert len(seen) == (1 if connection.vendor == "postgresql" else 3)
    Notice.objects.update(ended_at=AT)
    notice.reason = "too-late"
    with pytest.raises(rows.Missed), transaction.atomic():
        rows.insert(record(), job(), then=mark)
    assert Notice.objects.get().reason == "550"
    assert (Record.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_write_alone_is_made_or_missed_as_well() -> None:
    notice = Notice.objects.create(kind="code", queued_at=AT)
    notice.reason = "550"
    mark = rows.Write(notice, "reason", while_null="ended_at")
    with transaction.atomic():
        rows.insert(then=mark)
    assert Notice.objects.get().reason == "550"
    Notice.objects.update(ended_at=AT)
    with pytest.raises(rows.Missed), transaction.atomic():
        rows.insert(then=mark)


@pytest.mark.django_db
def test_a_write_that_finds_its_row_gone_leaves_nothing_behind() -> None:
    lost = Notice(kind="code", queued_at=AT)
    with pytest.raises(rows.Missed), transaction.atomic():
        rows.insert(job(), then=rows.Write(lost, "reason", while_null="ended_at"))
    assert not Job.objects.exists()

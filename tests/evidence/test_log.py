"""Recording: no act without trace, no trace without act, once what may happen once, and a clock that stands."""

import re
from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sceau.core import ids
from sceau.core.clock import milliseconds
from sceau.core.errors import ClockBehind
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.log import AlreadyRecorded, Fact
from sceau.evidence.models import Checkpoint, Evidence, Log, Pending, Record, RecordSeal
from tests.evidence.logs import NOON, after, happen


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("E1")
def test_evidence_is_refused_outside_the_transaction_of_its_act() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        log.record(Fact(Event.GRANT), at=NOON)
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_facts_become_rows_in_their_order_with_fresh_salts() -> None:
    envelope = ids.new()
    facts = [Fact(Event.SUBMISSION_ACCEPTANCE, envelope=envelope, parties=b"p" * 32)]
    facts += [Fact(Event.CONTENT_CONSIGNMENT, envelope=envelope, recipient=i, parties=b"p" * 32) for i in range(20)]
    rows = log.record(*facts, at=NOON)
    stored = list(Evidence.objects.order_by("id"))
    assert [row.id for row in stored] == [row.id for row in rows]
    assert [(row.event, row.recipient) for row in stored] == [(1, None), *((11, i) for i in range(20))]
    assert {row.at_ms for row in stored} == {milliseconds(NOON)}
    assert len({bytes(row.salt) for row in stored}) == 21
    assert {pending.evidence_id for pending in Pending.objects.all()} == {row.id for row in rows}
    assert [row.row() for row in stored] == [row.row() for row in rows]


@pytest.mark.django_db
@pytest.mark.req("E6")
def test_a_refusal_takes_its_evidence_away() -> None:
    with transaction.atomic():
        log.record(Fact(Event.SUBMISSION_ACCEPTANCE), at=NOON)
        transaction.set_rollback(True)
    assert not Evidence.objects.exists()
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_an_act_costs_at_most_four_statements_however_many_recipients() -> None:
    parties = records.seal({"version": 1}, [], envelope=None, at=NOON)
    facts = [Fact(Event.CONTENT_CONSIGNMENT, recipient=i, parties=parties.commitment) for i in range(10)]
    with CaptureQueriesContext(connection) as queries:
        log.record(Fact(Event.SUBMISSION_ACCEPTANCE, extra_records=(parties,)), *facts, at=NOON)
    inserts = [re.findall(r'INSERT INTO "(\w+)"', query["sql"]) for query in queries]
    assert len(inserts) == (1 if connection.vendor == "postgresql" else 4)
    tables = ["evidence_record", "evidence_recordseal", "evidence_evidence", "evidence_pending"]
    assert list(chain.from_iterable(inserts)) == tables


@pytest.mark.django_db
@pytest.mark.req("E1")
def test_records_are_inserted_with_the_evidence_that_cites_them() -> None:
    parties = records.seal({"version": 1}, [], envelope=None, at=NOON)
    facts = records.seal({"version": 2}, [], envelope=None, at=NOON)
    (row,) = log.record(
        Fact(Event.SUBMISSION_ACCEPTANCE, parties=parties.commitment, facts=facts, extra_records=(parties,)), at=NOON
    )
    assert (bytes(row.parties or b""), bytes(row.facts or b"")) == (parties.commitment, facts.commitment)
    assert {bytes(record.commitment) for record in Record.objects.all()} == {parties.commitment, facts.commitment}
    assert RecordSeal.objects.count() == 2  # evidence custody reads each


@pytest.mark.django_db
@pytest.mark.req("E6")
def test_what_may_happen_once_happens_once() -> None:
    envelope, person = ids.new(), ids.new()
    once = ("opening", envelope, 3, person)
    happen_once = Fact(Event.CONTENT_ACCESS_TRACKING, envelope=envelope, recipient=3, once=once)
    with transaction.atomic():
        log.record(happen_once, at=NOON)
    with pytest.raises(AlreadyRecorded), transaction.atomic():
        log.record(happen_once, at=after(10))
    with transaction.atomic():
        log.record(Fact(Event.CONTENT_ACCESS_TRACKING, once=("opening", envelope, 3, ids.new())), at=NOON)
    assert Evidence.objects.count() == 2


@pytest.mark.django_db
def test_events_without_once_may_repeat() -> None:
    happen(2)
    happen(2)
    assert Evidence.objects.count() == 4


@pytest.fixture
def published_at_noon(db: None) -> None:
    Log.objects.create(origin="essais.example/evidence", opened_at=NOON)
    Checkpoint.objects.create(log_id="essais.example/evidence", size=1, root=bytes(32), note="", at=NOON)


@pytest.mark.attack(37)
@pytest.mark.req("E9")
def test_a_clock_stepped_back_dates_nothing(published_at_noon: None) -> None:
    log.check_clock(NOON)
    log.check_clock(after(-5))
    with pytest.raises(ClockBehind):
        log.check_clock(NOON - timedelta(seconds=5, milliseconds=1))
    with pytest.raises(ClockBehind):
        log.check_clock(NOON - timedelta(minutes=10))
    log.check_clock(after(600))


@pytest.mark.attack(37)
def test_a_refusal_is_never_given_from_memory(published_at_noon: None) -> None:
    log.check_clock(after(3600))
    Checkpoint.objects.all().delete()
    log.check_clock(after(-3600))


def test_the_clock_costs_one_query_a_second(published_at_noon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_clock", log._Clock())
    with CaptureQueriesContext(connection) as queries:
        for second in range(50):
            log.check_clock(after(second))
    assert len(queries) == 1


@pytest.mark.django_db
def test_before_the_first_checkpoint_any_time_will_do() -> None:
    log.check_clock(after(-(10**8)))

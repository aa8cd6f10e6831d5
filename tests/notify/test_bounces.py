"""Mails that come back: one notice ends, or nothing happens (E12)."""

import io
import os
import sys

import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from sceau.cli import hygiene
from sceau.core import clock, ids
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.jobs.models import Job
from sceau.notify import bounces, notices, reports, sending, troubles, verp
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice
from tests.notify.samples import message, report
from tests.people import Member
from tests.smtp import Relay

pytestmark = pytest.mark.django_db

FAILURE = report("failed", "5.1.1")


@pytest.fixture(autouse=True)
def no_private_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command does to its process would stay with the tests that follow."""
    monkeypatch.setattr(hygiene, "keep_memory_private", lambda: None)


@pytest.fixture
def sent(received: Notice, relay: Relay) -> Notice:
    sending.send(received.id, at=clock.now())
    received.refresh_from_db()
    return received


def come_back(notice: Notice, data: bytes = FAILURE) -> Notice:
    bounces.receive(verp.address(notice.id), data, at=clock.now())
    notice.refresh_from_db()
    return notice


def failures() -> int:
    return Evidence.objects.filter(event=Event.CONSIGNMENT_NOTIFICATION_FAILURE).count()


@pytest.mark.req("E12")
def test_a_returned_notice_is_evidence_a_job_and_a_banner(sent: Notice, marc: Member) -> None:
    come_back(sent)
    assert (sent.state, sent.reason) == (Notice.State.BOUNCED, "5.1.1")
    assert failures() == 1
    assert Job.objects.filter(name="notice-failed", object_id=sent.id).exists()
    assert troubles.unseen(marc.person.id)
    troubles.dismiss(marc.person.id, at=clock.now())
    assert not troubles.unseen(marc.person.id)


def test_a_report_that_comes_twice_counts_once(sent: Notice) -> None:
    come_back(come_back(sent))
    assert failures() == 1


@pytest.mark.attack(10)
@pytest.mark.parametrize(
    "data", [report("delayed", "4.4.1"), report("delivered", "2.0.0"), b"Subject: absent\r\n\r\nRetour lundi.", b""]
)
def test_what_is_no_failure_changes_nothing(sent: Notice, data: bytes) -> None:
    assert come_back(sent, data).state == Notice.State.SENT
    assert failures() == 0


@pytest.mark.attack(10)
def test_the_return_of_the_word_to_the_sender_makes_no_other_mail(claire: Member) -> None:
    with transaction.atomic():
        word = notices.queue_many([message(Kind.FAILED)], at=clock.now())[0]
    assert come_back(word).state == Notice.State.BOUNCED
    assert not Job.objects.filter(name="notice-failed").exists()
    assert failures() == 0


@pytest.mark.attack(8)
def test_a_guessed_return_address_changes_nothing(sent: Notice) -> None:
    for address in (
        f"bounces+{sent.id.hex}.{'0' * 20}@localhost.localdomain",
        f"bounces+{sent.id.hex}@localhost.localdomain",
        verp.address(ids.new()),
        "sceau@localhost.localdomain",
        "",
    ):
        bounces.receive(address, FAILURE, at=clock.now())
    sent.refresh_from_db()
    assert sent.state == Notice.State.SENT


@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.binary(), st.text())
def test_no_octets_make_it_raise(sent: Notice, data: bytes, recipient: str) -> None:
    come_back(sent, data)
    bounces.receive(recipient, data, at=clock.now())
    assert sent.state == Notice.State.SENT


@pytest.mark.parametrize("surplus", [0, 3_000_000])
def test_the_command_reads_a_whole_mail_from_its_standard_input(
    sent: Notice, monkeypatch: pytest.MonkeyPatch, surplus: int
) -> None:
    source = io.BytesIO(FAILURE + b"x" * surplus)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(source))
    call_command("bounce", verp.address(sent.id))
    sent.refresh_from_db()
    assert sent.state == Notice.State.BOUNCED
    assert reports.LIMIT < 3_000_000
    assert source.read() == b""


def test_the_command_keeps_the_report_at_the_relay_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_arguments: object, **_more: object) -> None:
        raise OperationalError

    monkeypatch.setattr(bounces, "receive", away)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FAILURE)))
    with pytest.raises(SystemExit) as end:
        call_command("bounce", verp.address(ids.new()))
    assert end.value.code == os.EX_TEMPFAIL

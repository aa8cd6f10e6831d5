"""From the queue to the relay, and what is written down then."""

from datetime import timedelta

import pytest
import structlog.testing
from django.db import transaction

from sceau.core import clock
from sceau.core.errors import TryLater
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence, Record
from sceau.jobs.models import Job
from sceau.notify import notices, sending, troubles, verp
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice
from sceau.notify.relay import RelaySilent
from tests.notify.samples import message
from tests.people import Member, actor
from tests.smtp import Relay

pytestmark = pytest.mark.django_db


def queued(kind: Kind) -> Notice:
    with transaction.atomic():
        return notices.queue_many([message(kind)], at=clock.now())[0]


def told(notice: Notice) -> list[Evidence]:
    """The evidence that this notice left."""
    events = (Event.CONSIGNMENT_NOTIFICATION, Event.CONSIGNMENT_NOTIFICATION_FAILURE)
    return list(Evidence.objects.filter(envelope=notice.envelope, event__in=events).order_by("id"))


@pytest.mark.req("V11")
def test_a_sent_notice_keeps_no_words_and_is_evidence(received: Notice, relay: Relay, marc: Member) -> None:
    at = clock.now()
    sending.send(received.id, at=at)
    (mail,) = relay.mails
    assert (mail.to, mail.sender) == (marc.person.email, verp.address(received.id))
    assert mail.message["X-Sceau-Notice"] == "received"
    received.refresh_from_db()
    assert (received.state, received.sealed) == (Notice.State.SENT, None)
    assert received.ended_at is not None
    assert at <= received.ended_at <= at + timedelta(seconds=30)
    (evidence,) = told(received)
    assert (evidence.event, evidence.recipient) == (Event.CONSIGNMENT_NOTIFICATION, received.recipient)
    accepted = Evidence.objects.get(envelope=received.envelope, event=Event.SUBMISSION_ACCEPTANCE)
    assert evidence.parties == accepted.parties is not None


@pytest.mark.req("E9")
def test_a_slow_relay_s_answer_is_dated_when_it_comes(received: Notice, relay: Relay) -> None:
    """Somebody may open the envelope meanwhile: dates of one envelope follow the order of the log."""
    relay.pause = 0.5
    at = clock.now()
    sending.send(received.id, at=at)
    (evidence,) = told(received)
    assert evidence.at_ms >= clock.milliseconds(at) + 500


def test_a_job_that_runs_again_sends_and_records_nothing_more(received: Notice, relay: Relay) -> None:
    for _ in range(3):
        sending.send(received.id, at=clock.now())
    assert len(relay.mails) == 1
    assert len(told(received)) == 1


def test_only_a_received_envelope_is_evidence_that_somebody_was_told(relay: Relay) -> None:
    before = Evidence.objects.count()
    for kind in set(Kind) - {Kind.RECEIVED}:
        sending.send(queued(kind).id, at=clock.now())
    assert len(relay.mails) == len(Kind) - 1
    assert Evidence.objects.count() == before


def test_a_relay_that_says_later_changes_nothing(received: Notice, relay: Relay) -> None:
    relay.on_data = "451 4.7.1 later"
    with pytest.raises(TryLater):
        sending.send(received.id, at=clock.now())
    received.refresh_from_db()
    assert (received.state, received.ended_at) == (Notice.State.QUEUED, None)
    assert told(received) == []
    relay.on_data = "250 OK"
    sending.send(received.id, at=clock.now())
    assert len(told(received)) == 1


@pytest.mark.req("E12")
def test_a_final_refusal_is_negative_evidence_with_its_reason(
    received: Notice, relay: Relay, claire: Member, marc: Member
) -> None:
    relay.on_recipient = "550 5.1.1 unknown <marc.benali@ch-ecrins.example>"
    sending.send(received.id, at=clock.now())
    received.refresh_from_db()
    assert (received.state, received.reason, received.sealed) == (Notice.State.FAILED, "550", None)
    (evidence,) = told(received)
    assert (evidence.event, evidence.recipient) == (Event.CONSIGNMENT_NOTIFICATION_FAILURE, received.recipient)
    record = Record.objects.get(commitment=evidence.facts)
    for reader in (claire, marc):
        _salt, facts = records.open(record, actor(reader).keys)
        assert (facts["kind"], facts["reason"]) == ("notification-failure", "550")
    assert Job.objects.filter(name="notice-failed", object_id=received.id).exists()
    assert troubles.unseen(marc.person.id)
    assert not troubles.unseen(claire.person.id)


def test_the_failure_of_another_notice_is_no_evidence(relay: Relay) -> None:
    relay.on_recipient = "550 no"
    notice = queued(Kind.OPENED)
    sending.send(notice.id, at=clock.now())
    notice.refresh_from_db()
    assert notice.state == Notice.State.FAILED
    assert not Job.objects.filter(name="notice-failed").exists()


@pytest.mark.parametrize(
    ("kind", "age", "leaves"),
    [
        (Kind.CODE, timedelta(minutes=9, seconds=59), True),
        (Kind.CODE, timedelta(minutes=10, seconds=1), False),
        (Kind.RECEIVED, timedelta(days=2, hours=23), True),
        (Kind.RECEIVED, timedelta(days=3, seconds=1), False),
    ],
)
def test_what_waited_too_long_is_given_up(kind: Kind, age: timedelta, leaves: bool, relay: Relay) -> None:
    notice = queued(kind)
    sending.send(notice.id, at=notice.queued_at + age)
    notice.refresh_from_db()
    assert len(relay.mails) == leaves
    assert (notice.state, notice.reason) == (("sent", "") if leaves else ("failed", "too-late"))
    assert notice.sealed is None


def test_a_late_code_raises_no_banner(relay: Relay) -> None:
    for kind, banner in ((Kind.CODE, False), (Kind.WELCOME, True)):
        notice = queued(kind)
        sending.send(notice.id, at=notice.queued_at + timedelta(days=4))
        assert notice.person
        assert troubles.unseen(notice.person) is banner


def test_a_lost_answer_is_counted_in_the_log_and_both_mails_are_the_same(received: Notice, relay: Relay) -> None:
    relay.hang_up = True
    with structlog.testing.capture_logs() as lines, pytest.raises(RelaySilent):
        sending.send(received.id, at=clock.now())
    assert [line["event"] for line in lines] == ["notice.may-double"]
    relay.hang_up = False
    sending.send(received.id, at=clock.now())
    first, second = relay.mails
    assert first.octets == second.octets
    assert len(told(received)) == 1


@pytest.mark.attack(39)
def test_the_log_names_no_address_and_no_word_of_the_relay(received: Notice, relay: Relay) -> None:
    relay.on_recipient = "451 greylisted marc.benali@ch-ecrins.example"
    with structlog.testing.capture_logs() as lines:
        with pytest.raises(TryLater) as trouble:
            sending.send(received.id, at=clock.now())
        relay.on_recipient = "550 no marc.benali@ch-ecrins.example"
        sending.send(received.id, at=clock.now())
    assert [line["event"] for line in lines] == ["notice.delayed", "notice.failed"]
    assert "benali" not in f"{lines} {trouble.value!r} {trouble.value} {trouble.value.__cause__}".lower()


def test_a_bounce_faster_than_our_commit_wins(received: Notice, relay: Relay) -> None:
    sending.fail(received, Notice.State.BOUNCED, reason="5.1.1", at=clock.now())
    sending._succeed(received, clock.now())
    received.refresh_from_db()
    assert received.state == Notice.State.BOUNCED
    assert [evidence.event for evidence in told(received)] == [Event.CONSIGNMENT_NOTIFICATION_FAILURE]

"""Answering while away: once to each, never to robots, and never as if a hand had sealed it."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest

from sceau.envelopes import answering, auto_reply, receipts, timeline
from sceau.envelopes.auto_reply import Absence
from sceau.envelopes.models import AutoReplied, AutoReply, Copy, Envelope
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.jobs.models import Job
from sceau.notify.kinds import Kind
from tests import people
from tests.envelopes import desk
from tests.people import Member

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
TEXT = "Absent jusqu’au 30.\nEn cas d’urgence : le 15."


@pytest.fixture
def away(marc: Member) -> Member:
    absence = Absence(TEXT, AT - timedelta(hours=1), AT + timedelta(days=8))
    auto_reply.set(absence, by=people.actor(marc), at=AT)
    return marc


def asked() -> list[object]:
    return list(Job.objects.filter(name="auto-reply").order_by("id").values_list("object_id", flat=True))


def answers(member: Member) -> list[Envelope]:
    return list(Envelope.objects.filter(automatic=True, mailbox=member.mailbox).order_by("sealed_at"))


def work(at: datetime = AT) -> None:
    for job in Job.objects.filter(name="auto-reply"):
        answering.answer(job.object_id, at=at)  # type: ignore[arg-type]
        job.delete()


def test_whoever_writes_is_answered_in_a_sealed_envelope(claire: Member, away: Member) -> None:
    received = desk.send(people.actor(claire), str(away.address), at=AT)
    assert asked() == [desk.copy_of(received, away).id]
    work()
    (answer,) = answers(away)
    letter = desk.read(desk.copy_of(answer, claire), people.actor(claire))
    assert letter.text() == TEXT
    assert letter.summary.subject == "Réponse automatique"
    assert (answer.reply_to, answer.thread, answer.sender) == (received.id, received.thread, away.person)
    message = email.message_from_bytes(desk.octets(letter.message()), policy=email.policy.default)
    assert message["Auto-Submitted"] == "auto-replied"
    assert desk.read(desk.own_copy(answer, people.actor(away)), people.actor(away)).text() == TEXT
    assert len(people.mails(str(claire.address), Kind.RECEIVED)) == 1
    assert not people.mails(str(away.address), Kind.SEALED)


def test_the_evidence_says_that_no_hand_sealed_it(claire: Member, away: Member) -> None:
    desk.send(people.actor(claire), str(away.address), at=AT)
    work()
    (answer,) = answers(away)
    by = people.actor(claire)
    _, told = records.open_many(answer.id, by.keys)[answer.commitment]
    assert (told["automatic"], told["assurance"]) == (True, "none")
    first, *_ = timeline.of(desk.copy_of(answer, claire), by=by)
    assert (first.event, first.detail) == (Event.SUBMISSION_ACCEPTANCE, "automatic")
    Integrator().step(at=AT + timedelta(seconds=1))
    receipt = receipts.build(desk.copy_of(answer, claire), by=by, at=AT + timedelta(seconds=2))
    assert [item.row.event for item in receipt.document.items] == [
        Event.SUBMISSION_ACCEPTANCE,
        Event.CONTENT_CONSIGNMENT,
    ]


def test_each_sender_is_answered_once_an_activation(claire: Member, away: Member) -> None:
    by = people.actor(claire)
    for _ in range(2):
        desk.send(by, str(away.address), at=AT)
        work()
    assert len(answers(away)) == 1
    auto_reply.set(Absence("Autre", AT, AT + timedelta(days=1)), by=people.actor(away), at=AT)
    desk.send(by, str(away.address), at=AT)
    work()
    assert len(answers(away)) == 2


def test_a_job_that_runs_twice_answers_once(claire: Member, away: Member) -> None:
    received = desk.send(people.actor(claire), str(away.address), at=AT)
    for _ in range(2):
        answering.answer(desk.copy_of(received, away).id, at=AT)
    assert len(answers(away)) == AutoReplied.objects.count() == 1


@pytest.mark.attack(10)
def test_two_who_are_away_do_not_answer_each_other_for_ever(claire: Member, away: Member) -> None:
    absence = Absence("Moi aussi.", AT - timedelta(hours=1), AT + timedelta(days=8))
    auto_reply.set(absence, by=people.actor(claire), at=AT)
    desk.send(people.actor(claire), str(away.address), at=AT)
    work()
    assert asked() == []
    work()
    assert (len(answers(away)), len(answers(claire))) == (1, 0)


def test_nobody_answers_himself(away: Member) -> None:
    desk.send(people.actor(away), str(away.address), at=AT)
    assert asked() == []


def test_only_between_its_days(claire: Member, away: Member) -> None:
    by = people.actor(claire)
    desk.send(by, str(away.address), at=AT - timedelta(hours=2))
    desk.send(by, str(away.address), at=AT + timedelta(days=9))
    assert asked() == []
    desk.send(by, str(away.address), at=AT)
    work(at=AT + timedelta(days=9))  # the worker comes too late
    assert answers(away) == []


def test_what_is_withdrawn_before_the_worker_comes_is_not_answered(claire: Member, away: Member) -> None:
    received = desk.send(people.actor(claire), str(away.address), at=AT)
    Copy.objects.filter(envelope=received, role=Copy.Role.TO).update(destroyed_at=AT, seal=None)
    work()
    assert answers(away) == []


def test_its_owner_alone_reads_it_and_switches_it_off(away: Member, claire: Member) -> None:
    by = people.actor(away)
    found = auto_reply.read(by=by)
    assert found is not None
    assert found.text == TEXT
    assert auto_reply.read(by=people.actor(claire)) is None
    row = AutoReply.objects.get()
    assert b"urgence" not in bytes(row.sealed) + bytes(row.sealed_own)
    auto_reply.clear(by=by)
    assert auto_reply.read(by=by) is None
    desk.send(people.actor(claire), str(away.address), at=AT)
    assert asked() == []


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("", 0, 5),
        ("  \n", 0, 5),
        ("x" * (auto_reply.LIMIT + 1), 0, 5),
        ("Absent", 5, 5),
        ("Absent", 5, 4),
        ("Absent", -9, -1),
    ],
)
def test_what_says_nothing_or_never_applies_is_refused(marc: Member, text: str, since: int, until: int) -> None:
    absence = Absence(text, AT + timedelta(days=since), AT + timedelta(days=until))
    with pytest.raises(auto_reply.BadAbsence):
        auto_reply.set(absence, by=people.actor(marc), at=AT)
    assert not AutoReply.objects.exists()

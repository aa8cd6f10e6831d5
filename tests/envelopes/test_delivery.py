"""« Envoyer plus tard »: sealed now, at nobody's disposal before its hour."""

from datetime import UTC, datetime, timedelta

import pytest

from sceau.core.errors import ClockBehind, NotFound
from sceau.envelopes import access, delivery, listing, options, receipts, rules, sending, timeline, withdrawal
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Evidence
from sceau.jobs.models import Job
from sceau.notify.kinds import Kind
from tests import people
from tests.envelopes import desk
from tests.people import Member

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
HOUR = "2026-11-24T08:00"  # in Paris
DELIVERED = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture
def envelope(claire: Member, marc: Member, chloe: Member) -> Envelope:
    return desk.send(
        people.actor(claire),
        str(marc.address),
        ("a.pdf", b"%PDF"),
        cc=str(chloe.address),
        label="report",
        deliver_at=HOUR,
        at=AT,
    )


def events(envelope: Envelope) -> list[tuple[int, int | None]]:
    rows = Evidence.objects.filter(envelope=envelope.id).order_by("id")
    return [(row.event, row.recipient) for row in rows]


def held(envelope: Envelope, member: Member) -> Copy:
    return Copy.objects.exclude(role=Copy.Role.FROM).get(envelope=envelope, mailbox=member.mailbox)


def test_until_its_hour_nobody_but_the_sender_knows(envelope: Envelope, claire: Member, marc: Member) -> None:
    reader, copy = people.actor(marc), held(envelope, marc)
    assert copy.folder == Copy.Folder.HELD
    assert envelope.deliver_at == DELIVERED
    with pytest.raises(NotFound):
        access.copy(copy.id, for_=reader)
    assert listing.page(Copy.Folder.RECEIVED, by=reader).lines == ()
    assert listing.unopened(reader) == 0
    assert not people.mails(str(marc.address), Kind.RECEIVED)
    assert events(envelope) == [(Event.SUBMISSION_ACCEPTANCE, None)]
    (line,) = listing.page(Copy.Folder.SENT, by=people.actor(claire)).lines
    assert line.id == envelope.id


def test_when_its_hour_has_come_it_is_there_once(envelope: Envelope, marc: Member, chloe: Member) -> None:
    job = Job.objects.get(name="deliver")
    assert (job.object_id, job.due_at) == (envelope.id, DELIVERED)
    late = DELIVERED + timedelta(seconds=20)
    for _ in range(2):
        delivery.deliver(envelope.id, at=late)
    assert events(envelope) == [
        (Event.SUBMISSION_ACCEPTANCE, None),
        (Event.CONTENT_CONSIGNMENT, 0),
        (Event.CONTENT_CONSIGNMENT, 1),
    ]
    copy = desk.copy_of(envelope, marc)
    assert (copy.folder, copy.sort_at) == (Copy.Folder.RECEIVED, late)
    (message,) = people.mails(str(marc.address), Kind.RECEIVED)
    assert (message.context["label"], message.context["documents"]) == ("report", 1)
    assert len(people.mails(str(chloe.address), Kind.RECEIVED)) == 1
    assert Envelope.objects.get(id=envelope.id).held is None
    desk.open_copy(envelope, marc, at=late)
    assert desk.read(desk.copy_of(envelope, marc), people.actor(marc)).text() == "Bonjour."


def test_retention_and_expiry_count_from_the_delivery(claire: Member, marc: Member, envelope: Envelope) -> None:
    assert held(envelope, marc).destroy_at == DELIVERED + timedelta(days=92)
    by = people.actor(claire)
    soon = desk.send(by, str(marc.address), deliver_at=HOUR, expires_on="2026-11-25", at=AT)
    assert held(soon, marc).destroy_at == datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    assert held(soon, marc).warned == 3
    with pytest.raises(rules.BadExpiry):
        desk.send(by, str(marc.address), deliver_at=HOUR, expires_on="2026-11-23", at=AT)


@pytest.mark.attack(44)
def test_until_then_the_sender_takes_it_back_and_nobody_else_ever_learns(
    envelope: Envelope, claire: Member, marc: Member
) -> None:
    by, reader = people.actor(claire), people.actor(marc)
    marc.person.notices_off = ""
    marc.person.save()
    assert withdrawal.withdraw(desk.own_copy(envelope, by), by=by, at=AT + timedelta(hours=1)).withdrawn == (0, 1)
    delivery.deliver(envelope.id, at=DELIVERED)
    assert listing.page(Copy.Folder.RECEIVED, by=reader).lines == ()
    assert not people.mails(str(marc.address), Kind.WITHDRAWN)
    assert events(envelope)[1:] == [(Event.ENVELOPE_WITHDRAWN, 0), (Event.ENVELOPE_WITHDRAWN, 1)]
    own = [row.facts for row in Evidence.objects.filter(envelope=envelope.id, event=Event.ENVELOPE_WITHDRAWN)]
    assert not set(map(bytes, own)) & set(records.open_many(envelope.id, reader.keys))
    assert desk.read(desk.own_copy(envelope, by), by).text() == "Bonjour."


def test_of_what_is_withdrawn_from_one_the_other_gets_his(
    envelope: Envelope, claire: Member, marc: Member, chloe: Member
) -> None:
    by = people.actor(claire)
    withdrawal.withdraw(desk.own_copy(envelope, by), recipients=[0], by=by, at=AT + timedelta(hours=1))
    delivery.deliver(envelope.id, at=DELIVERED)
    assert held(envelope, marc).folder == Copy.Folder.HELD
    assert desk.copy_of(envelope, chloe).folder == Copy.Folder.RECEIVED


def test_its_evidence_says_when_and_verifies(envelope: Envelope, claire: Member, marc: Member) -> None:
    delivery.deliver(envelope.id, at=DELIVERED)
    Integrator().step(at=DELIVERED + timedelta(seconds=1))
    by = people.actor(claire)
    receipt = receipts.build(desk.own_copy(envelope, by), by=by, at=DELIVERED + timedelta(seconds=2))
    (parties,) = (each.content for each in receipt.document.records if each.content["kind"] == "parties")
    assert parties["deliver_ms"] == int(DELIVERED.timestamp() * 1000)
    steps = timeline.of(desk.copy_of(envelope, marc), by=people.actor(marc))
    assert [step.event for step in steps] == [Event.SUBMISSION_ACCEPTANCE, Event.CONTENT_CONSIGNMENT]


@pytest.mark.parametrize(
    "typed", ["hier", "2026-11-22T14:59", "2026-11-22T15:00", "2027-12-01T08:00", "2026-11-24T08:00Z"]
)
def test_an_hour_that_is_none_or_not_to_come_is_refused(claire: Member, marc: Member, typed: str) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), deliver_at=typed)
    with pytest.raises(options.BadDelivery) as refusal:
        sending.seal(draft, by=by, at=AT)
    assert refusal.value.first == AT
    assert not Envelope.objects.exists()


def test_a_clock_that_is_behind_delivers_later(envelope: Envelope, monkeypatch: pytest.MonkeyPatch) -> None:
    Integrator().step(at=DELIVERED)
    monkeypatch.setattr(log, "_clock", log._Clock())
    with pytest.raises(ClockBehind):
        delivery.deliver(envelope.id, at=DELIVERED - timedelta(minutes=1))
    assert Copy.objects.filter(envelope=envelope, folder=Copy.Folder.HELD).count() == 2

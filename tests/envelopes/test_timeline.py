"""Who may know what happened to an envelope, and by what name."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sceau.core import clock
from sceau.envelopes import destruction, folders, handover, timeline
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Record
from tests import people
from tests.envelopes import desk
from tests.people import Member

SEALED, PLACED, OPENED = Event.SUBMISSION_ACCEPTANCE, Event.CONTENT_CONSIGNMENT, Event.CONTENT_ACCESS_TRACKING
HANDED, DESTROYED = Event.CONTENT_HANDOVER, Event.CONTENT_DESTROYED


@pytest.fixture
def envelope(claire: Member, marc: Member, chloe: Member) -> Envelope:
    return desk.send(people.actor(claire), f"{marc.address}, {chloe.address}", ("Écho.pdf", b"%PDF-1.4"))


def told(copy: Copy, member: Member) -> list[tuple[int, str, int | None]]:
    return [(step.event, step.who, step.recipient) for step in timeline.of(copy, by=people.actor(member))]


def hand_over(envelope: Envelope, member: Member, part: str) -> None:
    copy, opening = desk.copy_of(envelope, member), desk.open_copy(envelope, member)
    handover.record(copy, opening, part, by=people.actor(member), at=clock.now())


def test_the_sender_sees_each_recipient(envelope: Envelope, claire: Member, marc: Member, chloe: Member) -> None:
    hand_over(envelope, chloe, "2")
    own = desk.own_copy(envelope, people.actor(claire))
    names = {member: member.person.name for member in (claire, marc, chloe)}
    assert told(own, claire) == [
        (SEALED, names[claire], None),
        (PLACED, marc.mailbox.name, 0),
        (PLACED, chloe.mailbox.name, 1),
        (OPENED, names[chloe], 1),
        (HANDED, names[chloe], 1),
    ]


def test_a_recipient_sees_the_sealing_and_his_own_part(
    envelope: Envelope, claire: Member, marc: Member, chloe: Member
) -> None:
    hand_over(envelope, chloe, "2")
    desk.open_copy(envelope, marc)
    assert told(desk.copy_of(envelope, marc), marc) == [
        (SEALED, claire.person.name, None),
        (PLACED, marc.mailbox.name, 0),
        (OPENED, marc.person.name, 0),
    ]
    assert [step.detail for step in timeline.of(desk.copy_of(envelope, chloe), by=people.actor(chloe))][-1] == "2"


def test_throwing_a_copy_away_is_told_to_its_holder_alone(envelope: Envelope, claire: Member, marc: Member) -> None:
    folders.delete(desk.copy_of(envelope, marc), by=people.actor(marc), at=clock.now())
    assert (DESTROYED, marc.person.name, 0) in told(desk.copy_of(envelope, marc), marc)
    assert DESTROYED not in [event for event, _, _ in told(desk.own_copy(envelope, people.actor(claire)), claire)]


def test_the_end_of_retention_is_told_to_both_sides(envelope: Envelope, claire: Member, marc: Member) -> None:
    copies = Copy.objects.filter(envelope=envelope)
    with transaction.atomic():
        destruction.destroy(copies, destruction.Reason.RETENTION, at=clock.now())
    sender = timeline.of(desk.own_copy(envelope, people.actor(claire)), by=people.actor(claire))
    assert sorted((step.recipient is not None, step.recipient or 0, step.event) for step in sender[3:]) == [
        (False, 0, DESTROYED),
        (True, 0, Event.CONTENT_HANDOVER_FAILURE),
        (True, 0, DESTROYED),
        (True, 1, Event.CONTENT_HANDOVER_FAILURE),
        (True, 1, DESTROYED),
    ]
    assert {step.detail for step in sender[3:]} == {"retention"}
    reader = timeline.of(desk.copy_of(envelope, marc), by=people.actor(marc))
    assert {step.recipient for step in reader} == {None, 0}
    assert [step.event for step in reader if step.recipient is None] == [SEALED]


def test_steps_are_published_once_the_log_has_signed(envelope: Envelope, claire: Member, marc: Member) -> None:
    own = desk.own_copy(envelope, people.actor(claire))
    assert {(step.index, step.published) for step in timeline.of(own, by=people.actor(claire))} == {(None, False)}
    Integrator().step(at=clock.now())
    desk.open_copy(envelope, marc)
    steps = timeline.of(own, by=people.actor(claire))
    assert [step.published for step in steps] == [True, True, True, False]
    assert [step.index for step in steps][3] is None
    indexes = [step.index for step in steps[:3] if step.index is not None]
    assert indexes == sorted(indexes)


def test_the_order_is_the_log_s_even_if_the_clock_was_not(envelope: Envelope, claire: Member, marc: Member) -> None:
    """Order = index; time = a claim (E9)."""
    desk.open_copy(envelope, marc, at=envelope.sealed_at - timedelta(seconds=4))
    Integrator().step(at=clock.now())
    steps = timeline.of(desk.own_copy(envelope, people.actor(claire)), by=people.actor(claire))
    assert [step.event for step in steps] == [SEALED, PLACED, PLACED, OPENED]
    assert steps[3].at < steps[0].at


def test_events_remain_when_the_names_are_erased(envelope: Envelope, claire: Member, marc: Member) -> None:
    desk.open_copy(envelope, marc)
    Record.objects.filter(envelope=envelope.id).delete()
    own = desk.own_copy(envelope, people.actor(claire))
    assert told(own, claire) == [(SEALED, "", None), (PLACED, "", 0), (PLACED, "", 1), (OPENED, "", 0)]


def test_it_costs_the_same_queries_for_one_recipient_or_many(claire: Member, marc: Member, chloe: Member) -> None:
    counts = []
    for recipients in (f"{marc.address}", f"{marc.address}, {chloe.address}"):
        envelope = desk.send(people.actor(claire), recipients)
        own, by = desk.own_copy(envelope, people.actor(claire)), people.actor(claire)
        with CaptureQueriesContext(connection) as queries:
            timeline.of(own, by=by)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10

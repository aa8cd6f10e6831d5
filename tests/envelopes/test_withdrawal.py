"""Taking back what nobody opened: what goes, what stays, who learns of it."""

import pytest

from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.envelopes import access, folders, opening, receipts, rules, timeline, withdrawal
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Evidence
from sceau.jobs.models import Job
from sceau.notify.kinds import Kind
from tests import people
from tests.envelopes import desk
from tests.people import Member

pytestmark = pytest.mark.attack(44)


@pytest.fixture
def envelope(claire: Member, marc: Member, chloe: Member) -> Envelope:
    return desk.send(people.actor(claire), str(marc.address), ("a.pdf", b"%PDF"), cc=str(chloe.address))


def withdraw(envelope: Envelope, claire: Member, *indexes: int) -> withdrawal.Withdrawal:
    by = people.actor(claire)
    return withdrawal.withdraw(desk.own_copy(envelope, by), recipients=indexes or None, by=by, at=clock.now())


def withdrawn(envelope: Envelope) -> list[int | None]:
    rows = Evidence.objects.filter(envelope=envelope.id, event=Event.ENVELOPE_WITHDRAWN)
    return list(rows.order_by("recipient").values_list("recipient", flat=True))


def test_what_is_withdrawn_opens_no_more_and_the_sender_keeps_his(
    envelope: Envelope, claire: Member, marc: Member
) -> None:
    assert withdraw(envelope, claire).withdrawn == (0, 1)
    copy = desk.copy_of(envelope, marc)
    assert copy.seal is None
    assert copy.withdrawn_at is not None
    assert copy.line is None
    with pytest.raises(rules.Withdrawn):
        opening.open(copy, by=people.actor(marc), at=clock.now())
    own = desk.own_copy(envelope, people.actor(claire))
    assert desk.read(own, people.actor(claire)).text() == "Bonjour."
    assert withdrawn(envelope) == [0, 1]


def test_what_somebody_opened_stays(envelope: Envelope, claire: Member, marc: Member) -> None:
    desk.open_copy(envelope, marc)
    done = withdraw(envelope, claire)
    assert (done.withdrawn, done.opened) == ((1,), (0,))
    assert desk.read(desk.copy_of(envelope, marc), people.actor(marc)).text() == "Bonjour."
    assert withdrawn(envelope) == [1]


def test_one_recipient_alone_can_be_taken_back_from(envelope: Envelope, claire: Member, marc: Member) -> None:
    assert withdrawal.possible(desk.own_copy(envelope, people.actor(claire))) == (0, 1)
    assert withdraw(envelope, claire, 1).withdrawn == (1,)
    assert withdrawal.possible(desk.own_copy(envelope, people.actor(claire))) == (0,)
    desk.open_copy(envelope, marc)


def test_a_second_time_changes_nothing(envelope: Envelope, claire: Member) -> None:
    withdraw(envelope, claire)
    done = withdraw(envelope, claire)
    assert (done.withdrawn, done.opened) == ((), ())
    assert withdrawn(envelope) == [0, 1]


def test_the_recipient_keeps_a_line_and_his_proof(envelope: Envelope, claire: Member, marc: Member) -> None:
    withdraw(envelope, claire)
    reader = people.actor(marc)
    copy = desk.copy_of(envelope, marc)
    steps = timeline.of(copy, by=reader)
    assert [step.event for step in steps] == [
        Event.SUBMISSION_ACCEPTANCE,
        Event.CONTENT_CONSIGNMENT,
        Event.ENVELOPE_WITHDRAWN,
    ]
    assert steps[-1].who == claire.person.name
    Integrator().step(at=clock.now())
    receipt = receipts.build(copy, by=reader, at=clock.now())
    assert [item.row.event for item in receipt.document.items][-1] == Event.ENVELOPE_WITHDRAWN
    (row,) = Evidence.objects.filter(envelope=envelope.id, event=Event.ENVELOPE_WITHDRAWN, recipient=0)
    _, told = records.open_many(envelope.id, reader.keys)[bytes(row.facts or b"")]
    assert (told["kind"], told["person"]["value"]) == ("withdrawal", claire.person.email)


def test_a_recipient_learns_of_his_own_withdrawal_only(envelope: Envelope, claire: Member, marc: Member) -> None:
    withdraw(envelope, claire, 1)
    events = [step.event for step in timeline.of(desk.copy_of(envelope, marc), by=people.actor(marc))]
    assert Event.ENVELOPE_WITHDRAWN not in events


def test_a_notice_says_so_to_whoever_wants_it(envelope: Envelope, claire: Member, marc: Member, chloe: Member) -> None:
    marc.person.notices_off = ""
    marc.person.save()
    withdraw(envelope, claire)
    (message,) = people.mails(str(marc.address), Kind.WITHDRAWN)
    assert message.context["sender"] == claire.person.name
    assert "Avis" not in repr(sorted(message.context.values(), key=str))
    assert not people.mails(str(chloe.address), Kind.WITHDRAWN)  # off in a new account


def test_nobody_but_its_sender_withdraws(envelope: Envelope, marc: Member, chloe: Member) -> None:
    by = people.actor(marc)
    with pytest.raises(ValueError, match="sender"):
        withdrawal.withdraw(desk.copy_of(envelope, marc), by=by, at=clock.now())
    with pytest.raises(NotFound):
        access.copy(envelope.id, for_=people.actor(chloe))


def test_the_blob_goes_with_the_last_seal(envelope: Envelope, claire: Member) -> None:
    by = people.actor(claire)
    own = desk.own_copy(envelope, by)
    folders.delete(own, by=by, at=clock.now())
    assert Envelope.objects.get(id=envelope.id).blob_key
    withdrawal.withdraw(own, by=by, at=clock.now())
    gone = Envelope.objects.get(id=envelope.id)
    assert (gone.blob_key, gone.summary) == (None, None)
    assert Job.objects.filter(name="delete-blob").exists()


def test_an_opening_that_read_the_copy_before_finds_it_withdrawn(
    envelope: Envelope, claire: Member, marc: Member
) -> None:
    """The page was loaded, then the sender was quicker: what the reader's request still holds opens nothing."""
    before = desk.copy_of(envelope, marc)
    withdraw(envelope, claire)
    with pytest.raises(rules.Destroyed):
        opening.open(before, by=people.actor(marc), at=clock.now())
    assert not Evidence.objects.filter(envelope=envelope.id, event=Event.CONTENT_ACCESS_TRACKING).exists()
    assert Copy.objects.get(id=before.id).opened_at is None

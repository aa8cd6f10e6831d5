"""Which mails an act on an envelope queues, for whom, and what they may say."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from sceau.accounts import people
from sceau.accounts.models import Person
from sceau.core import clock
from sceau.core.clock import milliseconds
from sceau.envelopes import notices
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.rules import Label
from sceau.notify import links, sending
from sceau.notify.kinds import SWITCHABLE, Kind
from sceau.notify.models import Notice
from sceau.notify.notices import Context
from tests.envelopes import desk
from tests.people import Member, actor, mails
from tests.smtp import Relay

pytestmark = pytest.mark.django_db
DOCUMENT = ("VIH-monsieur-X.pdf", b"%PDF-1.7 resultats")


def seal(claire: Member, *to: Member, **content: str) -> Envelope:
    return desk.send(actor(claire), ",".join(member.person.email for member in to), DOCUMENT, **content)


def told(member: Member, kind: Kind) -> Context:
    """The context of the one mail of this kind that waits for this person."""
    (message,) = mails(member.person.email, kind)
    assert message.person == member.person.id
    return message.context


def switch(member: Member, *wanted: Kind) -> None:
    people.choose_notices(member.person, set(wanted), word=None)


def copies_of(envelope: Envelope) -> list[Copy]:
    return list(Copy.objects.select_related("mailbox__owner").filter(envelope=envelope).order_by("id"))


def test_each_recipient_is_told_who_how_many_and_until_when(claire: Member, marc: Member, chloe: Member) -> None:
    envelope = seal(claire, marc, chloe, label=Label.REPORT)
    for number, member in enumerate((marc, chloe)):
        copy = Copy.objects.get(envelope=envelope, mailbox=member.mailbox)
        assert told(member, Kind.RECEIVED) == {
            "sender": "Dr Claire Vasseur",
            "structure": "Cabinet des Tilleuls",
            "label": "report",
            "documents": 1,
            "until_ms": milliseconds(copy.destroy_at),
            "link": links.envelope(copy.id),
        }
        notice = Notice.objects.get(kind=Kind.RECEIVED, person=member.person.id)
        assert (notice.envelope, notice.recipient) == (envelope.id, number)


@pytest.mark.attack(39)
def test_no_mail_says_what_the_envelope_holds(claire: Member, marc: Member, relay: Relay) -> None:
    switch(claire, *SWITCHABLE)
    envelope = seal(claire, marc, subject="Résultats VIH M. X", text="Sérologie positive.")
    desk.open_copy(envelope, marc)
    for notice in Notice.objects.filter(envelope=envelope.id):
        sending.send(notice.id, at=clock.now())
    assert sorted(str(mail.message["X-Sceau-Notice"]) for mail in relay.mails) == ["opened", "received", "sealed"]
    for mail in relay.mails:
        shown = f"{mail.message.items()} {mail.text}"
        assert [word for word in ("VIH", "Résultats", "M. X", "Sérologie", "pdf", "monsieur") if word in shown] == []


def test_what_a_person_switched_off_is_not_sent(claire: Member, marc: Member) -> None:
    switch(claire, Kind.SEALED)
    switch(marc)
    envelope = seal(claire, marc)
    desk.open_copy(envelope, marc)
    assert list(Notice.objects.filter(envelope=envelope.id).values_list("kind", flat=True)) == ["sealed"]


def test_a_new_account_is_told_of_what_it_received_and_of_openings(claire: Member, marc: Member) -> None:
    envelope = seal(claire, marc)
    desk.open_copy(envelope, marc)
    assert set(Notice.objects.filter(envelope=envelope.id).values_list("kind", flat=True)) == {"received", "opened"}


def test_the_sender_learns_who_opened_once(claire: Member, marc: Member) -> None:
    envelope = seal(claire, marc)
    opening = desk.open_copy(envelope, marc)
    desk.open_copy(envelope, marc)
    own = Copy.objects.get(envelope=envelope, role=Copy.Role.FROM)
    assert told(claire, Kind.OPENED) == {
        "reader": "Dr Marc Benali",
        "structure": "Centre hospitalier des Écrins",
        "opened_ms": milliseconds(opening.at),
        "link": links.envelope(own.id),
    }


def test_nobody_is_told_of_his_own_acts(claire: Member) -> None:
    envelope = seal(claire, claire)
    desk.open_copy(envelope, claire)
    assert mails(claire.person.email, Kind.OPENED) == []


def test_a_closed_account_gets_no_mail(claire: Member, marc: Member) -> None:
    envelope = seal(claire, marc)
    theirs = [copy for copy in copies_of(envelope) if copy.role != Copy.Role.FROM]
    assert len(notices.received(envelope, theirs, label="", at=clock.now())) == 2  # the mail and its job
    Person.objects.filter(id=marc.person.id).update(status=Person.Status.CLOSED)
    theirs = [copy for copy in copies_of(envelope) if copy.role != Copy.Role.FROM]
    assert notices.received(envelope, theirs, label="", at=clock.now()) == []


def test_one_mail_a_person_tells_of_everything_that_expires(claire: Member, marc: Member, chloe: Member) -> None:
    first, second = seal(claire, marc), seal(claire, marc, chloe)
    copies = [*copies_of(first), *copies_of(second)]
    soonest = min(copy.destroy_at for copy in copies if copy.envelope_id == first.id)
    with transaction.atomic():
        notices.expiring(copies, at=clock.now())
    assert told(marc, Kind.EXPIRING) == {
        "count": 2,
        "until_ms": milliseconds(soonest),
        "link": links.page("/recues"),
    }
    assert told(chloe, Kind.EXPIRING)["count"] == 1
    assert told(claire, Kind.EXPIRING)["link"] == links.page("/envoyees")


def test_one_mail_a_person_tells_of_everything_destroyed_to_who_asked_for_it(claire: Member, marc: Member) -> None:
    switch(marc, Kind.DESTROYED)
    copies = [*copies_of(seal(claire, marc)), *copies_of(seal(claire, marc))]
    with transaction.atomic():
        notices.destroyed(copies, at=clock.now())
    assert told(marc, Kind.DESTROYED) == {"count": 2, "link": links.page("/recues")}
    assert mails(claire.person.email, Kind.DESTROYED) == []


def test_digests_cost_at_most_two_statements_however_many_people(
    claire: Member, marc: Member, chloe: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    copies = copies_of(seal(claire, marc, chloe))
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        notices.expiring(copies, at=clock.now())


@pytest.mark.req("E12")
def test_the_sender_learns_that_a_recipient_could_not_be_told(claire: Member, marc: Member, relay: Relay) -> None:
    envelope = seal(claire, marc)
    notice = Notice.objects.get(kind=Kind.RECEIVED, envelope=envelope.id)
    relay.on_recipient = "550 unknown"
    sending.send(notice.id, at=clock.now())
    for _ in range(2):  # a job may run twice
        notices.failed(notice.id, at=clock.now() + timedelta(seconds=1))
    own = Copy.objects.get(envelope=envelope, role=Copy.Role.FROM)
    assert told(claire, Kind.FAILED) == {
        "recipient": "Dr Marc Benali",
        "structure": "Centre hospitalier des Écrins",
        "link": links.envelope(own.id),
    }


def test_a_failure_tells_nobody_who_does_not_want_to_know(claire: Member, marc: Member, relay: Relay) -> None:
    switch(claire)
    envelope = seal(claire, marc)
    notice = Notice.objects.get(kind=Kind.RECEIVED, envelope=envelope.id)
    relay.on_recipient = "550 unknown"
    sending.send(notice.id, at=clock.now())
    notices.failed(notice.id, at=clock.now())
    assert mails(claire.person.email, Kind.FAILED) == []


def test_what_fails_twice_for_two_reasons_is_told_once(claire: Member, marc: Member) -> None:
    envelope = seal(claire, marc)
    notice = Notice.objects.get(kind=Kind.RECEIVED, envelope=envelope.id)
    sending.fail(notice, Notice.State.FAILED, reason="550", at=clock.now())
    sending.fail(notice, Notice.State.BOUNCED, reason="5.1.1", at=clock.now())
    notice.refresh_from_db()
    assert (notice.state, notice.reason) == (Notice.State.FAILED, "550")

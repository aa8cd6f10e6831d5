"""Wrong recipient: the sender withdraws while the reader opens (attack 44). One of the two comes first, in evidence."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from sceau.core import clock
from sceau.demo.cast import CLAIRE, MARC
from sceau.envelopes import access, opening, reading, rules, withdrawal
from sceau.envelopes.models import Copy, Envelope, Opening
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from tests import people
from tests.envelopes import desk
from tests.people import Member

pytestmark = [pytest.mark.attack(44), pytest.mark.django_db(transaction=True)]

RACES = 20


def events(envelope: Envelope) -> list[int]:
    rows = Evidence.objects.filter(envelope=envelope.id).exclude(recipient=None)
    return sorted(rows.values_list("event", flat=True))


def test_of_withdrawal_and_opening_one_wins_twenty_times() -> None:
    """Each race: a sender, a reader who opens twice, each with what he read before and a connection of his own."""
    claire, marc = people.join(CLAIRE), people.join(MARC)
    by, reader = people.actor(claire), people.actor(marc)
    won = []
    for _ in range(RACES):
        envelope = desk.send(by, str(marc.address))
        won.append(race(envelope, claire, marc))
        copy = access.copy(desk.copy_of(envelope, marc).id, for_=reader)
        if won[-1] == "opened":
            assert events(envelope) == [Event.CONTENT_CONSIGNMENT, Event.CONTENT_ACCESS_TRACKING]
            assert reading.Unsealed(copy, keys=reader.keys).text() == "Bonjour."
            assert (copy.withdrawn_at, Opening.objects.filter(copy=copy).count()) == (None, 1)
        else:
            assert events(envelope) == [Event.CONTENT_CONSIGNMENT, Event.ENVELOPE_WITHDRAWN]
            assert (copy.seal, copy.opened_at) == (None, None)
            assert not Opening.objects.filter(copy=copy).exists()
            with pytest.raises(rules.Withdrawn):
                access.opening(copy, by=reader, at=clock.now())
    assert set(won) <= {"opened", "withdrawn"}


def race(envelope: Envelope, claire: Member, marc: Member) -> str:
    own, theirs = desk.own_copy(envelope, people.actor(claire)), desk.copy_of(envelope, marc)
    start = threading.Barrier(3)

    def open_it(_: int) -> str:
        copy, by = Copy.objects.select_related("envelope__mailbox", "mailbox").get(id=theirs.id), people.actor(marc)
        copy.envelope.sender = own.envelope.sender
        start.wait()
        try:
            return _opened(opening.open(copy, by=by, at=clock.now()).copy_id)
        except rules.Withdrawn:
            return ""
        finally:
            connection.close()

    def take_back() -> str:
        by = people.actor(claire)
        start.wait()
        try:
            return "withdrawn" if withdrawal.withdraw(own, by=by, at=clock.now()).withdrawn else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as hands:
        taking = hands.submit(take_back)
        answers = {*hands.map(open_it, range(2)), taking.result()} - {""}
    assert len(answers) == 1, "both were told that they had been first, or neither was"
    return answers.pop()


def _opened(_: UUID) -> str:
    return "opened"


def test_an_opening_that_comes_too_late_says_that_it_was_withdrawn() -> None:
    claire, marc = people.join(CLAIRE), people.join(MARC)
    envelope = desk.send(people.actor(claire), str(marc.address))
    seen = desk.copy_of(envelope, marc)  # as it was before
    withdrawal.withdraw(desk.own_copy(envelope, people.actor(claire)), by=people.actor(claire), at=clock.now())
    with pytest.raises(rules.Withdrawn):
        opening.open(seen, by=people.actor(marc), at=clock.now())
    assert seen.opened_at is None
    assert events(envelope) == [Event.CONTENT_CONSIGNMENT, Event.ENVELOPE_WITHDRAWN]


def test_twenty_withdrawals_at_once_are_one() -> None:
    claire, marc = people.join(CLAIRE), people.join(MARC)
    envelope = desk.send(people.actor(claire), str(marc.address))
    own = desk.own_copy(envelope, people.actor(claire))
    hands = [people.actor(claire) for _ in range(RACES)]
    start = threading.Barrier(RACES)

    def take_back(number: int) -> int:
        start.wait()
        try:
            return len(withdrawal.withdraw(own, by=hands[number], at=clock.now()).withdrawn)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACES) as threads:
        assert sum(threads.map(take_back, range(RACES))) == 1
    assert events(envelope) == [Event.CONTENT_CONSIGNMENT, Event.ENVELOPE_WITHDRAWN]

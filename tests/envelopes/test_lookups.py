"""Who has a mailbox here is said to whoever writes, not to whoever collects addresses."""

from datetime import timedelta

import pytest

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.values import Address
from sceau.envelopes import acquaintances, drafts, lookups, planning, rules, sending
from sceau.envelopes.models import Draft, Envelope
from tests import people
from tests.envelopes import desk
from tests.people import Member

pytestmark = pytest.mark.django_db

AT = clock.now()


def addresses(count: int, start: int = 0) -> list[Address]:
    return [Address.parse(f"essai{number}@ailleurs.example") for number in range(start, start + count)]


def spend(by: Actor) -> None:
    """As many different ones as a day has, and one more."""
    lookups.find(addresses(lookups.UNKNOWN_A_DAY), by=by, at=AT)
    with pytest.raises(lookups.Unchecked):
        lookups.find(addresses(1, start=lookups.UNKNOWN_A_DAY), by=by, at=AT)


def shown(member: Member, by: Actor) -> list[tuple[bool, type | None]]:
    """What the composer says of a member and of nobody, without their addresses."""
    wanted = rules.recipients(f"{member.address}, essai0@ailleurs.example", "", limit=100)
    outlooks = planning.preview(Draft(), wanted, by=by, at=AT)
    return [(each.mailbox is None, type(each.refusal) if each.refusal else None) for each in outlooks]


def test_asking_again_about_the_same_addresses_costs_nothing(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    for _ in range(3):
        lookups.find(addresses(lookups.UNKNOWN_A_DAY), by=by, at=AT)
    assert shown(marc, by) == [(False, None), (True, rules.UnknownRecipient)]


def test_after_too_many_the_composer_says_the_same_of_everybody(claire: Member, marc: Member, chloe: Member) -> None:
    by = people.actor(claire)
    spend(by)
    assert shown(marc, by) == [(True, lookups.Unchecked)] * 2
    assert acquaintances.find(str(chloe.address), by=by, limit=8, at=AT) == []
    assert shown(marc, people.actor(chloe))[0] == (False, None)  # each person has his own count
    lookups.find(addresses(1), by=by, at=AT + timedelta(days=1))


def test_addresses_that_are_completed_count_as_well(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    lookups.find(addresses(lookups.UNKNOWN_A_DAY), by=by, at=AT)
    assert acquaintances.find(str(marc.address), by=by, limit=8, at=AT) != []
    acquaintances.find("encore@ailleurs.example", by=by, limit=8, at=AT)
    assert acquaintances.find(str(marc.address), by=by, limit=8, at=AT) == []


def test_sealing_still_reaches_those_one_knows_and_names_nobody_else(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    spend(by)
    mixed = desk.write(by, f"{marc.address}, essai0@ailleurs.example")
    with pytest.raises(lookups.Unchecked):
        sending.seal(mixed, by=by, at=AT)
    assert not Envelope.objects.exists()
    desk.send(by, str(marc.address), at=AT)
    assert Envelope.objects.count() == 1


def test_attempts_at_sealing_are_counted(claire: Member) -> None:
    by = people.actor(claire)
    lookups.find(addresses(lookups.UNKNOWN_A_DAY), by=by, at=AT)
    with pytest.raises(lookups.Unchecked):
        sending.seal(desk.write(by, "encore@ailleurs.example"), by=by, at=AT)


def test_no_other_refusal_tells_a_member_from_nobody(claire: Member, marc: Member) -> None:
    """An envelope that could not leave anyway would ask without sending anything."""
    by = people.actor(claire)
    spend(by)
    for to in (str(marc.address), "essai0@ailleurs.example"):
        draft = desk.write(by, to)
        content = drafts.Content(to=to, subject="Avis", expires_on="2020-01-01")
        with pytest.raises(rules.BadExpiry):
            planning.plan(draft, content, [], by=by, at=AT)

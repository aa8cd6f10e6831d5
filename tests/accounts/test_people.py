from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sceau.accounts import people
from sceau.accounts.models import Mailbox, Person
from sceau.accounts.people import IdentityFixed
from tests.people import Member

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def test_certification_opens_writing(claire: Member, lea: Member) -> None:
    assert people.may_write(claire.person)
    assert not people.may_write(lea.person)


def test_a_closed_account_is_not_found(claire: Member) -> None:
    assert people.find(claire.address) == claire.person
    assert people.of(claire.person.principal_id) == claire.person
    Person.objects.update(status=Person.Status.CLOSED)
    assert people.find(claire.address) is None
    assert people.of(claire.person.principal_id) is None


def test_somebody_not_validated_corrects_her_name(lea: Member) -> None:
    identity = replace(people.identity_of(lea.person), family_name="Martin-Roux")
    people.change_identity(lea.person, identity, device="", at=AT)
    assert Person.objects.get(id=lea.person.id).family_name == "Martin-Roux"


def test_correspondents_see_the_corrected_name(lea: Member, claire: Member) -> None:
    """From, summaries and evidence take the mailbox's name: it may not stay behind its owner's."""
    identity = replace(people.identity_of(lea.person), civility="Dr", family_name="Martin-Roux")
    people.change_identity(lea.person, identity, device="", at=AT)
    assert Mailbox.objects.get(id=lea.mailbox.id).name == lea.person.name == "Dr Léa Martin-Roux"
    assert Mailbox.objects.get(id=claire.mailbox.id).name == claire.person.name


@pytest.mark.parametrize("name", ["civility", "given_name", "family_name", "profession"])
def test_a_certified_name_stays(claire: Member, name: str) -> None:
    identity = replace(people.identity_of(claire.person), **{name: "Autre"})
    with pytest.raises(IdentityFixed):
        people.change_identity(claire.person, identity, device="", at=AT)


def test_a_certified_person_still_moves(claire: Member) -> None:
    identity = replace(people.identity_of(claire.person), city="Veynes", phone="04 92 00 00 00")
    people.change_identity(claire.person, identity, device="", at=AT)
    assert (Person.objects.get(id=claire.person.id).city, claire.person.phone) == ("Veynes", "04 92 00 00 00")


def test_notices_are_switched_one_by_one(claire: Member) -> None:
    assert people.wants(claire.person, "received")
    people.choose_notices(claire.person, {"sealed", "opened"}, word=None)
    person = Person.objects.get(id=claire.person.id)
    assert [kind for kind in ("received", "sealed", "opened", "failed") if people.wants(person, kind)] == [
        "sealed",
        "opened",
    ]

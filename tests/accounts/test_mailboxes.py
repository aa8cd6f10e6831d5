from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from sceau.accounts import mailboxes
from sceau.accounts.mailboxes import OldEpoch
from sceau.accounts.models import Person
from sceau.core.values import Address
from sceau.vault.models import MailboxEpoch
from sceau.vault.signer import UnsignedKey
from tests.people import Member

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NOBODY = Address.parse("personne@nulle-part.example")


def roll(member: Member) -> None:
    with transaction.atomic():
        mailboxes.roll(member.mailbox, at=AT)


def test_it_finds_those_who_are_there(
    claire: Member, marc: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = mailboxes.find_all([claire.address, marc.address, NOBODY])
    assert found == {claire.address: claire.mailbox, marc.address: marc.mailbox}


def test_a_closed_account_receives_nothing(claire: Member) -> None:
    Person.objects.update(status=Person.Status.CLOSED)
    assert mailboxes.find_all([claire.address]) == {}


def test_the_newest_epoch_seals(
    claire: Member, marc: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    roll(claire)
    with django_assert_num_queries(2):
        keys = mailboxes.keys_for([claire.mailbox, marc.mailbox])
    assert {key.mailbox: key.number for key in keys.values()} == {claire.mailbox.id: 2, marc.mailbox.id: 1}


@pytest.mark.attack(32)
@pytest.mark.req("V9")
def test_an_old_epoch_put_back_is_refused(claire: Member) -> None:
    """Its signature is right; the evidence of the newer one gives it away."""
    roll(claire)
    MailboxEpoch.objects.filter(mailbox=claire.mailbox.id, number=2).delete()
    with pytest.raises(OldEpoch):
        mailboxes.keys_for([claire.mailbox])


@pytest.mark.attack(32)
def test_a_key_swapped_in_the_table_is_refused(claire: Member, chloe: Member) -> None:
    hers = MailboxEpoch.objects.get(mailbox=claire.mailbox.id)
    his = MailboxEpoch.objects.get(mailbox=chloe.mailbox.id)
    MailboxEpoch.objects.filter(id=hers.id).update(
        public_key=his.public_key, statement=his.statement, signature=his.signature
    )
    with pytest.raises(UnsignedKey):
        mailboxes.keys_for([claire.mailbox])

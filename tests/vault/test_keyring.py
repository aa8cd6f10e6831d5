"""vault/keyring.py: a grant opens for whom it was made, and a forged one opens nothing."""

import copy
import pickle
from datetime import datetime

import pytest
from django.db import OperationalError, connection
from pytest_django import DjangoAssertNumQueries

from sceau.core import hpke, ids, random
from sceau.core.errors import NotFound, Unreadable
from sceau.vault import epochs, principals
from sceau.vault.keyring import Keys
from sceau.vault.models import Grant, MailboxEpoch
from sceau.vault.signer import UnsignedKey
from tests.vault.people import HOUR, NOW, Somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Somebody:
    return Somebody()


def test_keys_open_what_is_sealed_to_the_mailbox(alice: Somebody) -> None:
    sealed = hpke.seal(alice.epoch.public_key, b"content key", info=b"i")
    assert alice.keys.open(alice.mailbox, 1, sealed, info=b"i") == b"content key"
    with pytest.raises(Unreadable):
        alice.keys.open(alice.mailbox, 1, sealed, info=b"j")


def test_a_request_opens_a_mailbox_once(alice: Somebody, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    sealed = hpke.seal(alice.epoch.public_key, b"", info=b"i")
    with django_assert_num_queries(1):
        for _ in range(3):
            alice.keys.open(alice.mailbox, 1, sealed, info=b"i")


def test_a_list_fetches_every_epoch_at_once(alice: Somebody, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(3):
        epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW)
    with django_assert_num_queries(1):
        alice.keys.prefetch(alice.mailbox)
        seeds = {alice.keys.mailbox_seed(alice.mailbox, number) for number in range(1, 5)}
    assert len(seeds) == 4


def test_a_fetch_that_failed_is_made_again(alice: Somebody) -> None:
    def broken(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(broken), pytest.raises(OperationalError):
        alice.keys.prefetch(alice.mailbox)
    assert alice.keys.newest_epoch(alice.mailbox) == 1


def test_an_epoch_that_began_meanwhile_opens(alice: Somebody) -> None:
    alice.keys.prefetch(alice.mailbox)
    epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW)
    assert alice.keys.mailbox_seed(alice.mailbox, 2) != alice.keys.mailbox_seed(alice.mailbox, 1)


@pytest.mark.req("V2")
def test_somebody_without_a_grant_finds_nothing(alice: Somebody) -> None:
    chloe = Somebody("chloe@sceau.test")
    for mailbox, epoch in [(alice.mailbox, 1), (chloe.mailbox, 2), (chloe.mailbox, 0), (ids.new(), 1)]:
        with pytest.raises(NotFound):
            chloe.keys.mailbox_seed(mailbox, epoch)


def test_another_seed_opens_no_grant(alice: Somebody) -> None:
    with pytest.raises(Unreadable):
        Keys(alice.principal.id, random.key()).mailbox_seed(alice.mailbox, 1)


@pytest.mark.req("V2")
def test_a_grant_opens_from_its_beginning_to_its_end(alice: Somebody) -> None:
    Grant.objects.filter(epoch__mailbox=alice.mailbox).update(since=NOW, until=NOW + HOUR)

    def reads(at: datetime | None) -> bool:
        try:
            return bool(Keys(alice.principal.id, alice.seed, at=at).mailbox_seed(alice.mailbox, 1))
        except NotFound:
            return False

    assert [reads(at) for at in (NOW - HOUR, NOW, NOW + HOUR / 2, NOW + HOUR, None)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.req("V2")
def test_a_grant_without_the_right_to_read_opens_nothing(alice: Somebody) -> None:
    Grant.objects.filter(epoch__mailbox=alice.mailbox).update(rights=Grant.Right.LIST | Grant.Right.MANAGE)
    with pytest.raises(NotFound):
        alice.keys.mailbox_seed(alice.mailbox, 1)


@pytest.mark.attack(32)
def test_a_grant_copied_to_another_person_opens_nothing(alice: Somebody) -> None:
    mallory = Somebody("mallory@sceau.test")
    Grant.objects.filter(epoch__mailbox=alice.mailbox).update(principal=mallory.principal)
    with pytest.raises(Unreadable):
        mallory.keys.mailbox_seed(alice.mailbox, 1)


@pytest.mark.attack(32)
def test_a_grant_moved_to_another_mailbox_opens_nothing(alice: Somebody) -> None:
    """Mallory points his own grant at Alice's epoch: it is bound to his mailbox."""
    mallory = Somebody("mallory@sceau.test")
    his = Grant.objects.get(principal=mallory.principal)
    his.epoch = MailboxEpoch.objects.get(mailbox=alice.mailbox)
    his.save()
    with pytest.raises(Unreadable):
        mallory.keys.mailbox_seed(alice.mailbox, 1)


@pytest.mark.attack(32)
def test_a_grant_with_a_seed_of_the_writers_own_opens_nothing(alice: Somebody) -> None:
    """Sealing needs no secret, so a writer can insert a perfect grant around a seed that he knows."""
    mallory = Somebody("mallory@sceau.test")
    for victim in (alice, mallory):
        info = epochs.grant_info(alice.mailbox, 1, victim.principal.id)
        sealed = hpke.seal(hpke.public_key(victim.seed), random.key(), info=info)
        Grant.objects.update_or_create(
            epoch=MailboxEpoch.objects.get(mailbox=alice.mailbox),
            principal=victim.principal,
            defaults={"rights": 31, "sealed_seed": sealed, "since": NOW},
        )
        with pytest.raises(UnsignedKey):
            victim.keys.mailbox_seed(alice.mailbox, 1)


@pytest.mark.attack(32)
def test_a_grant_on_an_epoch_with_a_changed_key_opens_nothing(alice: Somebody) -> None:
    seed = random.key()
    MailboxEpoch.objects.filter(mailbox=alice.mailbox).update(public_key=hpke.public_key(seed))
    info = epochs.grant_info(alice.mailbox, 1, alice.principal.id)
    sealed = hpke.seal(hpke.public_key(alice.seed), seed, info=info)
    Grant.objects.filter(principal=alice.principal).update(sealed_seed=sealed)
    with pytest.raises(UnsignedKey):
        alice.keys.mailbox_seed(alice.mailbox, 1)


@pytest.mark.req("V15")
def test_keys_show_nothing_and_stay_in_the_process(alice: Somebody) -> None:
    assert repr(alice.keys) == str(alice.keys) == "<Keys>"
    assert alice.seed.hex() not in f"{alice.keys!r}"
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leave(alice.keys)


def test_an_open_session_can_wrap_its_own_seed_anew(alice: Somebody) -> None:
    principals.change_password(alice.principal, alice.keys.own_seed(), "Encore un, 56?", at=NOW)
    assert principals.check_password(alice.principal, "Encore un, 56?") == alice.seed

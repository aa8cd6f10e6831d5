"""vault/lists.py: what a mailbox keeps for its own lists opens for its readers, in its row, and nowhere else."""

import copy
import pickle

import pytest
from pytest_django import DjangoAssertNumQueries

from sceau.core import ids
from sceau.core.errors import NotFound, Unreadable
from sceau.vault import epochs, format, lists
from sceau.vault.lists import ListKey
from tests.vault.people import NOW, Somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Somebody:
    return Somebody()


@pytest.mark.req("V4")
def test_a_later_request_opens_what_an_earlier_one_sealed(alice: Somebody) -> None:
    row = ids.new()
    sealed = lists.of(alice.keys, alice.mailbox, 1).seal("line", b"Bilan", row)
    assert b"Bilan" not in sealed
    assert lists.of(alice.fresh_keys(), alice.mailbox, 1).open("line", sealed, row) == b"Bilan"


@pytest.mark.attack(31)
def test_a_record_opens_in_its_own_row_and_use_only(alice: Somebody) -> None:
    key, row = lists.of(alice.keys, alice.mailbox, 1), ids.new()
    sealed = key.seal("line", b"Bilan", row)
    for purpose, context in (("line", (ids.new(),)), ("segment", (row,)), ("line", (row, 1)), ("line", ())):
        with pytest.raises(Unreadable):
            key.open(purpose, sealed, *context)


@pytest.mark.attack(32)
def test_nothing_made_with_the_public_key_alone_is_taken(alice: Somebody) -> None:
    """Whoever writes to the tables knows public keys, ids and every format: that makes no record that opens."""
    row = ids.new()
    key = lists.of(alice.keys, alice.mailbox, 1)
    for forged in (
        format.seal_record(alice.epoch.public_key, "line", b"forged", row),
        format.seal_small(bytes(32), "line", b"forged", row),
        ListKey(alice.epoch.public_key[:32], alice.mailbox, 1).seal("line", b"forged", row),
    ):
        with pytest.raises(Unreadable):
            key.open("line", forged, row)


def test_each_epoch_has_a_key_of_its_own_and_the_newest_takes_what_is_new(alice: Somebody) -> None:
    epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW)
    keys = alice.fresh_keys()
    epoch, key = lists.current(keys, alice.mailbox)
    assert epoch == 2
    with pytest.raises(Unreadable):
        lists.of(keys, alice.mailbox, 1).open("line", key.seal("line", b""))


@pytest.mark.attack(28)
def test_a_stranger_has_no_list_key(alice: Somebody) -> None:
    chloe = Somebody("chloe@sceau.test")
    with pytest.raises(NotFound):
        lists.of(chloe.keys, alice.mailbox, 1)
    with pytest.raises(NotFound):
        lists.current(chloe.keys, alice.mailbox)


def test_a_request_asks_for_its_grants_once(alice: Somebody, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    keys = alice.fresh_keys()
    with django_assert_num_queries(1):
        for _ in range(3):
            keys.prefetch(alice.mailbox)
            lists.current(keys, alice.mailbox)
            lists.of(keys, alice.mailbox, 1)


def test_a_list_key_shows_and_gives_nothing(alice: Somebody) -> None:
    key = lists.of(alice.keys, alice.mailbox, 1)
    assert repr(key) == "<ListKey>"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.copy(key)

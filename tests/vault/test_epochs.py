"""vault/epochs.py: the key that receives is the one that was signed, for this mailbox, this epoch, these addresses."""

import threading

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from sceau.core import hpke, ids, random
from sceau.core.errors import Busy
from sceau.vault import epochs, signer
from sceau.vault.keyring import Keys
from sceau.vault.models import Grant, MailboxEpoch
from sceau.vault.signer import UnsignedKey
from sceau.vault.statements import Statement
from tests.vault.people import HOUR, NOW, Somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Somebody:
    return Somebody()


@pytest.mark.req("V2")
def test_the_first_epoch_is_one_and_the_next_follows(alice: Somebody) -> None:
    assert alice.epoch.number == 1
    second = epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW + HOUR)
    assert second.number == 2
    assert second.public_key != alice.epoch.public_key
    assert epochs.current([alice.mailbox]) == {alice.mailbox: second}


def test_current_keys_take_one_statement(alice: Somebody, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bruno = Somebody("bruno@sceau.test")
    epochs.open_next(bruno.mailbox, [bruno.address], [bruno.principal], at=NOW)
    with django_assert_num_queries(1):
        keys = epochs.current([alice.mailbox, bruno.mailbox, ids.new()])
    assert {mailbox: key.number for mailbox, key in keys.items()} == {alice.mailbox: 1, bruno.mailbox: 2}


@pytest.mark.req("V2")
def test_several_people_may_be_granted_one_mailbox() -> None:
    alice, bruno, mailbox = Somebody(), Somebody("bruno@sceau.test"), ids.new()
    by = ids.new()
    key = epochs.open_next(mailbox, ["ward@sceau.test"], [alice.principal, bruno.principal], at=NOW, by=by)
    sealed = hpke.seal(key.public_key, b"letter", info=b"i")
    for person in (alice, bruno):
        assert person.keys.open(mailbox, 1, sealed, info=b"i") == b"letter"
    assert set(Grant.objects.filter(epoch__mailbox=mailbox).values_list("rights", "by")) == {(31, by)}


@pytest.mark.req("V2")
def test_an_epoch_needs_no_secret_of_anybody(alice: Somebody) -> None:
    """A worker rolls it: the rows are all it has."""
    principal = type(alice.principal).objects.get(id=alice.principal.id)
    key = epochs.open_next(alice.mailbox, [alice.address], [principal], at=NOW)
    assert hpke.public_key(alice.keys.mailbox_seed(alice.mailbox, 2)) == key.public_key


@pytest.mark.req("V9")
def test_an_address_that_the_signer_did_not_see_is_refused(alice: Somebody) -> None:
    alice.epoch.require("alice@sceau.test")
    (stored,) = epochs.current([alice.mailbox]).values()
    stored.require("alice@sceau.test")
    for address in ("bruno@sceau.test", "", "Alice@sceau.test"):
        with pytest.raises(UnsignedKey):
            stored.require(address)


@pytest.mark.attack(32)
@pytest.mark.req("V9")
def test_a_changed_row_receives_nothing(alice: Somebody) -> None:
    mallory = Somebody("mallory@sceau.test")
    theirs = MailboxEpoch.objects.get(mailbox=mallory.mailbox)
    row = MailboxEpoch.objects.get(mailbox=alice.mailbox)
    unchanged = {field: getattr(row, field) for field in ("public_key", "statement", "signature", "number", "mailbox")}
    own_seed = hpke.public_key(random.key())
    changes: dict[str, dict[str, object]] = {
        "his own public key": {"public_key": own_seed},
        "another mailbox's key": {"public_key": theirs.public_key},
        "another mailbox's key, statement and signature": {
            "public_key": theirs.public_key,
            "statement": theirs.statement,
            "signature": theirs.signature,
        },
        "another epoch number": {"number": 7},
        "a statement of his own": {
            "public_key": own_seed,
            "statement": Statement("mailbox", alice.mailbox, own_seed, NOW, (alice.address,), 1).encode(),
        },
        "no signature": {"signature": bytes(64)},
    }
    for change in changes.values():
        MailboxEpoch.objects.filter(id=row.id).update(**unchanged | change)
        with pytest.raises(UnsignedKey):
            epochs.current([alice.mailbox])
    MailboxEpoch.objects.filter(id=row.id).update(**unchanged)
    assert epochs.current([alice.mailbox]) == {alice.mailbox: alice.epoch}


@pytest.mark.attack(32)
@pytest.mark.req("V9")
def test_a_row_moved_to_another_mailbox_receives_nothing(alice: Somebody) -> None:
    mallory = Somebody("mallory@sceau.test")
    MailboxEpoch.objects.filter(mailbox=alice.mailbox).delete()
    MailboxEpoch.objects.filter(mailbox=mallory.mailbox).update(mailbox=alice.mailbox)
    with pytest.raises(UnsignedKey):
        epochs.current([alice.mailbox])


@pytest.mark.attack(32)
def test_a_person_is_no_mailbox(alice: Somebody) -> None:
    """A statement signed for one use does not serve another, even about the same key and id."""
    principal = alice.principal
    MailboxEpoch.objects.create(
        mailbox=principal.subject,
        number=0,
        public_key=principal.public_key,
        statement=principal.statement,
        signature=principal.signature,
        not_before=NOW,
    )
    with pytest.raises(UnsignedKey):
        epochs.current([principal.subject])


@pytest.mark.attack(32)
@pytest.mark.req("V9")
def test_nobody_is_granted_a_mailbox_under_a_changed_key(alice: Somebody) -> None:
    alice.principal.public_key = hpke.public_key(random.key())
    with pytest.raises(UnsignedKey):
        epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW)
    assert epochs.current([alice.mailbox]) == {alice.mailbox: alice.epoch}


@pytest.mark.attack(32)
def test_a_key_seen_once_is_not_believed_after_a_change(alice: Somebody) -> None:
    """The memory of verified statements is by digest: it never vouches for a row."""
    epochs.current([alice.mailbox])
    MailboxEpoch.objects.filter(mailbox=alice.mailbox).update(public_key=hpke.public_key(random.key()))
    with pytest.raises(UnsignedKey):
        epochs.current([alice.mailbox])


@pytest.mark.req("V9")
def test_the_signer_signs_what_was_just_made_and_nothing_read_from_the_database(
    alice: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = []
    real = signer.sign
    monkeypatch.setattr(signer, "sign", lambda statement: signed.append(statement) or real(statement))
    key = epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW)
    assert [statement.public_key for statement in signed] == [key.public_key]
    stored = set(MailboxEpoch.objects.filter(number=1).values_list("public_key", flat=True))
    assert key.public_key not in {bytes(public_key) for public_key in stored}


@pytest.mark.django_db(transaction=True)
def test_of_two_that_open_the_same_epoch_one_is_told_to_come_back() -> None:
    alice = Somebody()
    barrier, outcomes = threading.Barrier(2), []

    def roll() -> None:
        barrier.wait()
        try:
            outcomes.append(epochs.open_next(alice.mailbox, [alice.address], [alice.principal], at=NOW).number)
        except Busy:
            outcomes.append("busy")
        finally:
            connection.close()

    threads = [threading.Thread(target=roll) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Either they raced for epoch 2, or one came after the other.
    assert sorted(map(str, outcomes)) in (["2", "busy"], ["2", "3"])
    numbers = list(
        MailboxEpoch.objects.filter(mailbox=alice.mailbox).order_by("number").values_list("number", flat=True)
    )
    assert numbers == list(range(1, len(numbers) + 1))
    keys = Keys(alice.principal.id, alice.seed)
    for number in numbers:
        keys.mailbox_seed(alice.mailbox, number)

"""vault/principals.py: ways in to a person's seed, and what a writer to the database cannot do with them."""

import pickle

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from sceau import custody
from sceau.core import hpke, ids, random
from sceau.vault import principals, recovery_code, wraps
from sceau.vault.models import Principal, Wrap
from sceau.vault.principals import WrongPassword, WrongRecoveryCode
from sceau.vault.signer import UnsignedKey
from tests.vault.people import NOW, PASSWORD, Somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Somebody:
    return Somebody()


@pytest.fixture
def mallory() -> Somebody:
    return Somebody("mallory@sceau.test", principals.create(ids.new(), "Un autre mot, 34!", at=NOW))


@pytest.mark.req("V5")
def test_three_ways_lead_to_one_seed(alice: Somebody) -> None:
    assert principals.check_password(alice.principal, PASSWORD) == alice.seed
    assert principals.open_with_recovery_code(alice.principal, alice.new.recovery_code) == alice.seed
    sealed = bytes(Wrap.objects.get(principal=alice.principal, kind=Wrap.Kind.CUSTODY).sealed)
    info = principals.custody_info(alice.principal)
    assert custody.load().open("recovery", sealed, info=info) == alice.seed


def test_the_seed_is_behind_the_signed_key(alice: Somebody) -> None:
    stored = Principal.objects.get(id=alice.principal.id)
    assert hpke.public_key(alice.seed) == principals.public_key(stored) == bytes(stored.public_key)


@pytest.mark.req("V5")
def test_no_row_holds_the_seed_or_the_code(alice: Somebody) -> None:
    octets = b"".join(bytes(row.sealed) for row in Wrap.objects.all())
    assert alice.seed not in octets
    assert recovery_code.read(alice.new.recovery_code) not in octets


@pytest.mark.parametrize("password", ["", PASSWORD[:-1], PASSWORD + " ", PASSWORD.lower()])
def test_a_wrong_password_is_refused(alice: Somebody, password: str) -> None:
    with pytest.raises(WrongPassword):
        principals.check_password(alice.principal, password)


@pytest.mark.req("V5")
def test_nobody_costs_the_same_statement_as_somebody(
    alice: Somebody, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """And the same work: see test_password_box, which measures it."""
    for person in (alice.principal, None):
        with django_assert_num_queries(1), pytest.raises(WrongPassword):
            principals.check_password(person, "x")


def test_nobody_has_no_recovery_code(alice: Somebody) -> None:
    with pytest.raises(WrongRecoveryCode):
        principals.open_with_recovery_code(None, alice.new.recovery_code)


@pytest.mark.parametrize("code", ["", "pas un code", "0000-" * 7 + "0000"])
def test_a_wrong_recovery_code_is_refused(alice: Somebody, code: str) -> None:
    with pytest.raises(WrongRecoveryCode):
        principals.open_with_recovery_code(alice.principal, code)


def test_a_new_password_replaces_the_old_one_and_nothing_else(alice: Somebody) -> None:
    principals.change_password(alice.principal, alice.seed, "Encore un, 56?", at=NOW)
    assert principals.check_password(alice.principal, "Encore un, 56?") == alice.seed
    with pytest.raises(WrongPassword):
        principals.check_password(alice.principal, PASSWORD)
    assert principals.open_with_recovery_code(alice.principal, alice.new.recovery_code) == alice.seed


def test_a_new_recovery_code_replaces_the_old_one(alice: Somebody) -> None:
    code = principals.new_recovery_code(alice.principal, alice.seed, at=NOW)
    assert principals.open_with_recovery_code(alice.principal, code.lower().replace("-", " ")) == alice.seed
    with pytest.raises(WrongRecoveryCode):
        principals.open_with_recovery_code(alice.principal, alice.new.recovery_code)


def test_a_subject_has_one_principal(alice: Somebody) -> None:
    with pytest.raises(IntegrityError):
        principals.create(alice.principal.subject, PASSWORD, at=NOW)


def test_what_sign_up_hands_on_shows_nothing_and_stays_in_the_process(alice: Somebody) -> None:
    assert repr(alice.new) == "<NewPrincipal>"
    with pytest.raises(TypeError):
        pickle.dumps(alice.new)


@pytest.mark.attack(32)
@pytest.mark.parametrize("kind", [Wrap.Kind.PASSWORD, Wrap.Kind.RECOVERY])
def test_anothers_wrap_in_somebodys_row_signs_nobody_in(alice: Somebody, mallory: Somebody, kind: Wrap.Kind) -> None:
    theirs = Wrap.objects.get(principal=mallory.principal, kind=kind).sealed
    Wrap.objects.filter(principal=alice.principal, kind=kind).update(sealed=theirs)
    with pytest.raises(WrongPassword):
        principals.check_password(alice.principal, "Un autre mot, 34!" if kind == Wrap.Kind.PASSWORD else "x")
    with pytest.raises(WrongRecoveryCode):
        principals.open_with_recovery_code(
            alice.principal, mallory.new.recovery_code if kind == Wrap.Kind.RECOVERY else "0" * 32
        )


@pytest.mark.attack(32)
def test_a_wrap_made_for_somebodys_row_around_another_seed_signs_nobody_in(alice: Somebody) -> None:
    """Anybody can make a wrap bound to Alice's row: the seed inside must be the one of her signed key."""
    forged = wraps.seal_with_password("connu", random.key(), alice.principal.id)
    Wrap.objects.filter(principal=alice.principal, kind=Wrap.Kind.PASSWORD).update(sealed=forged)
    with pytest.raises(UnsignedKey):
        principals.check_password(alice.principal, "connu")


@pytest.mark.attack(32)
def test_a_changed_public_key_subject_or_kind_is_unsigned(alice: Somebody, mallory: Somebody) -> None:
    theirs = mallory.principal
    changes: list[dict[str, object]] = [
        {"public_key": theirs.public_key},
        {"subject": theirs.subject},
        {"kind": Principal.Kind.DEVICE},
        {"statement": theirs.statement, "signature": theirs.signature},
        {"statement": theirs.statement, "signature": theirs.signature, "public_key": theirs.public_key},
        {"signature": bytes(64)},
    ]
    for change in changes:
        changed = Principal.objects.get(id=alice.principal.id)
        for name, value in change.items():
            setattr(changed, name, value)
        with pytest.raises(UnsignedKey):
            principals.public_key(changed)

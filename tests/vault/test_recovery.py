"""vault/recovery.py: the way back in when password and code are lost, without web processes holding custody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau import custody
from sceau.core import canonical, hpke, random
from sceau.core.errors import Malformed, NotFound, Unreadable
from sceau.custody.port import KeyCustody
from sceau.vault import principals, recovery, signer, wraps
from sceau.vault.models import Wrap
from sceau.vault.principals import WrongPassword
from sceau.vault.recovery import Reception, TooEarly
from sceau.vault.signer import UnsignedKey
from sceau.vault.statements import Statement
from tests.custody.memory import Memory
from tests.vault.people import HOUR, NOW, PASSWORD, Somebody

pytestmark = pytest.mark.django_db
NEW, LATER = "Un nouveau mot, 78!", NOW + 24 * HOUR


@pytest.fixture
def alice() -> Somebody:
    return Somebody()


@pytest.fixture
def keeper() -> KeyCustody:
    return custody.load()


def row(alice: Somebody) -> Wrap:
    return Wrap.objects.get(principal=alice.principal, kind=Wrap.Kind.RECEPTION)


def test_the_new_password_opens_the_same_seed(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    assert recovery.finish(alice.principal, NEW, at=NOW) is None
    recovery.hand_over(alice.principal, keeper, at=LATER)
    assert recovery.finish(alice.principal, NEW, at=LATER) == alice.seed
    assert principals.check_password(alice.principal, NEW) == alice.seed
    with pytest.raises(WrongPassword):
        principals.check_password(alice.principal, PASSWORD)
    assert not Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).exists()
    assert recovery.finish(alice.principal, NEW, at=LATER) is None


def test_the_old_password_opens_until_the_new_one_was_given(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    recovery.hand_over(alice.principal, keeper, at=LATER)
    assert recovery.finish(alice.principal, PASSWORD, at=LATER) is None
    assert principals.check_password(alice.principal, PASSWORD) == alice.seed


@pytest.mark.req("V8")
def test_what_waits_is_readable_with_the_new_password_alone(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    recovery.hand_over(alice.principal, keeper, at=LATER)
    assert alice.seed not in bytes(row(alice).sealed)
    reception = Reception.decode(bytes(row(alice).sealed))
    with pytest.raises(Unreadable):
        wraps.open_with_password(PASSWORD, reception.wrap, alice.principal.id, purpose="reception")


@pytest.mark.req("V8")
def test_the_person_has_the_whole_delay_to_refuse(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    with pytest.raises(TooEarly):
        recovery.hand_over(alice.principal, keeper, at=LATER - timedelta(milliseconds=1))
    recovery.cancel(alice.principal)
    with pytest.raises(NotFound):
        recovery.hand_over(alice.principal, keeper, at=LATER)
    assert recovery.finish(alice.principal, NEW, at=LATER) is None


def test_preparing_again_forgets_the_first_and_begins_the_delay_again(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    recovery.prepare(alice.principal, "Le second, 90 %", at=NOW + HOUR)
    with pytest.raises(UnsignedKey):  # what was released is not what waits now
        recovery.hand_over(alice.principal, keeper, at=LATER + HOUR)
    recovery.release(alice.principal)
    with pytest.raises(TooEarly):
        recovery.hand_over(alice.principal, keeper, at=LATER)
    recovery.hand_over(alice.principal, keeper, at=LATER + HOUR)
    assert recovery.finish(alice.principal, NEW, at=LATER + HOUR) is None
    assert recovery.finish(alice.principal, "Le second, 90 %", at=LATER + HOUR) == alice.seed


def test_handing_over_twice_is_fine(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    recovery.hand_over(alice.principal, keeper, at=LATER)
    once = bytes(row(alice).sealed)
    recovery.hand_over(alice.principal, keeper, at=LATER)
    assert bytes(row(alice).sealed) == once


def test_a_personal_account_has_no_custody_to_ask(alice: Somebody, keeper: KeyCustody) -> None:
    Wrap.objects.filter(principal=alice.principal, kind=Wrap.Kind.CUSTODY).delete()
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    with pytest.raises(NotFound):
        recovery.hand_over(alice.principal, keeper, at=LATER)


def test_another_custody_opens_nothing(alice: Somebody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    with pytest.raises(Unreadable):
        recovery.hand_over(alice.principal, Memory(), at=LATER)


@pytest.mark.attack(32)
def test_a_writer_cannot_have_the_seed_handed_to_a_key_of_his_own(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    seed = random.key()
    wrap = wraps.seal_with_password("connu", seed, alice.principal.id, purpose="reception")
    statement = Statement("reception", alice.principal.subject, hpke.public_key(seed), NOW).encode()
    mailbox_statement, mailbox_signature = signer.sign(
        Statement("mailbox", alice.principal.subject, hpke.public_key(seed), NOW, (), 1)
    )
    for forged in (
        Reception(statement, bytes(64), wrap),
        Reception(statement, Reception.decode(bytes(row(alice).sealed)).signature, wrap),
        Reception(mailbox_statement, mailbox_signature, wrap),
    ):
        Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).update(sealed=forged.encode())
        with pytest.raises(UnsignedKey):
            recovery.hand_over(alice.principal, keeper, at=LATER)


@pytest.mark.attack(32)
def test_a_recovery_of_ones_own_put_in_anothers_row_receives_nothing(alice: Somebody, keeper: KeyCustody) -> None:
    mallory = Somebody("mallory@sceau.test")
    recovery.prepare(mallory.principal, "connu", at=NOW)
    Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).update(principal=alice.principal)
    with pytest.raises(UnsignedKey):
        recovery.hand_over(alice.principal, keeper, at=LATER)


@pytest.mark.attack(32)
@pytest.mark.req("V8")
def test_a_writer_cannot_release_what_no_operator_released(alice: Somebody, keeper: KeyCustody) -> None:
    """He knows the key that waits and every signature of the tables, of another release too."""
    mallory = Somebody("mallory@sceau.test")
    for one in (alice, mallory):
        recovery.prepare(one.principal, NEW, at=NOW)
    recovery.release(mallory.principal)
    hers = Reception.decode(bytes(row(alice).sealed))
    for signature in (None, b"", bytes(64), hers.signature, Reception.decode(bytes(row(mallory).sealed)).release):
        row_of_hers = Wrap.objects.filter(id=row(alice).id)
        row_of_hers.update(sealed=replace(hers, release=signature).encode())
        with pytest.raises(UnsignedKey):
            recovery.hand_over(alice.principal, keeper, at=LATER)


@pytest.mark.attack(32)
def test_a_writer_cannot_have_his_own_key_released_in_anothers_name(alice: Somebody) -> None:
    mallory = Somebody("mallory@sceau.test")
    recovery.prepare(mallory.principal, "connu", at=NOW)
    Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).update(principal=alice.principal)
    with pytest.raises(UnsignedKey):
        recovery.release(alice.principal)


@pytest.mark.attack(32)
def test_a_writer_cannot_shorten_the_delay(alice: Somebody, keeper: KeyCustody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).update(created_at=NOW - 48 * HOUR)
    with pytest.raises(TooEarly):
        recovery.hand_over(alice.principal, keeper, at=NOW + HOUR)


@pytest.mark.attack(32)
def test_anothers_custody_wrap_is_not_handed_over(alice: Somebody, keeper: KeyCustody) -> None:
    """Mallory asks for his own recovery and puts Alice's custody wrap in his row: it is bound to hers."""
    mallory = Somebody("mallory@sceau.test")
    recovery.prepare(mallory.principal, "connu", at=NOW)
    recovery.release(mallory.principal)
    hers = Wrap.objects.get(principal=alice.principal, kind=Wrap.Kind.CUSTODY).sealed
    Wrap.objects.filter(principal=mallory.principal, kind=Wrap.Kind.CUSTODY).update(sealed=hers)
    with pytest.raises(Unreadable):
        recovery.hand_over(mallory.principal, keeper, at=LATER)


def test_a_place_prepared_anew_while_custody_opens_receives_nothing_of_the_first(alice: Somebody) -> None:
    recovery.prepare(alice.principal, NEW, at=NOW)
    recovery.release(alice.principal)
    real = custody.load()

    class Slow(Memory):
        def open(self, purpose: str, sealed: bytes, *, info: bytes) -> bytes:
            recovery.prepare(alice.principal, "Le second, 90 %", at=LATER)
            return real.open(purpose, sealed, info=info)

    with pytest.raises(NotFound):
        recovery.hand_over(alice.principal, Slow(), at=LATER)
    assert Reception.decode(bytes(row(alice).sealed)).sealed is None


octets = st.binary(max_size=40)


@settings(max_examples=50)
@given(octets, octets, octets, st.one_of(st.none(), octets), st.one_of(st.none(), octets))
def test_a_reception_comes_back(
    statement: bytes, signature: bytes, wrap: bytes, release: bytes | None, sealed: bytes | None
) -> None:
    reception = Reception(statement, signature, wrap, release, sealed)
    assert Reception.decode(reception.encode()) == reception


FIELDS = canonical.loads(Reception(b"s", b"t", b"u").encode())


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"statement": 5},
        {"signature": None},
        {"wrap": ["dQ=="]},
        {"wrap": "dQ"},
        {"wrap": "dR=="},
        {"wrap": "dQ==\n"},
        {"wrap": "é"},
        {"sealed": 5},
        {"sealed": False},
        {"release": 5},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_field_that_is_not_what_it_should_be_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Reception.decode(canonical.dumps(FIELDS | change))


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=60), st.sampled_from([b"null", b"[]", b"{}", b'"x"', b"5"])))
def test_any_other_octets_are_malformed_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Malformed):
        Reception.decode(data)

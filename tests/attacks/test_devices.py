"""What a mail program will hold one day, a device of its own with grants, does not open the web door (attack 23)."""

import pytest
from django.test import Client

from sceau.accounts.models import JournalEntry
from sceau.core import clock, hpke, ids, random
from sceau.core.errors import NotFound
from sceau.vault import signer, wraps
from sceau.vault.keyring import Keys
from sceau.vault.models import Grant, MailboxEpoch, Principal, Session, Wrap
from sceau.vault.statements import Statement
from tests import people
from tests.people import Member, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.attack(23)]

SECRET = "Courrier-du-cabinet-2026"


@pytest.fixture
def device(claire: Member) -> tuple[Principal, bytes]:
    """A principal of kind DEVICE of Claire's, with a password of its own; keys and signatures are genuine."""
    seed, at, kind = random.key(), clock.now(), Principal.Kind.DEVICE
    statement, signature = signer.sign(Statement(kind.value, claire.person.id, hpke.public_key(seed), at, ()))
    principal = Principal.objects.create(
        kind=kind,
        subject=claire.person.id,
        public_key=hpke.public_key(seed),
        statement=statement,
        signature=signature,
        created_at=at,
    )
    sealed = wraps.seal_with_password(SECRET, seed, principal.id)
    Wrap.objects.create(principal=principal, kind=Wrap.Kind.PASSWORD, sealed=sealed, created_at=at)
    return principal, seed


@pytest.mark.usefixtures("device")
def test_its_password_signs_nobody_in(claire: Member) -> None:
    browser = Client()
    answer = browser.post("/connexion", {"address": claire.person.email, "password": SECRET})
    assert answer.status_code == 422
    assert not Session.objects.exists()
    wrong = Client().post("/connexion", {"address": claire.person.email, "password": "tout autre chose"})
    assert people.text_of(answer) == people.text_of(wrong)  # nothing tells that this one is known elsewhere
    assert (
        list(JournalEntry.objects.filter(kind="sign-in-failed").values_list("person", flat=True))
        == [claire.person.id] * 2
    )


def test_its_password_does_not_unlock_a_screen(claire: Member, device: tuple[Principal, bytes]) -> None:
    browser = sign_in(claire)
    browser.post("/verrou/fermer")
    assert browser.post("/verrou", {"password": SECRET}).status_code == 422
    assert Session.objects.get().state == Session.State.LOCKED


def test_a_session_turned_over_to_it_is_nobody_s(claire: Member, device: tuple[Principal, bytes]) -> None:
    """Whoever writes to the table of sessions gives it no person's pages."""
    browser = sign_in(claire)
    Session.objects.update(principal=device[0])
    assert browser.get("/recues").status_code == 303


def test_it_opens_what_it_was_granted_and_no_longer_once_that_ended(
    claire: Member, device: tuple[Principal, bytes]
) -> None:
    principal, seed = device
    epoch = MailboxEpoch.objects.get(mailbox=claire.mailbox.id)
    keys = Keys(principal.id, seed, at=clock.now())
    with pytest.raises(NotFound):
        keys.mailbox_seed(claire.mailbox.id, epoch.number)
    Grant.objects.create(
        id=ids.new(),
        epoch=epoch,
        principal=principal,
        rights=Grant.Right.LIST,
        sealed_seed=b"",
        since=clock.now(),
    )
    with pytest.raises(NotFound):  # it may list, not read
        Keys(principal.id, seed, at=clock.now()).mailbox_seed(claire.mailbox.id, epoch.number)
    Grant.objects.update(rights=Grant.Right.READ, until=clock.now())
    with pytest.raises(NotFound):  # its owner lost the right
        Keys(principal.id, seed, at=clock.now()).mailbox_seed(claire.mailbox.id, epoch.number)

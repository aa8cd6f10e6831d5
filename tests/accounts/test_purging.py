from datetime import UTC, datetime, timedelta

import pytest

from sceau.accounts import login, purging, recovery, signup
from sceau.accounts.models import Code, JournalEntry, Rate, Recovery, SignUp
from sceau.core import ids
from sceau.core.values import Address
from sceau.demo.cast import CLAIRE
from sceau.vault import principals
from sceau.vault.models import Principal, Session, Wrap
from tests.people import Member, join, link

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NOBODY = Address.parse("personne@nulle-part.example")


@pytest.fixture
def claire(db: None) -> Member:
    return join(CLAIRE, at=AT)


def leave_everything_half_done(claire: Member) -> None:
    signup.ask(NOBODY, language="fr", network="192.0.2.7", at=AT)
    recovery.ask(claire.address, language="fr", network="192.0.2.7", at=AT)
    login.begin(claire.address, claire.password, network="192.0.2.7", device="", at=AT)


def test_what_still_lives_stays(claire: Member) -> None:
    leave_everything_half_done(claire)
    purging.purge(at=AT + timedelta(minutes=9))
    for model in (SignUp, Recovery, Session, Code, Rate):
        assert model.objects.exists(), model


def test_what_is_over_goes(claire: Member) -> None:
    leave_everything_half_done(claire)
    purging.purge(at=AT + timedelta(hours=48))
    for model in (SignUp, Recovery, Session, Code, Rate):
        assert not model.objects.exists(), model
    assert Principal.objects.get() == claire.person.principal


def test_a_key_that_nobody_owns_goes_after_a_day(claire: Member) -> None:
    principals.create(ids.new(), "Vent-frais 7 collines", at=AT)
    purging.purge(at=AT + timedelta(hours=23))
    assert Principal.objects.count() == 2
    purging.purge(at=AT + timedelta(hours=24))
    assert Principal.objects.get() == claire.person.principal


def test_the_journal_is_kept_a_year_and_nobodys_a_day(claire: Member) -> None:
    recovery.ask(NOBODY, language="fr", network="192.0.2.7", at=AT)
    purging.purge(at=AT + timedelta(days=1))
    assert [entry.person for entry in JournalEntry.objects.all()] == [claire.person]
    purging.purge(at=AT + timedelta(days=365))
    assert not JournalEntry.objects.exists()


def test_a_recovery_that_nobody_released_ends(claire: Member) -> None:
    recovery.ask(claire.address, language="fr", network="192.0.2.7", at=AT)
    token = link(claire.person.email, "recovery").rpartition("/")[2]
    recovery.wait(token, "Vent-frais 7 collines", device="", at=AT)
    purging.purge(at=AT + timedelta(days=29))
    assert recovery.under_way(claire.person)
    purging.purge(at=AT + timedelta(days=30))
    assert recovery.under_way(claire.person) is None
    assert not Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).exists()

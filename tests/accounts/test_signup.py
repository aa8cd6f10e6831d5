from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sceau.accounts import mailboxes, signup
from sceau.accounts.models import JournalEntry, Mailbox, Person, SignUp
from sceau.accounts.passwords import WeakPassword
from sceau.accounts.people import Identity
from sceau.accounts.signup import LinkGone
from sceau.core import box
from sceau.core.errors import TooMany
from sceau.core.values import Address
from sceau.demo.cast import CLAIRE
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence, Record
from sceau.notify.models import Notice
from sceau.vault import principals
from sceau.vault.models import Principal, Wrap
from tests.people import Member, actor, join, link, mails

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
ADDRESS = Address.parse("jean.dupuis@nouveau.example")
IDENTITY = Identity(given_name="Jean", family_name="Dupuis", civility="M.", profession="Pharmacien")
PASSWORD = "Vent-frais 7 collines"

pytestmark = pytest.mark.django_db


def ask(address: Address = ADDRESS, at: datetime = AT) -> None:
    signup.ask(address, language="fr", network="192.0.2.7", at=at)


def token() -> str:
    return link(str(ADDRESS), "signup").rpartition("/")[2]


def complete(token: str, password: str = PASSWORD, at: datetime = AT) -> signup.Opened:
    return signup.complete(token, IDENTITY, password, language="fr", device="Firefox, Linux", at=at)


def test_the_link_opens_an_account_with_its_key_and_mailbox() -> None:
    ask()
    opened = complete(token())
    person = Person.objects.get()
    assert person == opened.person
    assert (person.name, person.email, person.status) == ("M. Jean Dupuis", str(ADDRESS), Person.Status.UNVERIFIED)
    assert person.principal.subject == person.id
    mailbox = mailboxes.personal(person)
    assert (mailbox.address, mailbox.domain) == (str(ADDRESS), "nouveau.example")
    assert mailboxes.keys_for([mailbox])[mailbox.id].number == 1
    assert [message.kind for message in mails(str(ADDRESS))] == ["signup", "welcome"]
    assert JournalEntry.objects.get(person=person).kind == "signed-up"


def test_the_longest_name_fits_its_mailbox() -> None:
    ask()
    longest = replace(IDENTITY, civility="Mme", given_name="É" * 80, family_name="W" * 80)
    opened = signup.complete(token(), longest, PASSWORD, language="fr", device="", at=AT)
    assert Mailbox.objects.get().name == opened.person.name
    assert len(opened.person.name) <= (Mailbox._meta.get_field("name").max_length or 0)  # SQLite would not say


def test_the_recovery_code_is_shown_and_stored_nowhere() -> None:
    ask()
    code = complete(token()).recovery_code
    stored = b"".join(bytes(wrap.sealed) for wrap in Wrap.objects.all())
    assert len(code) == 39
    assert code.encode() not in stored
    assert code.replace("-", "").encode() not in stored


def test_the_first_epoch_is_in_evidence_and_its_owner_reads_it(claire: Member) -> None:
    evidence = Evidence.objects.get(event=Event.MAILBOX_EPOCH)
    _, content = records.open(Record.objects.get(commitment=evidence.facts), actor(claire).keys)
    assert (content["mailbox"], content["epoch"]) == (str(claire.mailbox.id), 1)


def test_the_table_of_links_does_not_tell_who_asked() -> None:
    ask()
    row = SignUp.objects.get()
    assert str(ADDRESS).encode() not in bytes(row.sealed_address)
    assert len(bytes(row.sealed_address)) == len(str(ADDRESS)) + box.OVERHEAD


@pytest.mark.attack(25)
def test_reading_a_link_a_hundred_times_uses_nothing_up() -> None:
    ask()
    for _ in range(100):
        assert signup.read(token(), at=AT) == ADDRESS
    complete(token())


def test_a_link_serves_once() -> None:
    ask()
    used = token()
    complete(used)
    with pytest.raises(LinkGone):
        complete(used)
    with pytest.raises(LinkGone):
        signup.read(used, at=AT)


def test_a_link_lives_48_hours() -> None:
    ask()
    signup.read(token(), at=AT + timedelta(hours=47, minutes=59))
    with pytest.raises(LinkGone):
        complete(token(), at=AT + timedelta(hours=48))


def test_a_second_link_to_the_same_address_opens_no_second_account() -> None:
    ask()
    first = token()
    ask()
    complete(token())
    with pytest.raises(LinkGone):
        complete(first)
    assert Person.objects.count() == Mailbox.objects.count() == Principal.objects.count() == 1


def test_two_submits_of_one_link_at_once_leave_one_account_and_no_stray_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other submit finishes while this one stretches its password."""
    ask()
    used, create = token(), principals.create

    def interrupted(*args: Any, **kwargs: Any) -> principals.NewPrincipal:
        monkeypatch.setattr(principals, "create", create)
        complete(used)
        return create(*args, **kwargs)

    monkeypatch.setattr(principals, "create", interrupted)
    with pytest.raises(LinkGone):
        complete(used)
    assert Person.objects.count() == Principal.objects.count() == 1


def test_a_weak_password_leaves_the_link_as_it_was() -> None:
    ask()
    with pytest.raises(WeakPassword):
        complete(token(), "Jean.Dupuis-2026")
    assert Principal.objects.count() == 0
    complete(token())


def test_a_made_up_token_opens_nothing() -> None:
    with pytest.raises(LinkGone):
        signup.read("A" * 43, at=AT)


@pytest.mark.attack(24)
def test_a_known_address_gets_the_same_work_and_another_mail() -> None:
    """What leaves differs in its words only, and only its reader sees them."""
    join(CLAIRE, at=AT)
    rows = SignUp.objects.count(), Notice.objects.count()
    ask(Address.parse(CLAIRE.email))
    assert (SignUp.objects.count(), Notice.objects.count()) == (rows[0] + 1, rows[1] + 1)
    ask()
    assert (SignUp.objects.count(), Notice.objects.count()) == (rows[0] + 2, rows[1] + 2)
    assert [message.kind for message in mails(CLAIRE.email)][-1] == "signup-known"


def test_a_known_address_gets_no_link_to_a_second_account() -> None:
    join(CLAIRE, at=AT)
    ask(Address.parse(CLAIRE.email))
    context = mails(CLAIRE.email, "signup-known")[-1].context
    assert set(context) == {"link", "recovery_link"}


def test_an_address_is_written_to_three_times_an_hour() -> None:
    for _ in range(3):
        ask()
    with pytest.raises(TooMany) as caught:
        ask()
    assert 0 < caught.value.retry_after <= 3600
    assert len(mails(str(ADDRESS))) == 3

"""Chloé has an account, and a friend who writes to the database: what they get of Claire's mail (attack 32)."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from sceau import custody
from sceau.accounts import mailboxes, recovery, signup
from sceau.accounts.models import Mailbox, Person, Recovery, SignUp
from sceau.core import box, clock, hpke, ids, random
from sceau.core.encoding import labelled
from sceau.core.errors import NotFound, Unreadable
from sceau.envelopes import summaries
from sceau.envelopes.models import Copy, Draft, Envelope
from sceau.evidence.models import Evidence
from sceau.vault import epochs
from sceau.vault.models import Grant, MailboxEpoch, Principal, Session
from sceau.vault.signer import UnsignedKey
from tests import people
from tests.attacks.test_sessions import row
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.attack(32), pytest.mark.req("V9")]

NEW = "Vent-frais 7 collines"


def epoch_of(member: Member) -> MailboxEpoch:
    return MailboxEpoch.objects.filter(mailbox=member.mailbox.id).latest("number")


def a_key_of_his_own(victim: Member, thief: Member) -> None:
    MailboxEpoch.objects.filter(id=epoch_of(victim).id).update(public_key=hpke.public_key(random.key()))


def the_thief_s_row(victim: Member, thief: Member) -> None:
    """Key, statement and signature of the thief's own mailbox, all genuine."""
    his = epoch_of(thief)
    MailboxEpoch.objects.filter(id=epoch_of(victim).id).update(
        public_key=his.public_key, statement=his.statement, signature=his.signature
    )


def the_thief_s_key_as_a_next_epoch(victim: Member, thief: Member) -> None:
    his = epoch_of(thief)
    his.id, his.mailbox, his.number = ids.new(), victim.mailbox.id, 2
    his.save(force_insert=True)


def the_thief_s_address(victim: Member, thief: Member) -> None:
    """The two mailboxes change addresses: whoever writes to Claire would write to Chloé."""
    hers, his = victim.mailbox.address, thief.mailbox.address
    Mailbox.objects.filter(id=victim.mailbox.id).update(address="ailleurs@tilleuls.example")
    Mailbox.objects.filter(id=thief.mailbox.id).update(address=hers)
    Mailbox.objects.filter(id=victim.mailbox.id).update(address=his)


SWAPS: list[Callable[[Member, Member], None]] = [
    a_key_of_his_own,
    the_thief_s_row,
    the_thief_s_key_as_a_next_epoch,
    the_thief_s_address,
]


class TestWhatIsSentFromNowOn:
    @pytest.mark.parametrize("swap", SWAPS)
    def test_nothing_is_sealed_to_a_key_that_nobody_signed_for_it(
        self, claire: Member, marc: Member, chloe: Member, swap: Callable[[Member, Member], None]
    ) -> None:
        """The sender is told plainly, nothing has left, his draft is kept."""
        draft = desk.write(people.actor(marc), str(claire.address), text="Pour elle seule")
        browser, recorded = sign_in(marc), Evidence.objects.count()
        swap(claire, chloe)
        form = {"revision": "1", "to": str(claire.address), "subject": "Avis", "body": "Pour elle seule"}
        answer = browser.post(f"/brouillons/{draft.id}/sceller", form)
        assert answer.status_code == 500
        assert "Une clé n’a pas pu être vérifiée" in text_of(answer) or "rien n’a été scellé ni envoyé" in text_of(
            answer
        )
        assert not Envelope.objects.exists()
        assert Evidence.objects.count() == recorded
        assert Draft.objects.get().revision == 1

    def test_an_old_key_put_back_receives_nothing(self, claire: Member, marc: Member) -> None:
        """Somebody holds the older private half, and deletes the newer row."""
        mailboxes.roll(claire.mailbox, at=clock.now())
        epoch_of(claire).delete()
        with pytest.raises(mailboxes.OldEpoch):
            desk.send(people.actor(marc), str(claire.address))

    def test_a_mailbox_rolls_for_nobody_but_its_owner(self, claire: Member, chloe: Member) -> None:
        """Named as owner in the tables, Chloé would be granted what arrives from the next epoch on."""
        _take_over(claire, chloe)
        with pytest.raises(UnsignedKey):
            mailboxes.roll(Mailbox.objects.get(id=claire.mailbox.id), at=clock.now())
        browser = Client()
        browser.post("/acces-perdu", {"address": claire.person.email})
        form = {"way": "code", "recovery_code": chloe.recovery_code, "password": NEW, "repeat": NEW}
        assert browser.post(people.link(claire.person.email, "recovery"), form).status_code == 500
        assert not Grant.objects.filter(principal=chloe.person.principal, epoch__mailbox=claire.mailbox.id).exists()

    def test_a_link_that_nobody_mailed_opens_no_account(self, claire: Member) -> None:
        """A row made by hand would confirm any address; with Claire's renamed, mail to her would go to its maker."""
        token, address = random.token(), b"chef@tilleuls.example"
        made = box.seal(signup._key(token), address, info=signup._INFO)
        digests = (
            token.encode(),
            labelled(b"sceau/accounts/1", "signup", token.encode()),
        )  # all but SECRET_KEY is known
        for row_id in (hashlib.sha256(digest).digest() for digest in digests):
            SignUp.objects.create(id=row_id, sealed_address=made, expires_at=clock.now() + timedelta(hours=1))
        form = {"given_name": "Chef", "family_name": "Faux", "password": NEW, "repeat": NEW}
        assert Client().post(f"/inscription/{token}", form).status_code == 410
        assert not Person.objects.filter(email=address.decode()).exists()


class TestWhatIsStoredAlready:
    @pytest.fixture
    def envelope(self, claire: Member, marc: Member) -> Envelope:
        return desk.send(people.actor(marc), str(claire.address), text="Pour elle seule")

    def test_a_grant_of_hers_copied_to_the_thief_opens_nothing(
        self, claire: Member, chloe: Member, envelope: Envelope
    ) -> None:
        hers = Grant.objects.get(epoch=epoch_of(claire))
        Grant.objects.create(
            epoch=hers.epoch,
            principal=chloe.person.principal,
            rights=hers.rights,
            sealed_seed=hers.sealed_seed,
            since=hers.since,
        )
        with pytest.raises(Unreadable):
            summaries.summary(desk.copy_of(envelope, claire), people.actor(chloe).keys)

    def test_a_grant_made_for_the_thief_opens_nothing(self, claire: Member, chloe: Member, envelope: Envelope) -> None:
        """Sealed to her by the book, around a seed that is not the mailbox's."""
        epoch, principal = epoch_of(claire), chloe.person.principal
        info = epochs.grant_info(epoch.mailbox, epoch.number, principal.id)
        sealed = hpke.seal(bytes(principal.public_key), random.key(), info=info)
        Grant.objects.create(epoch=epoch, principal=principal, rights=31, sealed_seed=sealed, since=clock.now())
        with pytest.raises(UnsignedKey):
            summaries.summary(desk.copy_of(envelope, claire), people.actor(chloe).keys)

    def test_a_copy_moved_to_the_thief_s_mailbox_is_a_closed_box(
        self, claire: Member, chloe: Member, envelope: Envelope
    ) -> None:
        """It is listed there, and neither the list nor its page shows a word of it."""
        copy = desk.copy_of(envelope, claire)
        Copy.objects.filter(id=copy.id).update(mailbox=chloe.mailbox)
        browser = sign_in(chloe)
        assert "Avis" not in text_of(browser.get("/recues"))
        for answer in (browser.get(f"/enveloppes/{copy.id}"), browser.get(f"/enveloppes/{copy.id}/message.eml")):
            assert answer.status_code in (403, 500)
            assert "Pour elle seule" not in answer.content.decode()
        browser.post(f"/enveloppes/{copy.id}/ouvrir")
        answer = browser.get(f"/enveloppes/{copy.id}")
        assert answer.status_code == 500
        assert "Ce contenu ne s’ouvre pas" in text_of(answer)

    def test_a_draft_with_another_author_shows_nothing(self, claire: Member, chloe: Member) -> None:
        draft = desk.write(people.actor(claire), "", text="Pour elle seule")
        Draft.objects.filter(id=draft.id).update(author=chloe.person, mailbox=chloe.mailbox)
        answer = sign_in(chloe).get(f"/brouillons/{draft.id}")
        assert answer.status_code in (404, 500)
        assert "Pour elle seule" not in answer.content.decode()

    def test_an_owner_named_in_the_table_is_nobody_here(
        self, claire: Member, chloe: Member, envelope: Envelope
    ) -> None:
        """Neither reads her mail nor writes in her name: the signer never saw this key under her address."""
        browser = sign_in(chloe)
        _take_over(claire, chloe)
        assert browser.get("/recues").status_code == 303
        assert browser.post("/rediger", {"body": "Au nom de Claire"}).status_code == 303
        assert not Draft.objects.exists()


class TestActingUnderHerName:
    def test_her_person_with_the_thief_s_key_is_nobody(self, claire: Member, chloe: Member) -> None:
        """His password opens his own key, which the tables now call hers."""
        hers, his = claire.person.principal_id, chloe.person.principal_id
        spare = Principal.objects.create(
            kind="device", subject=ids.new(), public_key=b"", statement=b"", signature=b"", created_at=clock.now()
        )
        for person, principal in ((chloe, spare.id), (claire, his), (chloe, hers)):
            Person.objects.filter(id=person.person.id).update(principal=principal)
        browser = Client()
        browser.post("/connexion", {"address": claire.person.email, "password": chloe.password})
        digits = [
            str(mail.context["code"]) for who in (claire, chloe) for mail in people.mails(who.person.email, "code")
        ]
        for code in digits:
            browser.post("/connexion/code", {"code": code})
        assert browser.get("/recues").status_code in (303, 410)

    def test_her_session_row_with_the_thief_s_cookie_is_nobody(self, claire: Member, chloe: Member) -> None:
        hers, his = sign_in(claire), sign_in(chloe)
        stolen = row(hers).get()
        row(hers).delete()
        Session.objects.filter(id=row(his).get().id).update(
            principal=stolen.principal, wrapped_key=stolen.wrapped_key, strong_at=stolen.strong_at
        )
        assert his.get("/recues").status_code == 303


@pytest.mark.req("V8")
class TestLostAccess:
    """The slow way gives a key back after a day and an operator's word: rows alone must do neither."""

    def test_a_row_that_says_released_releases_nothing(self, claire: Member) -> None:
        """The thief reads her new mail, asks, chooses a password, waits a day, and writes RELEASED himself."""
        browser = Client()
        browser.post("/acces-perdu", {"address": claire.person.email})
        form = {"way": "wait", "password": NEW, "repeat": NEW}
        assert browser.post(people.link(claire.person.email, "recovery"), form).status_code == 200
        Recovery.objects.update(state=Recovery.State.RELEASED)
        with pytest.raises(UnsignedKey):
            recovery.hand_over(Recovery.objects.get().id, at=clock.now() + timedelta(days=2))
        Recovery.objects.update(state=Recovery.State.HANDED)
        answer = browser.post("/connexion", {"address": claire.person.email, "password": NEW})
        assert answer.status_code == 422

    def test_an_operator_s_release_does(self, claire: Member) -> None:
        """The same road with the operator's command: otherwise the case above would prove nothing."""
        browser = Client()
        browser.post("/acces-perdu", {"address": claire.person.email})
        form = {"way": "wait", "password": NEW, "repeat": NEW}
        browser.post(people.link(claire.person.email, "recovery"), form)
        later = clock.now() + timedelta(days=2)
        recovery.release(claire.address, at=later)
        recovery.hand_over(Recovery.objects.get().id, at=later)
        assert browser.post("/connexion", {"address": claire.person.email, "password": NEW}).status_code == 303

    def test_custody_opens_for_the_one_it_was_sealed_for(self, claire: Member, chloe: Member) -> None:
        wraps = {member: member.person.principal.wraps.get(kind="custody") for member in (claire, chloe)}
        info = hpke.info("custody-wrap", chloe.person.principal_id)
        with pytest.raises((Unreadable, NotFound)):
            custody.load().open("recovery", bytes(wraps[claire].sealed), info=info)


def _take_over(victim: Member, thief: Member) -> None:
    """Every table says that the victim's address and mailbox are the thief's."""
    Mailbox.objects.filter(id=thief.mailbox.id).update(address="ancienne@tilleuls.example", owner=None)
    Person.objects.filter(id=victim.person.id).update(email="oubliee@tilleuls.example")
    Person.objects.filter(id=thief.person.id).update(email=victim.person.email)
    Mailbox.objects.filter(id=victim.mailbox.id).update(owner=thief.person)

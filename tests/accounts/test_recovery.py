from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from sceau.accounts import login, mailboxes, recovery
from sceau.accounts.actor import Actor
from sceau.accounts.models import JournalEntry, Recovery
from sceau.accounts.passwords import WeakPassword
from sceau.accounts.recovery import RecoveryGone, StillRefusable
from sceau.core import hpke
from sceau.core.errors import Busy, NotFound, TooMany
from sceau.core.values import Address
from sceau.demo.cast import CLAIRE
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.jobs.models import Job
from sceau.vault import epochs, principals, sessions
from sceau.vault.keyring import Keys
from sceau.vault.models import Session, Wrap
from sceau.vault.principals import WrongPassword, WrongRecoveryCode
from tests.accounts.counting import work
from tests.people import Member, actor, code, join, link, mails

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NOBODY = Address.parse("personne@nulle-part.example")
NEW = "Vent-frais 7 collines"
DEVICE = "Firefox, Linux"
DAY = timedelta(hours=24)


@pytest.fixture
def claire(db: None) -> Member:
    return join(CLAIRE, at=AT)


def ask(member: Member, at: datetime = AT) -> str:
    """The token that was mailed."""
    recovery.ask(member.address, language="fr", network="192.0.2.7", at=at)
    return link(member.person.email, "recovery").rpartition("/")[2]


def wait(member: Member, password: str = NEW, at: datetime = AT) -> datetime:
    return recovery.wait(ask(member, at), password, device=DEVICE, at=at)


def refusal(member: Member) -> str:
    return link(member.person.email, "recovery-waiting").rpartition("/")[2]


def sign_in(member: Member, password: str, at: datetime = AT) -> login.SignedIn:
    cookie = login.begin(member.address, password, network="192.0.2.7", device=DEVICE, at=at)
    return login.finish(cookie, code(member.person.email), device_token="", device=DEVICE, at=at)


def keys_after(signed_in: login.SignedIn, at: datetime) -> Keys:
    found = sessions.find(signed_in.cookie, at=at, human=True)
    assert found
    assert found.keys
    return found.keys


def events(*wanted: Event) -> list[Event]:
    return [event for event in Event for _ in Evidence.objects.filter(event=event) if event in wanted]


def state(member: Member) -> str:
    return Recovery.objects.filter(person=member.person).latest("asked_at").state


class Letter:
    """Something sealed to a mailbox before its owner lost the way in."""

    def __init__(self, member: Member) -> None:
        self.key = mailboxes.keys_for([member.mailbox])[member.mailbox.id]
        self.sealed = hpke.seal(self.key.public_key, b"bonjour", info=b"essai")

    def read(self, keys: Keys) -> bytes:
        return keys.open(self.key.mailbox, self.key.number, self.sealed, info=b"essai")


class TestAsking:
    def test_a_link_leaves_for_an_account(self, claire: Member) -> None:
        token = ask(claire)
        assert recovery.read(token, at=AT) == claire.person

    @pytest.mark.attack(24)
    def test_an_unknown_address_is_one_answer_for_the_same_work(
        self, claire: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with work(monkeypatch) as for_claire:
            ask(claire)
        with work(monkeypatch) as for_nobody:
            recovery.ask(NOBODY, language="fr", network="192.0.2.8", at=AT)
        assert for_claire == for_nobody
        assert for_claire.rows["Notice"] == 1
        assert [message.kind for message in mails(str(NOBODY))] == ["recovery-unknown"]

    def test_three_an_hour(self, claire: Member) -> None:
        for _ in range(3):
            ask(claire)
        with pytest.raises(TooMany):
            ask(claire)

    @pytest.mark.attack(25)
    def test_reading_the_link_uses_nothing_up(self, claire: Member) -> None:
        token = ask(claire)
        for _ in range(100):
            recovery.read(token, at=AT)
        recovery.with_code(token, claire.recovery_code, NEW, device=DEVICE, at=AT)

    def test_the_link_lives_an_hour(self, claire: Member) -> None:
        token = ask(claire)
        with pytest.raises(RecoveryGone):
            recovery.with_code(token, claire.recovery_code, NEW, device=DEVICE, at=AT + timedelta(hours=1))

    def test_a_made_up_link_opens_nothing(self, claire: Member) -> None:
        with pytest.raises(RecoveryGone):
            recovery.read("A" * 43, at=AT)


class TestWithTheRecoveryCode:
    def test_the_new_password_reads_what_was_there(self, claire: Member) -> None:
        letter = Letter(claire)
        recovery.with_code(ask(claire), claire.recovery_code, NEW, device=DEVICE, at=AT)
        assert letter.read(keys_after(sign_in(claire, NEW), AT)) == b"bonjour"
        with pytest.raises(WrongPassword):
            sign_in(claire, claire.password)

    @pytest.mark.req("V8")
    def test_all_sessions_end_the_epoch_rolls_evidence_and_mail_tell(self, claire: Member) -> None:
        sign_in(claire, claire.password)
        recovery.with_code(ask(claire), claire.recovery_code, NEW, device=DEVICE, at=AT)
        assert not Session.objects.exists()
        assert mailboxes.keys_for([claire.mailbox])[claire.mailbox.id].number == 2
        assert events(Event.ACCOUNT_RECOVERY_DONE, Event.CUSTODY_USED) == [Event.ACCOUNT_RECOVERY_DONE]
        assert mails(claire.person.email)[-1].kind == "recovery-done"
        assert JournalEntry.objects.filter(person=claire.person, kind="recovery-done").count() == 1

    def test_the_code_is_replaced(self, claire: Member) -> None:
        new_code = recovery.with_code(ask(claire), claire.recovery_code, NEW, device=DEVICE, at=AT)
        with pytest.raises(WrongRecoveryCode):
            recovery.with_code(ask(claire), claire.recovery_code, NEW, device=DEVICE, at=AT)
        recovery.with_code(ask(claire), new_code.lower().replace("-", " "), NEW, device=DEVICE, at=AT)

    def test_a_wrong_one_changes_nothing_and_leaves_the_link(self, claire: Member) -> None:
        token = ask(claire)
        with pytest.raises(WrongRecoveryCode):
            recovery.with_code(token, "A" * 32, NEW, device=DEVICE, at=AT)
        sign_in(claire, claire.password)
        recovery.with_code(token, claire.recovery_code, NEW, device=DEVICE, at=AT)

    def test_five_tries_an_hour(self, claire: Member) -> None:
        token = ask(claire)
        for _ in range(5):
            with pytest.raises(WrongRecoveryCode):
                recovery.with_code(token, "A" * 32, NEW, device=DEVICE, at=AT)
        with pytest.raises(TooMany):
            recovery.with_code(token, claire.recovery_code, NEW, device=DEVICE, at=AT)

    def test_somebody_elses_code_opens_nothing(self, claire: Member, chloe: Member) -> None:
        with pytest.raises(WrongRecoveryCode):
            recovery.with_code(ask(claire), chloe.recovery_code, NEW, device=DEVICE, at=AT)

    def test_the_link_serves_once(self, claire: Member) -> None:
        token = ask(claire)
        new_code = recovery.with_code(token, claire.recovery_code, NEW, device=DEVICE, at=AT)
        with pytest.raises(RecoveryGone):
            recovery.with_code(token, new_code, NEW, device=DEVICE, at=AT)

    def test_the_password_rule_holds_here_too(self, claire: Member) -> None:
        with pytest.raises(WeakPassword):
            recovery.with_code(ask(claire), claire.recovery_code, "Vasseur-2026!", device=DEVICE, at=AT)


class TestWithAnOpenSession:
    def test_it_is_a_second_proof(self, claire: Member) -> None:
        letter = Letter(claire)
        recovery.with_session(ask(claire), NEW, by=actor(claire), device=DEVICE, at=AT)
        assert letter.read(keys_after(sign_in(claire, NEW), AT)) == b"bonjour"

    def test_somebody_elses_is_not(self, claire: Member, chloe: Member) -> None:
        with pytest.raises(RecoveryGone):
            recovery.with_session(ask(claire), NEW, by=actor(chloe), device=DEVICE, at=AT)
        sign_in(claire, claire.password)


class TestWaiting:
    @pytest.mark.req("V8")
    def test_a_link_alone_opens_nothing(self, claire: Member) -> None:
        wait(claire)
        with pytest.raises(WrongPassword):
            sign_in(claire, NEW)

    def test_it_tells_the_person_ends_the_sessions_and_rolls_the_epoch(self, claire: Member) -> None:
        sign_in(claire, claire.password)
        until = wait(claire)
        assert until == AT + DAY
        assert not Session.objects.exists()
        assert mailboxes.keys_for([claire.mailbox])[claire.mailbox.id].number == 2
        assert mails(claire.person.email)[-1].kind == "recovery-waiting"
        assert events(Event.ACCOUNT_RECOVERY_ASKED) == [Event.ACCOUNT_RECOVERY_ASKED]

    def test_the_owner_still_comes_in_with_the_old_password_and_refuses(self, claire: Member) -> None:
        wait(claire)
        sign_in(claire, claire.password)
        assert recovery.under_way(claire.person)
        recovery.refuse_own(claire.person, device=DEVICE, at=AT)
        assert state(claire) == "refused"
        assert recovery.under_way(claire.person) is None
        with pytest.raises(NotFound):
            recovery.release(claire.address, at=AT + DAY)

    def test_the_mailed_link_refuses_too_once(self, claire: Member) -> None:
        wait(claire)
        assert recovery.read_refusal(refusal(claire)) == claire.person
        recovery.refuse(refusal(claire), device=DEVICE, at=AT)
        with pytest.raises(RecoveryGone):
            recovery.refuse(refusal(claire), device=DEVICE, at=AT)
        assert events(Event.ACCOUNT_RECOVERY_REFUSED) == [Event.ACCOUNT_RECOVERY_REFUSED]
        assert not Wrap.objects.filter(kind=Wrap.Kind.RECEPTION).exists()

    @pytest.mark.attack(25)
    def test_reading_the_refusal_link_refuses_nothing(self, claire: Member) -> None:
        wait(claire)
        for _ in range(100):
            recovery.read_refusal(refusal(claire))
        assert state(claire) == "waiting"

    @pytest.mark.req("V8")
    def test_no_operator_shortens_the_delay(self, claire: Member) -> None:
        wait(claire)
        with pytest.raises(StillRefusable) as caught:
            recovery.release(claire.address, at=AT + DAY - timedelta(seconds=1))
        assert caught.value.until == AT + DAY
        assert not Job.objects.filter(name="hand-over").exists()

    def test_the_delay_is_a_setting(self, claire: Member, settings: Settings) -> None:
        settings.SCEAU_RECOVERY_HOURS = 48
        assert wait(claire) == AT + 2 * DAY

    def test_a_new_asking_begins_a_new_delay_and_forgets_the_first_password(self, claire: Member) -> None:
        wait(claire, "Premier-essai 1 de trop", at=AT)
        wait(claire, at=AT + timedelta(hours=20))
        with pytest.raises(StillRefusable):
            recovery.release(claire.address, at=AT + DAY)
        finish_waiting(claire, AT + timedelta(hours=44))
        with pytest.raises(WrongPassword):
            sign_in(claire, "Premier-essai 1 de trop", at=AT + timedelta(hours=44))
        sign_in(claire, NEW, at=AT + timedelta(hours=44))

    @pytest.mark.attack(38)
    def test_a_new_asking_that_comes_to_nothing_leaves_the_first_password_waiting(
        self, claire: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else an operator would release the first asking, and the key would go to the second one's password."""
        wait(claire)
        before = bytes(Wrap.objects.get(kind=Wrap.Kind.RECEPTION).sealed)

        def busy(*_arguments: object, **_options: object) -> None:
            raise Busy

        monkeypatch.setattr(mailboxes, "roll", busy)
        with pytest.raises(Busy):
            wait(claire, "Tilleul-verveine-8", at=AT + DAY)
        assert bytes(Wrap.objects.get(kind=Wrap.Kind.RECEPTION).sealed) == before
        assert recovery.release(claire.address, at=AT + DAY) == claire.person

    def test_the_recovery_code_found_again_ends_the_waiting(self, claire: Member) -> None:
        wait(claire)
        recovery.with_code(ask(claire), claire.recovery_code, "Autre-vent 8 collines", device=DEVICE, at=AT)
        with pytest.raises(NotFound):
            recovery.release(claire.address, at=AT + DAY)
        sign_in(claire, "Autre-vent 8 collines")


def finish_waiting(member: Member, at: datetime) -> None:
    """The operator releases, the worker hands over."""
    recovery.release(member.address, at=at)
    job = Job.objects.get(name="hand-over")
    assert job.object_id
    recovery.hand_over(job.object_id, at=at)


class TestReleased:
    LATER = AT + DAY

    @pytest.mark.req("V8")
    def test_the_new_password_reads_what_was_there_and_what_came_meanwhile(self, claire: Member) -> None:
        before = Letter(claire)
        wait(claire)
        meanwhile = Letter(claire)
        assert (before.key.number, meanwhile.key.number) == (1, 2)
        finish_waiting(claire, self.LATER)
        keys = keys_after(sign_in(claire, NEW, self.LATER), self.LATER)
        assert (before.read(keys), meanwhile.read(keys)) == (b"bonjour", b"bonjour")
        assert state(claire) == "done"

    def test_a_second_login_is_an_ordinary_one(self, claire: Member) -> None:
        wait(claire)
        finish_waiting(claire, self.LATER)
        sign_in(claire, NEW, self.LATER)
        sign_in(claire, NEW, self.LATER + DAY)
        assert events(Event.ACCOUNT_RECOVERY_DONE) == [Event.ACCOUNT_RECOVERY_DONE]

    def test_the_old_password_has_stopped_working(self, claire: Member) -> None:
        wait(claire)
        finish_waiting(claire, self.LATER)
        with pytest.raises(WrongPassword):
            sign_in(claire, claire.password, self.LATER)

    @pytest.mark.attack(24)
    def test_a_wrong_password_costs_what_it_costs_for_nobody(
        self, claire: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wait(claire)
        finish_waiting(claire, self.LATER)
        with work(monkeypatch) as for_claire, pytest.raises(WrongPassword):
            sign_in(claire, "Tilleul-verveine-8", self.LATER)
        with work(monkeypatch) as for_nobody, pytest.raises(WrongPassword):
            login.begin(NOBODY, "Tilleul-verveine-8", network="192.0.2.8", device=DEVICE, at=self.LATER)
        assert for_claire == for_nobody
        assert for_claire.stretched == 1

    def test_a_session_of_the_old_password_ends_with_it(self, claire: Member) -> None:
        wait(claire)
        old = sign_in(claire, claire.password, self.LATER)
        finish_waiting(claire, self.LATER)
        sign_in(claire, NEW, self.LATER)
        assert sessions.find(old.cookie, at=self.LATER, human=True) is None

    @pytest.mark.req("V8")
    def test_custody_is_used_once_and_leaves_evidence(self, claire: Member) -> None:
        wait(claire)
        finish_waiting(claire, self.LATER)
        recovery.hand_over(Recovery.objects.get().id, at=self.LATER)
        assert events(Event.CUSTODY_USED, Event.ACCOUNT_RECOVERY_RELEASED) == [
            Event.ACCOUNT_RECOVERY_RELEASED,
            Event.CUSTODY_USED,
        ]
        assert mails(claire.person.email)[-1].kind == "recovery-done"

    def test_it_can_be_refused_until_the_new_password_has_served(self, claire: Member) -> None:
        wait(claire)
        finish_waiting(claire, self.LATER)
        recovery.refuse(refusal(claire), device=DEVICE, at=self.LATER)
        with pytest.raises(WrongPassword):
            sign_in(claire, NEW, self.LATER)
        sign_in(claire, claire.password, self.LATER)

    def test_what_was_refused_between_release_and_worker_is_not_handed_over(self, claire: Member) -> None:
        wait(claire)
        recovery.release(claire.address, at=self.LATER)
        recovery.refuse(refusal(claire), device=DEVICE, at=self.LATER)
        recovery.hand_over(Recovery.objects.get().id, at=self.LATER)
        assert events(Event.CUSTODY_USED) == []

    def test_nobody_is_released_who_did_not_ask(self, claire: Member) -> None:
        ask(claire)
        with pytest.raises(NotFound):
            recovery.release(claire.address, at=self.LATER)
        with pytest.raises(NotFound):
            recovery.release(NOBODY, at=self.LATER)


def test_a_roll_grants_the_new_epoch_to_its_owner(claire: Member) -> None:
    wait(claire)
    key = epochs.current([claire.mailbox.id])[claire.mailbox.id]
    opened: Actor = actor(claire)
    assert hpke.public_key(opened.keys.mailbox_seed(key.mailbox, key.number)) == key.public_key
    assert principals.check_password(claire.person.principal, claire.password)

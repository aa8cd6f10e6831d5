from datetime import UTC, datetime

import pytest

from sceau.accounts import credentials, login
from sceau.accounts.actor import Actor, of
from sceau.accounts.models import JournalEntry
from sceau.accounts.passwords import WeakPassword
from sceau.core import ids
from sceau.core.errors import NotFound, TooMany
from sceau.demo.cast import CLAIRE
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.vault import principals, sessions
from sceau.vault.models import Session
from sceau.vault.principals import WrongPassword, WrongRecoveryCode
from tests.people import Member, code, join, mails

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NEW = "Vent-frais 7 collines"
DEVICE = "Firefox, Linux"


@pytest.fixture
def claire(db: None) -> Member:
    return join(CLAIRE, at=AT)


def come_in(member: Member) -> Actor:
    cookie = login.begin(member.address, member.password, network="192.0.2.7", device=DEVICE, at=AT)
    signed_in = login.finish(cookie, code(member.person.email), device_token="", device=DEVICE, at=AT)
    actor = of(sessions.find(signed_in.cookie, at=AT, human=True))
    assert actor
    return actor


def handles() -> set[object]:
    return set(Session.objects.values_list("handle", flat=True))


class TestPassword:
    @pytest.mark.req("V6")
    def test_it_changes_and_the_other_sessions_end(self, claire: Member) -> None:
        elsewhere, here = come_in(claire), come_in(claire)
        credentials.change_password(claire.password, NEW, by=here, device=DEVICE, at=AT)
        assert principals.check_password(claire.person.principal, NEW)
        with pytest.raises(WrongPassword):
            principals.check_password(claire.person.principal, claire.password)
        assert handles() == {here.session}
        assert elsewhere.session not in handles()

    def test_mail_journal_and_evidence_tell(self, claire: Member) -> None:
        credentials.change_password(claire.password, NEW, by=come_in(claire), device=DEVICE, at=AT)
        assert mails(claire.person.email)[-1].kind == "password-changed"
        assert Evidence.objects.filter(event=Event.CREDENTIAL_CHANGED).count() == 1
        assert JournalEntry.objects.filter(kind="password-changed", person=claire.person).count() == 1

    def test_an_open_session_is_not_enough(self, claire: Member) -> None:
        here = come_in(claire)
        with pytest.raises(WrongPassword):
            credentials.change_password("Tilleul-verveine-8", NEW, by=here, device=DEVICE, at=AT)
        assert principals.check_password(claire.person.principal, claire.password)

    def test_guessing_the_current_one_is_limited(self, claire: Member) -> None:
        here = come_in(claire)
        for _ in range(10):
            with pytest.raises(WrongPassword):
                credentials.change_password("Tilleul-verveine-8", NEW, by=here, device=DEVICE, at=AT)
        with pytest.raises(TooMany):
            credentials.change_password(claire.password, NEW, by=here, device=DEVICE, at=AT)

    def test_the_rule_holds(self, claire: Member) -> None:
        with pytest.raises(WeakPassword):
            credentials.change_password(claire.password, "Claire-2026!!", by=come_in(claire), device=DEVICE, at=AT)


def test_a_new_recovery_code_ends_the_old_one(claire: Member) -> None:
    new = credentials.new_recovery_code(claire.password, by=come_in(claire), device=DEVICE, at=AT)
    assert principals.open_with_recovery_code(claire.person.principal, new)
    with pytest.raises(WrongRecoveryCode):
        principals.open_with_recovery_code(claire.person.principal, claire.recovery_code)


class TestSessions:
    def test_a_person_sees_and_ends_her_own(self, claire: Member) -> None:
        elsewhere, here = come_in(claire), come_in(claire)
        assert {session.handle for session in credentials.own_sessions(here)} == {elsewhere.session, here.session}
        credentials.end_session(elsewhere.session, by=here, device=DEVICE, at=AT)
        assert handles() == {here.session}

    def test_all_the_others_at_once(self, claire: Member) -> None:
        come_in(claire), come_in(claire)
        here = come_in(claire)
        credentials.end_other_sessions(by=here, device=DEVICE, at=AT)
        assert handles() == {here.session}

    @pytest.mark.attack(28)
    def test_somebody_elses_is_not_there(self, claire: Member, chloe: Member) -> None:
        hers = come_in(claire)
        with pytest.raises(NotFound):
            credentials.end_session(hers.session, by=come_in(chloe), device=DEVICE, at=AT)
        with pytest.raises(NotFound):
            credentials.end_session(ids.new(), by=come_in(chloe), device=DEVICE, at=AT)
        assert hers.session in handles()

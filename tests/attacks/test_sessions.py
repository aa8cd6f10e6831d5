"""Taking somebody's session: planted, replayed, kept, moved to another row (V6, V7)."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client

from sceau.core import clock
from sceau.demo.cast import CLAIRE
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import people
from tests.attacks.test_guessing import at_once, is_in, pending
from tests.people import Member, join, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.req("V6")]

SESSION = "__Host-sceau"
NEW = "Vent-frais 7 collines"


def with_cookie(cookie: str) -> Client:
    """A thief's browser."""
    browser = Client()
    browser.cookies[SESSION] = cookie
    return browser


def cookie(browser: Client) -> str:
    value: str = browser.cookies[SESSION].value
    return value


def reads(browser: Client) -> bool:
    """Does this browser see a mailbox?"""
    status = browser.get("/recues").status_code
    assert status in (200, 303)
    return status == 200


def row(browser: Client) -> QuerySet[Session]:
    found = sessions.find(cookie(browser), at=clock.now(), human=False)
    assert found
    return Session.objects.filter(id=found.session.id)


class TestFixation:
    """A thief plants a cookie that he knows into the victim's browser, and waits for her login."""

    def test_his_own_pending_cookie_becomes_nothing(self, claire: Member, chloe: Member) -> None:
        planted = cookie(pending(chloe))
        victim = with_cookie(planted)
        sign_in(claire, victim)
        assert cookie(victim) != planted
        assert not reads(with_cookie(planted))

    def test_his_own_open_session_does_not_become_hers(self, claire: Member, chloe: Member) -> None:
        planted = cookie(sign_in(chloe))
        victim = with_cookie(planted)
        sign_in(claire, victim)
        assert "Claire Vasseur" in victim.get("/recues").content.decode()
        assert not reads(with_cookie(planted))

    def test_a_cookie_that_no_server_made_is_never_adopted(self, claire: Member) -> None:
        victim = with_cookie("A" * 43)
        sign_in(claire, victim)
        assert not reads(with_cookie("A" * 43))


class TestReplay:
    def test_the_cookie_before_the_code_is_dead_after_it(self, claire: Member) -> None:
        browser = pending(claire)
        old, digits = cookie(browser), people.code(claire.person.email)
        assert browser.post("/connexion/code", {"code": digits}).status_code == 303
        thief = with_cookie(old)
        assert not reads(thief)
        assert thief.post("/connexion/code", {"code": digits}).status_code == 410
        assert reads(browser)

    def test_a_session_that_was_left_stays_left(self, claire: Member) -> None:
        browser = sign_in(claire)
        kept = cookie(browser)
        browser.post("/deconnexion")
        thief = with_cookie(kept)
        assert not reads(thief)
        assert thief.post("/verrou", {"password": claire.password})["Location"] == "/connexion"
        assert not reads(thief)

    def test_a_pending_session_that_was_left_takes_no_code(self, claire: Member) -> None:
        browser = pending(claire)
        kept = cookie(browser)
        browser.post("/deconnexion")
        answer = with_cookie(kept).post("/connexion/code", {"code": people.code(claire.person.email)})
        assert answer.status_code == 410


class TestOtherSessionsEnd:
    """Whoever sits in another browser is out, whether his session is open, locked or pending."""

    @pytest.fixture
    def thieves(self, claire: Member) -> list[Client]:
        locked = sign_in(claire)
        locked.post("/verrou/fermer")
        return [sign_in(claire), locked, pending(claire)]

    def out(self, claire: Member, thieves: list[Client]) -> None:
        digits = people.code(claire.person.email)
        for thief in thieves:
            for password in (claire.password, NEW):
                thief.post("/verrou", {"password": password})
            thief.post("/connexion/code", {"code": digits})
            assert not reads(thief)

    def test_when_the_password_changes(self, claire: Member, thieves: list[Client]) -> None:
        browser, thieves = thieves[0], [*thieves[1:], sign_in(claire)]
        form = {"current": claire.password, "password": NEW, "repeat": NEW}
        assert browser.post("/compte/securite/mot-de-passe", form).status_code == 303
        self.out(claire, thieves)
        assert reads(browser)
        assert Session.objects.count() == 1

    @pytest.mark.parametrize("way", ["code", "wait"])
    @pytest.mark.req("V8")
    def test_when_lost_access_is_given_back(self, claire: Member, thieves: list[Client], way: str) -> None:
        Client().post("/acces-perdu", {"address": claire.person.email})
        form = {"way": way, "recovery_code": claire.recovery_code, "password": NEW, "repeat": NEW}
        assert Client().post(people.link(claire.person.email, "recovery"), form).status_code == 200
        self.out(claire, thieves)
        assert not Session.objects.exists()

    def test_when_the_owner_ends_them(self, claire: Member, thieves: list[Client]) -> None:
        browser = sign_in(claire)
        browser.post("/compte/securite", {"act": "end-others"})
        self.out(claire, thieves)
        assert reads(browser)

    def test_when_the_account_is_closed(self, claire: Member, thieves: list[Client]) -> None:
        claire.person.status = claire.person.Status.CLOSED
        claire.person.save()
        self.out(claire, thieves)

    def test_one_is_ended_by_its_owner_alone(self, claire: Member, chloe: Member) -> None:
        hers, thief = sign_in(claire), sign_in(chloe)
        handle = row(hers).get().handle
        assert thief.post(f"/compte/securite/sessions/{handle}/fermer").status_code == 404
        assert reads(hers)


class TestMovedRows:
    """Somebody writes to the table of sessions, and holds a cookie of his own."""

    def test_a_row_given_to_another_person_opens_neither_mailbox(self, claire: Member, chloe: Member) -> None:
        thief = sign_in(chloe)
        row(thief).update(principal=claire.person.principal)
        assert not reads(thief)

    def test_her_wrapped_key_under_his_cookie_opens_nothing(self, claire: Member, chloe: Member) -> None:
        hers, thief = sign_in(claire), sign_in(chloe)
        stolen = row(hers).get()
        row(thief).update(principal=stolen.principal, wrapped_key=stolen.wrapped_key, strong_at=stolen.strong_at)
        assert not reads(thief)

    def test_a_locked_row_called_open_is_not(self, claire: Member) -> None:
        browser = sign_in(claire)
        browser.post("/verrou/fermer")
        row(browser).update(state=Session.State.OPEN, acted_at=clock.now())
        assert not reads(browser)

    def test_a_password_is_not_made_a_full_login(self, claire: Member) -> None:
        browser = pending(claire)
        row(browser).update(state=Session.State.OPEN, assurance=2, strong_at=clock.now())
        assert not reads(browser)

    def test_twelve_hours_are_not_made_longer(self, claire: Member) -> None:
        browser = sign_in(claire)
        row(browser).update(strong_at=clock.now() + timedelta(days=300))
        assert not reads(browser)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_many_logins_finished_at_once_one_is_in(self) -> None:
        """Ten tabs, one cookie, the right code: one session, under a cookie that one tab got."""
        claire = join(CLAIRE)
        kept, digits = cookie(pending(claire)), people.code(claire.person.email)

        def finish(_: int) -> HttpResponse:
            answer = with_cookie(kept).post("/connexion/code", {"code": digits})
            assert isinstance(answer, HttpResponse)
            return answer

        answers = at_once(finish, list(range(20)))
        assert [is_in(answer) for answer in answers].count(True) == 1
        assert Session.objects.get().state == Session.State.OPEN

    def test_leaving_wins_over_unlocking(self) -> None:
        """Whatever the order of the two, nobody is in afterwards who was told that he left."""
        claire = join(CLAIRE)
        browser = sign_in(claire)
        browser.post("/verrou/fermer")

        def do(act: str) -> int:
            thief = with_cookie(cookie(browser))
            form = {"password": claire.password} if act == "/verrou" else {}
            return thief.post(act, form).status_code

        at_once(do, ["/verrou", "/deconnexion"] * 10)
        assert not Session.objects.exists()
        assert not reads(with_cookie(cookie(browser)))

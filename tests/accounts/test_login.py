import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from sceau.accounts import login
from sceau.accounts.codes import CodeGone, NoResendLeft, NoTriesLeft, WrongCode
from sceau.accounts.models import Code, JournalEntry, Person
from sceau.core.errors import Error, TooMany
from sceau.core.values import Address
from sceau.demo.cast import CLAIRE
from sceau.vault import principals, sessions
from sceau.vault.models import Principal, Session
from sceau.vault.principals import WrongPassword
from sceau.vault.sessions import Assurance, SessionGone
from tests.accounts.counting import work
from tests.people import Member, code, join, mails

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NOBODY = Address.parse("personne@nulle-part.example")
DEVICE = "Firefox, Linux"


@pytest.fixture
def claire(db: None) -> Member:
    return join(CLAIRE, at=AT)


def begin(member: Member, password: str | None = None, *, network: str = "192.0.2.7", at: datetime = AT) -> str:
    return login.begin(member.address, password or member.password, network=network, device=DEVICE, at=at)


def finish(cookie: str, digits: str, *, device_token: str = "", at: datetime = AT) -> login.SignedIn:
    return login.finish(cookie, digits, device_token=device_token, device=DEVICE, at=at)


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def journal(member: Member) -> list[str]:
    return list(JournalEntry.objects.filter(person=member.person).order_by("at", "id").values_list("kind", flat=True))


def state(cookie: str, at: datetime = AT) -> str:
    found = sessions.find(cookie, at=at, human=True)
    return found.session.state if found else "gone"


class TestPassword:
    def test_the_right_one_mails_a_code_and_opens_nothing_yet(self, claire: Member) -> None:
        cookie = begin(claire)
        found = sessions.find(cookie, at=AT, human=True)
        assert found
        assert (found.session.state, found.keys) == (Session.State.PENDING, None)
        assert mails(claire.person.email)[-1].kind == "code"
        assert mails(claire.person.email)[-1].context == {"code": code(claire.person.email), "minutes": 10}

    def test_a_wrong_one_is_refused_and_written_in_the_journal(self, claire: Member) -> None:
        with pytest.raises(WrongPassword):
            begin(claire, "Tilleul-verveine-8")
        assert journal(claire) == ["signed-up", "sign-in-failed"]
        assert not mails(claire.person.email, "code")

    @pytest.mark.attack(24)
    def test_nobody_and_a_wrong_password_are_one_answer_for_the_same_work(
        self, claire: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with work(monkeypatch) as for_claire, pytest.raises(WrongPassword):
            begin(claire, "Tilleul-verveine-8")
        with work(monkeypatch) as for_nobody, pytest.raises(WrongPassword):
            login.begin(NOBODY, "Tilleul-verveine-8", network="192.0.2.8", device=DEVICE, at=AT)
        assert for_claire.stretched == 1
        assert for_claire == for_nobody

    def test_one_that_was_changed_while_it_was_checked_opens_nothing(
        self, claire: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        check = principals.check_password

        def overtaken(principal: Principal | None, password: str) -> bytes:
            """Its owner changes it, and ends all sessions, right after it was found right."""
            seed = check(principal, password)
            assert principal is not None
            principals.change_password(principal, seed, "Autre-tilleul-verveine-9", at=AT)
            sessions.end_all(principal)
            return seed

        monkeypatch.setattr(principals, "check_password", overtaken)
        with pytest.raises(WrongPassword):
            begin(claire)
        assert not Session.objects.exists()
        assert not mails(claire.person.email, "code")

    def test_a_closed_account_is_nobody(self, claire: Member) -> None:
        Person.objects.update(status=Person.Status.CLOSED)
        with pytest.raises(WrongPassword):
            begin(claire)

    def test_ten_tries_from_one_network_and_that_network_waits(self, claire: Member) -> None:
        for _ in range(10):
            with pytest.raises(WrongPassword):
                begin(claire, "Tilleul-verveine-8")
        with pytest.raises(TooMany):
            begin(claire)
        begin(claire, network="192.0.2.8")

    def test_a_hundred_tries_an_hour_from_anywhere(self, claire: Member) -> None:
        for number in range(100):
            with pytest.raises(WrongPassword):
                begin(claire, "Tilleul-verveine-8", network=f"192.0.2.{number}")
        with pytest.raises(TooMany):
            begin(claire, network="198.51.100.1")
        begin(claire, at=AT + timedelta(hours=1))

    @pytest.mark.attack(24)
    def test_codes_do_not_flood_a_mailbox(self, claire: Member) -> None:
        for hour in range(30):
            begin(claire, at=AT.replace(hour=0) + timedelta(minutes=20 * hour))
        with pytest.raises(TooMany):
            begin(claire, at=AT.replace(hour=23))
        assert len(mails(claire.person.email, "code")) == 30


class TestCode:
    def test_the_right_one_opens_a_session_under_a_new_cookie(self, claire: Member) -> None:
        pending = begin(claire)
        signed_in = finish(pending, code(claire.person.email))
        found = sessions.find(signed_in.cookie, at=AT, human=True)
        assert found
        assert found.keys
        assert found.session.assurance == Assurance.CODE
        assert signed_in.cookie != pending
        assert state(pending) == "gone"
        assert "cookie" not in repr(signed_in)

    def test_a_wrong_one_can_be_corrected(self, claire: Member) -> None:
        cookie, digits = begin(claire), code(claire.person.email)
        with pytest.raises(WrongCode) as caught:
            finish(cookie, wrong(digits))
        assert caught.value.tries_left == 4
        assert login.pending(cookie, at=AT).tries_left == 4
        finish(cookie, digits)
        assert journal(claire) == ["signed-up", "code-failed", "signed-in"]

    def test_the_fifth_wrong_one_ends_the_pending_session(self, claire: Member) -> None:
        cookie, digits = begin(claire), code(claire.person.email)
        for _ in range(4):
            with pytest.raises(WrongCode):
                finish(cookie, wrong(digits))
        with pytest.raises(NoTriesLeft):
            finish(cookie, wrong(digits))
        assert state(cookie) == "gone"
        with pytest.raises(SessionGone):
            finish(cookie, digits)

    def test_ten_minutes_later_it_is_over(self, claire: Member) -> None:
        cookie, digits = begin(claire), code(claire.person.email)
        with pytest.raises(SessionGone):
            finish(cookie, digits, at=AT + timedelta(minutes=10))

    @pytest.mark.attack(24)
    def test_the_code_of_one_pending_session_does_not_open_another(self, claire: Member) -> None:
        first = begin(claire)
        first_code = code(claire.person.email)
        Code.objects.update(expires_at=AT + timedelta(minutes=10))
        second = begin(claire, at=AT + timedelta(seconds=1))
        if first_code != code(claire.person.email):
            with pytest.raises(WrongCode):
                finish(second, first_code)
        finish(first, first_code)

    def test_it_does_not_open_a_session_twice(self, claire: Member) -> None:
        cookie, digits = begin(claire), code(claire.person.email)
        finish(cookie, digits)
        with pytest.raises(SessionGone):
            finish(cookie, digits)

    def test_another_one_replaces_it_three_times(self, claire: Member) -> None:
        cookie = begin(claire)
        for resends_left in (2, 1, 0):
            login.resend(cookie, at=AT + timedelta(minutes=4))
            assert login.pending(cookie, at=AT).resends_left == resends_left
        assert mails(claire.person.email, "code")[-1].context["minutes"] == 6
        with pytest.raises(NoResendLeft):
            login.resend(cookie, at=AT)
        finish(cookie, code(claire.person.email))

    def test_asking_again_gives_no_try_back(self, claire: Member) -> None:
        cookie = begin(claire)
        with pytest.raises(WrongCode):
            finish(cookie, wrong(code(claire.person.email)))
        login.resend(cookie, at=AT)
        assert login.pending(cookie, at=AT).tries_left == 4

    def test_a_code_whose_row_is_gone_says_so(self, claire: Member) -> None:
        cookie, digits = begin(claire), code(claire.person.email)
        Code.objects.all().delete()
        with pytest.raises(CodeGone):
            finish(cookie, digits)


@pytest.mark.attack(24)
@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_a_login_are_five() -> None:
    """Through the whole of `login.finish`, by real threads: five were tried, nobody is in, the session is over."""
    claire = join(CLAIRE, at=AT)
    cookie, digits = begin(claire), code(claire.person.email)
    start = threading.Barrier(10)

    def ten(first: int) -> list[str]:
        start.wait()
        try:
            return [guess(f"{(int(digits) + first + step) % 10**6:06d}") for step in range(1, 11)]
        finally:
            connection.close()

    def guess(digits: str) -> str:
        try:
            finish(cookie, digits)
        except Error as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(10) as pool:
        answers = [answer for share in pool.map(ten, range(0, 100, 10)) for answer in share]
    # The fifth wrong guess is told that it was the last; each of the five left its line.
    assert "in" not in answers
    assert answers.count("code-wrong") <= 4
    assert set(answers) <= {"code-wrong", "code-no-tries-left", "code-gone", "session-gone"}
    assert Code.objects.get().tries_left == 0
    assert state(cookie) == "gone"


class TestDevices:
    def test_the_very_first_login_alarms_nobody(self, claire: Member) -> None:
        signed_in = finish(begin(claire), code(claire.person.email))
        assert signed_in.device_token
        assert not mails(claire.person.email, "new-device")

    def test_a_known_browser_alarms_nobody(self, claire: Member) -> None:
        token = finish(begin(claire), code(claire.person.email)).device_token
        again = finish(begin(claire), code(claire.person.email), device_token=token)
        assert again.device_token == token
        assert not mails(claire.person.email, "new-device")

    def test_an_unknown_one_is_told_by_mail_and_journal(self, claire: Member) -> None:
        finish(begin(claire), code(claire.person.email))
        finish(begin(claire), code(claire.person.email))
        told = mails(claire.person.email, "new-device")
        assert len(told) == 1
        assert told[0].context["device"] == DEVICE
        assert journal(claire).count("new-device") == 1

    def test_a_browser_known_to_somebody_else_is_unknown(self, claire: Member, chloe: Member) -> None:
        finish(begin(claire), code(claire.person.email))
        token = finish(begin(chloe), code(chloe.person.email)).device_token
        finish(begin(claire), code(claire.person.email), device_token=token)
        assert mails(claire.person.email, "new-device")


class TestUnlocking:
    @pytest.fixture
    def locked(self, claire: Member) -> tuple[Session, str]:
        cookie = finish(begin(claire), code(claire.person.email)).cookie
        found = sessions.find(cookie, at=AT, human=True)
        assert found
        sessions.lock(found.session)
        return found.session, cookie

    def test_the_password_alone_resumes(self, claire: Member, locked: tuple[Session, str]) -> None:
        login.unlock(*locked, claire.password, at=AT + timedelta(hours=1))
        found = sessions.find(locked[1], at=AT + timedelta(hours=1), human=True)
        assert found
        assert found.keys
        assert journal(claire)[-1] == "unlocked"

    def test_a_wrong_one_does_not(self, claire: Member, locked: tuple[Session, str]) -> None:
        with pytest.raises(WrongPassword):
            login.unlock(*locked, "Tilleul-verveine-8", at=AT + timedelta(seconds=1))
        assert state(locked[1]) == "locked"
        assert journal(claire)[-1] == "unlock-failed"

    def test_guessing_is_limited(self, claire: Member, locked: tuple[Session, str]) -> None:
        for _ in range(10):
            with pytest.raises(WrongPassword):
                login.unlock(*locked, "Tilleul-verveine-8", at=AT)
        with pytest.raises(TooMany):
            login.unlock(*locked, claire.password, at=AT)

    def test_twelve_hours_after_the_login_it_takes_a_full_one(
        self, claire: Member, locked: tuple[Session, str]
    ) -> None:
        with pytest.raises(SessionGone):
            login.unlock(*locked, claire.password, at=AT + timedelta(hours=12))


def test_leaving_ends_the_session(claire: Member) -> None:
    cookie = finish(begin(claire), code(claire.person.email)).cookie
    found = sessions.find(cookie, at=AT, human=True)
    assert found
    login.leave(found.session, at=AT + timedelta(seconds=1))
    assert state(cookie) == "gone"
    assert journal(claire)[-1] == "signed-out"

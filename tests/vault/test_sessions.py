"""vault/sessions.py: row and cookie are two halves, and every step of a session's life is taken once."""

import base64
import hashlib
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from sceau.core import hpke, kdf, random
from sceau.core.errors import NotFound, Unreadable
from sceau.vault import principals, sessions, wraps
from sceau.vault.models import Session
from sceau.vault.principals import WrongPassword
from sceau.vault.sessions import Assurance, Found, SessionGone
from tests.vault.people import HOUR, MINUTE, NOW, PASSWORD, Somebody

pytestmark = pytest.mark.django_db
SECOND, IDLE = timedelta(seconds=1), 30 * MINUTE


@pytest.fixture
def alice() -> Somebody:
    return Somebody()


def found(cookie: str, at: datetime = NOW, human: bool = True) -> Found:
    session = sessions.find(cookie, at=at, human=human)
    assert session is not None
    return session


def _complete_at_once(pending: str, times: int) -> list[bool]:
    """Which of that many parallel completions of one cookie succeeded."""
    barrier, outcomes = threading.Barrier(times), []

    def complete() -> None:
        barrier.wait()
        try:
            sessions.complete(pending, assurance=Assurance.CODE, at=NOW)
            outcomes.append(True)
        except SessionGone:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=complete) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class TestLoggingIn:
    @pytest.mark.req("V6")
    def test_a_right_password_alone_opens_no_key(self, alice: Somebody) -> None:
        session = found(alice.begins())
        assert session.keys is None
        assert (session.session.state, session.session.assurance) == (Session.State.PENDING, Assurance.PASSWORD)

    @pytest.mark.req("V6")
    def test_the_code_opens_a_new_session_under_a_new_cookie(self, alice: Somebody) -> None:
        pending = alice.begins()
        cookie = sessions.complete(pending, assurance=Assurance.CODE, at=NOW + MINUTE)
        assert cookie != pending
        opened = found(cookie, NOW + MINUTE)
        assert opened.keys is not None
        assert opened.keys.mailbox_seed(alice.mailbox, 1)
        assert opened.session.assurance == Assurance.CODE
        assert opened.session.device == "Firefox, Linux"
        assert sessions.find(pending, at=NOW + MINUTE, human=True) is None
        assert Session.objects.count() == 1

    def test_a_pending_session_lives_ten_minutes(self, alice: Somebody) -> None:
        pending = alice.begins()
        assert sessions.find(pending, at=NOW + 10 * MINUTE - SECOND, human=True)
        assert sessions.find(pending, at=NOW + 10 * MINUTE, human=True) is None
        with pytest.raises(SessionGone):
            sessions.complete(pending, assurance=Assurance.CODE, at=NOW + 10 * MINUTE)

    def test_a_cookie_completes_once(self, alice: Somebody) -> None:
        pending = alice.begins()
        cookie = sessions.complete(pending, assurance=Assurance.CODE, at=NOW)
        for used in (pending, cookie):
            with pytest.raises(SessionGone):
                sessions.complete(used, assurance=Assurance.CODE, at=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_parallel_completions_exactly_one_wins(self) -> None:
        alice = Somebody()
        for _ in range(5):
            assert sorted(_complete_at_once(alice.begins(), 4)) == [False, False, False, True]
        assert Session.objects.filter(state=Session.State.OPEN).count() == 5
        assert Session.objects.count() == 5

    @pytest.mark.parametrize(
        "cookie", ["", "x", "a" * 42, "a" * 44, "é" * 43, "a" * 42 + "=", "a" * 42 + "\n", " " + "a" * 42]
    )
    def test_what_is_no_cookie_is_no_session(self, cookie: str) -> None:
        assert sessions.find(cookie, at=NOW, human=True) is None
        with pytest.raises(SessionGone):
            sessions.complete(cookie, assurance=Assurance.CODE, at=NOW)
        with pytest.raises(SessionGone):
            sessions.unlock(cookie, PASSWORD, at=NOW)

    def test_a_cookie_has_one_spelling(self, alice: Somebody) -> None:
        """The last of 43 characters carries four bits: three other characters would decode alike."""
        cookie = alice.signs_in()
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        known = [letter for letter in letters if sessions.find(cookie[:-1] + letter, at=NOW, human=True)]
        assert known == [cookie[-1]]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
    @given(cookie=st.text(max_size=50))
    def test_any_other_text_is_no_session_and_nothing_else(self, alice: Somebody, cookie: str) -> None:
        assert sessions.find(cookie, at=NOW, human=True) is None


class TestTwoHalves:
    def test_row_and_key_are_made_from_the_cookie_as_written(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        half = base64.urlsafe_b64decode(cookie + "=")
        row = Session.objects.get()
        assert len(half) == 32
        assert bytes(row.id) == hashlib.sha256(b"sid" + half).digest()
        strong = round(NOW.timestamp() * 1000)
        bound = "session", alice.principal.id, int(Assurance.CODE), strong
        assert wraps.open_with_key(kdf.derive(half, b"kek"), bytes(row.wrapped_key or b""), *bound) == alice.seed

    @pytest.mark.req("V6")
    def test_a_stolen_row_without_its_cookie_opens_nothing(self, alice: Somebody) -> None:
        """Whatever the row says is tried as a key: its id, its wrapped seed, its handle."""
        alice.signs_in()
        row = Session.objects.get()
        wrapped = bytes(row.wrapped_key or b"")
        assert alice.seed not in wrapped
        for guess in (bytes(row.id), wrapped[:32], wrapped[-32:], row.handle.bytes * 2, bytes(32)):
            for key in (guess, kdf.derive(guess, b"kek")):
                with pytest.raises(Unreadable):
                    wraps.open_with_key(key, wrapped, *sessions._bound(row))
            assert sessions.find(base64.urlsafe_b64encode(guess).decode()[:43], at=NOW, human=True) is None

    @pytest.mark.req("V7")
    def test_a_locked_row_and_its_cookie_open_nothing(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        sessions.lock(found(cookie).session)
        row = Session.objects.get()
        assert row.wrapped_key is None
        for state in Session.State:
            Session.objects.update(state=state)  # whoever holds the table may write what he likes
            again = sessions.find(cookie, at=NOW, human=True)
            assert again is None or again.keys is None

    @pytest.mark.attack(32)
    @pytest.mark.parametrize(
        "change", [{"assurance": 4}, {"assurance": 1}, {"strong_at": NOW + HOUR}, {"strong_at": None}]
    )
    @pytest.mark.req("V6")
    def test_a_changed_row_opens_nothing(self, alice: Somebody, change: dict[str, object]) -> None:
        cookie = alice.signs_in()
        Session.objects.update(**change)
        assert sessions.find(cookie, at=NOW, human=True) is None

    @pytest.mark.attack(32)
    def test_a_row_pointed_at_another_person_opens_nothing(self, alice: Somebody) -> None:
        mallory = Somebody("mallory@sceau.test")
        cookie = mallory.signs_in()
        Session.objects.update(principal=alice.principal)
        assert sessions.find(cookie, at=NOW, human=True) is None

    @pytest.mark.attack(32)
    def test_a_pending_row_called_open_opens_nothing(self, alice: Somebody) -> None:
        """The code cannot be skipped by a writer who knows the password."""
        pending = alice.begins()
        for change in ({"state": "open"}, {"state": "open", "assurance": 2, "strong_at": NOW}):
            Session.objects.update(**change)
            assert sessions.find(pending, at=NOW, human=True) is None

    def test_another_wrapped_seed_in_the_row_opens_nothing(self, alice: Somebody) -> None:
        cookies = [alice.signs_in(), alice.signs_in()]
        first, second = (sessions._row_id(sessions._half(cookie)) for cookie in cookies)
        Session.objects.filter(id=first).update(wrapped_key=Session.objects.get(id=second).wrapped_key)
        assert sessions.find(cookies[0], at=NOW, human=True) is None
        assert found(cookies[1]).keys


class TestIdleLock:
    @pytest.mark.req("V7")
    def test_half_an_hour_without_a_human_act_locks(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        assert found(cookie, NOW + IDLE - SECOND, human=False).keys
        assert found(cookie, NOW + IDLE, human=True).keys is None
        row = Session.objects.get()
        assert (row.state, row.wrapped_key) == (Session.State.LOCKED, None)

    @pytest.mark.req("V7")
    def test_polls_do_not_keep_a_session_open(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        for minutes in range(1, 30):
            assert found(cookie, NOW + minutes * MINUTE, human=False).keys
        assert found(cookie, NOW + IDLE, human=False).keys is None

    def test_human_acts_do(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        for hour in range(20):
            assert found(cookie, NOW + hour * 29 * MINUTE).keys

    def test_a_full_login_counts_for_twelve_hours_however_busy_the_day(self, alice: Somebody) -> None:
        """A cookie that was stolen is not worth more than a day's work."""
        cookie = alice.signs_in()
        for step in range(25):
            assert found(cookie, NOW + step * 29 * MINUTE).keys
        assert found(cookie, NOW + 12 * HOUR - SECOND).keys
        assert found(cookie, NOW + 12 * HOUR).keys is None
        with pytest.raises(SessionGone):
            sessions.unlock(cookie, PASSWORD, at=NOW + 12 * HOUR)

    def test_an_act_is_written_at_most_every_twenty_seconds(
        self, alice: Somebody, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        cookie = alice.signs_in()
        with django_assert_num_queries(1):
            found(cookie, NOW + 19 * SECOND)
        with django_assert_num_queries(2):
            found(cookie, NOW + 20 * SECOND)
        assert Session.objects.get().acted_at == NOW + 20 * SECOND

    def test_a_session_locked_between_reading_and_acting_is_locked(self, alice: Somebody) -> None:
        session = found(alice.signs_in()).session
        sessions.lock_idle(at=NOW + IDLE)
        assert not sessions._act(session, NOW + IDLE)
        assert session.state == Session.State.LOCKED

    def test_the_worker_locks_the_idle_ones_alone(self, alice: Somebody) -> None:
        idle, active, pending = alice.signs_in(), alice.signs_in(), alice.begins()
        found(active, NOW + 20 * MINUTE)
        assert sessions.lock_idle(at=NOW + IDLE) == 1
        assert found(idle, NOW + IDLE).keys is None
        assert found(active, NOW + IDLE).keys
        assert found(pending, NOW + MINUTE).session.state == Session.State.PENDING

    def test_locking_takes_effect_at_once(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        session = found(cookie).session
        sessions.lock(session)
        assert session.state == Session.State.LOCKED
        assert found(cookie).keys is None


class TestUnlocking:
    @pytest.fixture
    def locked(self, alice: Somebody) -> str:
        cookie = alice.signs_in()
        sessions.lock_idle(at=NOW + IDLE)
        return cookie

    def test_the_password_opens_the_same_row_again(self, alice: Somebody, locked: str) -> None:
        before = Session.objects.get()
        opened = sessions.unlock(locked, PASSWORD, at=NOW + HOUR)
        assert opened.keys is not None
        assert opened.keys.mailbox_seed(alice.mailbox, 1)
        assert found(locked, NOW + HOUR).keys
        after = Session.objects.get()
        assert (bytes(after.id), after.handle, after.strong_at) == (bytes(before.id), before.handle, NOW)
        assert (after.assurance, after.acted_at) == (Assurance.CODE, NOW + HOUR)

    @pytest.mark.req("V7")
    def test_only_within_twelve_hours_of_the_full_login(self, locked: str) -> None:
        with pytest.raises(SessionGone):
            sessions.unlock(locked, PASSWORD, at=NOW + 12 * HOUR)
        assert sessions.unlock(locked, PASSWORD, at=NOW + 12 * HOUR - SECOND)

    def test_unlocking_does_not_begin_the_twelve_hours_again(self, locked: str) -> None:
        sessions.unlock(locked, PASSWORD, at=NOW + 11 * HOUR)
        sessions.lock_idle(at=NOW + 13 * HOUR)
        with pytest.raises(SessionGone):
            sessions.unlock(locked, PASSWORD, at=NOW + 13 * HOUR)

    def test_a_wrong_password_leaves_it_locked(self, locked: str) -> None:
        with pytest.raises(WrongPassword):
            sessions.unlock(locked, "autre", at=NOW + HOUR)
        assert found(locked, NOW + HOUR).keys is None

    def test_another_browser_cannot(self, alice: Somebody, locked: str) -> None:
        with pytest.raises(SessionGone):
            sessions.unlock(base64.urlsafe_b64encode(random.key()).decode()[:43], PASSWORD, at=NOW + HOUR)

    def test_a_pending_session_is_not_unlocked_past_the_code(self, alice: Somebody) -> None:
        with pytest.raises(SessionGone):
            sessions.unlock(alice.begins(), PASSWORD, at=NOW + MINUTE)

    def test_two_tabs_may_both_ask(self, locked: str) -> None:
        sessions.unlock(locked, PASSWORD, at=NOW + HOUR)
        assert sessions.unlock(locked, PASSWORD, at=NOW + HOUR + SECOND).keys
        assert found(locked, NOW + HOUR + SECOND).keys

    def test_a_session_ended_while_the_password_is_checked_stays_ended(
        self, locked: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = principals.check_password

        def slow(*args: object) -> bytes:
            seed = real(*args)  # type: ignore[arg-type]
            Session.objects.all().delete()
            return seed

        monkeypatch.setattr(principals, "check_password", slow)
        with pytest.raises(SessionGone):
            sessions.unlock(locked, PASSWORD, at=NOW + HOUR)
        assert not Session.objects.exists()


class TestEnding:
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("opens", [Somebody.begins, Somebody.signs_in])
    def test_a_session_that_is_being_opened_does_not_outlive_the_end_of_all(
        self, opens: Callable[[Somebody], str]
    ) -> None:
        alice, opened = Somebody(), threading.Event()

        def open_slowly() -> None:
            with transaction.atomic():
                opens(alice)
                opened.set()
                time.sleep(0.5)
            connection.close()

        thread = threading.Thread(target=open_slowly)
        thread.start()
        assert opened.wait(60)
        sessions.end_all(alice.principal)
        thread.join()
        assert not Session.objects.exists()

    def test_an_ended_session_is_gone(self, alice: Somebody) -> None:
        cookie = alice.signs_in()
        sessions.end(found(cookie).session)
        assert sessions.find(cookie, at=NOW, human=True) is None
        with pytest.raises(SessionGone):
            sessions.unlock(cookie, PASSWORD, at=NOW)

    def test_all_end_but_the_one_that_asked_and_those_of_others(self, alice: Somebody) -> None:
        bruno = Somebody("bruno@sceau.test")
        kept, ended, pending, others = alice.signs_in(), alice.signs_in(), alice.begins(), bruno.signs_in()
        assert sessions.end_all(alice.principal, but=found(kept).session) == 2
        assert [bool(sessions.find(cookie, at=NOW, human=True)) for cookie in (kept, ended, pending, others)] == [
            True,
            False,
            False,
            True,
        ]
        assert sessions.end_all(alice.principal) == 1

    def test_what_can_open_nothing_any_more_is_purged(self, alice: Somebody) -> None:
        pending, locked, active = alice.begins(), alice.signs_in(), alice.signs_in()
        found(active, NOW + 29 * MINUTE)
        sessions.lock_idle(at=NOW + IDLE)
        assert sessions.purge(at=NOW + 10 * MINUTE - SECOND) == 0
        assert sessions.purge(at=NOW + 10 * MINUTE) == 1
        assert sessions.purge(at=NOW + 12 * HOUR - SECOND) == 0
        assert sessions.purge(at=NOW + 12 * HOUR) == 1
        alive = [bool(sessions.find(cookie, at=NOW + 29 * MINUTE, human=False)) for cookie in (pending, locked, active)]
        assert alive == [False, False, True]

    def test_a_session_just_locked_after_a_long_day_may_still_save(self, alice: Somebody) -> None:
        """V7: it cannot be unlocked any more, but what was being typed is not lost."""
        cookie = alice.signs_in()
        for step in range(25):
            found(cookie, NOW + step * 29 * MINUTE)
        assert sessions.lock_idle(at=NOW + 12 * HOUR) == 1
        assert sessions.purge(at=NOW + 12 * HOUR) == 0
        assert found(cookie, NOW + 12 * HOUR).session.state == Session.State.LOCKED


def test_keys_of_a_session_reach_grants_live_at_that_time(alice: Somebody) -> None:
    cookie = alice.signs_in()
    early = sessions.find(cookie, at=NOW - SECOND, human=False)
    assert early is not None
    assert early.keys is not None
    with pytest.raises(NotFound):
        early.keys.mailbox_seed(alice.mailbox, 1)  # granted a second later
    later = found(cookie)
    assert later.keys is not None
    assert hpke.public_key(later.keys.mailbox_seed(alice.mailbox, 1)) == alice.epoch.public_key

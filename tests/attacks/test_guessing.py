"""Guessing at the web door: codes, passwords, who has an account (attack 24)."""

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sceau.accounts import codes
from sceau.accounts.models import Code, Rate
from sceau.demo.cast import CLAIRE
from sceau.vault.models import Session
from tests import people
from tests.accounts.counting import work
from tests.people import Member, join, mails, sign_in, text_of

pytestmark = pytest.mark.attack(24)

SESSION = "__Host-sceau"
AT_ONCE = 10

_Given = TypeVar("_Given")
_Got = TypeVar("_Got")


def at_once(do: Callable[[_Given], _Got], given: list[_Given]) -> list[_Got]:
    """Ten threads, each with its own connection to the database, that begin together."""
    start = threading.Barrier(AT_ONCE)

    def share(mine: Iterable[_Given]) -> list[_Got]:
        start.wait()
        try:
            return [do(one) for one in mine]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = pool.map(share, (given[first::AT_ONCE] for first in range(AT_ONCE)))
        return [got for one in shares for got in one]


def pending(member: Member, password: str = "") -> Client:
    browser = Client()
    browser.post("/connexion", {"address": member.person.email, "password": password or member.password})
    return browser


def guess(browser: Client, digits: str) -> HttpResponse:
    """From a browser of the guesser's own, with the cookie of the login that is attacked."""
    other = Client()
    other.cookies[SESSION] = browser.cookies[SESSION].value
    answer = other.post("/connexion/code", {"code": digits})
    assert isinstance(answer, HttpResponse)
    return answer


def wrong(digits: str, count: int) -> list[str]:
    return [f"{(int(digits) + step) % 10**6:06d}" for step in range(1, count + 1)]


def is_in(answer: HttpResponse) -> bool:
    browser = Client()
    browser.cookies = answer.cookies
    return browser.get("/compte").status_code == 200


@pytest.mark.django_db(transaction=True)
class TestAHundredAtOnce:
    """Real threads through every middleware, on a database in a file or on a server."""

    def test_exactly_five_wrong_codes_are_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        claire, compared = join(CLAIRE), list[str]()
        browser, digits, mac = pending(claire), people.code(claire.person.email), codes._mac

        def seen(purpose: str, subject: bytes, guessed: str) -> bytes:
            compared.append(guessed)
            return mac(purpose, subject, guessed)

        monkeypatch.setattr(codes, "_mac", seen)
        answers = at_once(lambda guessed: guess(browser, guessed), wrong(digits, 100))
        assert not any(map(is_in, answers))
        assert {answer.status_code for answer in answers} <= {410, 422}
        assert len(compared) == 5
        assert Code.objects.get().tries_left == 0
        assert guess(browser, digits).status_code == 410

    def test_a_right_code_opens_one_session_however_often_it_is_sent(self) -> None:
        claire = join(CLAIRE)
        browser, digits = pending(claire), people.code(claire.person.email)
        answers = at_once(lambda guessed: guess(browser, guessed), [digits] * 40)
        assert [is_in(answer) for answer in answers].count(True) == 1
        assert Session.objects.count() == 1

    @pytest.mark.usefixtures("early")
    def test_ten_wrong_passwords_lock_a_screen_s_door_for_a_while(self) -> None:
        claire = join(CLAIRE)
        browser = sign_in(claire)
        browser.post("/verrou/fermer")

        def unlock(password: str) -> int:
            other = Client()
            other.cookies[SESSION] = browser.cookies[SESSION].value
            return other.post("/verrou", {"password": password}).status_code

        statuses = at_once(unlock, [f"Tilleul-verveine-{number}" for number in range(100, 160)])
        assert (statuses.count(422), statuses.count(429)) == (10, 50)
        assert Session.objects.get().state == Session.State.LOCKED

    @pytest.mark.usefixtures("early")
    def test_ten_wrong_passwords_are_looked_at_for_one_address(self) -> None:
        claire = join(CLAIRE)

        def begin(password: str) -> int:
            form = {"address": claire.person.email, "password": password}
            return Client().post("/connexion", form).status_code

        statuses = at_once(begin, [f"Tilleul-verveine-{number}" for number in range(100, 160)])
        assert (statuses.count(422), statuses.count(429)) == (10, 50)


@pytest.mark.django_db
class TestOneCode:
    def test_another_mail_gives_no_try_back(self, claire: Member) -> None:
        browser = pending(claire)
        for digits in wrong(people.code(claire.person.email), 4):
            assert guess(browser, digits).status_code == 422
        browser.post("/connexion/code/renvoyer")
        assert guess(browser, wrong(people.code(claire.person.email), 1)[0]).status_code == 410

    def test_of_one_login_opens_no_other(self, claire: Member, marc: Member) -> None:
        """Not of another person, nor of the same one in another tab."""
        mine, other_tab = pending(claire), pending(claire)
        his = pending(marc)
        first, second = (str(mail.context["code"]) for mail in mails(claire.person.email, "code"))
        if first != second != people.code(marc.person.email) != first:  # else chance made them the same
            assert [guess(login, first).status_code for login in (his, other_tab)] == [422, 422]
        assert guess(mine, first).status_code == 303

    @pytest.mark.usefixtures("early")
    def test_who_knows_the_password_gets_fifty_tries_a_quarter_of_an_hour(self, claire: Member) -> None:
        """Five for each of the ten logins that one network may begin."""
        begun = [
            Client().post("/connexion", {"address": claire.person.email, "password": claire.password}).status_code
            for _ in range(12)
        ]
        assert begun == [303] * 10 + [429] * 2


@pytest.mark.django_db
class TestWhoHasAnAccount:
    """A stranger who asks for an address learns nothing: not from the page, not from the work behind it."""

    DOORS: tuple[tuple[str, dict[str, str]], ...] = (
        ("/connexion", {"password": "Vent-frais 7 collines"}),
        ("/inscription", {}),
        ("/acces-perdu", {}),
    )

    @pytest.mark.parametrize(("door", "form"), DOORS)
    def test_the_same_answer(self, claire: Member, door: str, form: dict[str, str]) -> None:
        answers = [_asked(door, address, form) for address in (claire.person.email, "personne@tilleuls.example")]
        pages = [
            text_of(Client().get(answer["Location"])) if "Location" in answer else text_of(answer) for answer in answers
        ]
        assert pages[0] == pages[1]
        assert [answer.status_code for answer in answers] in ([303, 303], [422, 422])
        assert _headers(answers[0]) == _headers(answers[1])
        assert sorted(answers[0].cookies) == sorted(answers[1].cookies)

    @pytest.mark.parametrize(("door", "form"), DOORS)
    def test_the_same_work(
        self, claire: Member, monkeypatch: pytest.MonkeyPatch, door: str, form: dict[str, str]
    ) -> None:
        """Passwords stretched, rows added, statements in the same order on the same tables."""
        done, asked = [], []
        for address in (claire.person.email, "personne@tilleuls.example"):
            Rate.objects.all().delete()  # both are the first to ask from here
            with work(monkeypatch) as counted, CaptureQueriesContext(connection) as statements:
                _asked(door, address, form)
            done.append((counted.stretched, counted.rows))
            asked.append([_shape(query["sql"]) for query in statements.captured_queries])
        assert done[0] == done[1]
        assert asked[0] == asked[1]

    def test_a_closed_account_looks_like_none(self, claire: Member) -> None:
        claire.person.status = claire.person.Status.CLOSED
        claire.person.save()
        form = {"password": claire.password}
        answers = [
            _asked("/connexion", address, form) for address in (claire.person.email, "personne@tilleuls.example")
        ]
        assert text_of(answers[0]) == text_of(answers[1])
        assert answers[0].status_code == answers[1].status_code == 422


def _asked(door: str, address: str, form: dict[str, str]) -> HttpResponse:
    answer = Client().post(door, {"address": address, **form})
    assert isinstance(answer, HttpResponse)
    return answer


def _headers(answer: HttpResponse) -> dict[str, str]:
    """The page shows the address that was typed: its length is the visitor's own."""
    return {name: value for name, value in answer.headers.items() if name != "Content-Length"}


def _shape(sql: str) -> tuple[str, str]:
    """What is done, and to which table; savepoints are named anew each time."""
    table = re.search(r'(?:FROM|INTO|^UPDATE) ("\w+")', sql)
    return sql.split()[0], table[1] if table else ""


def test_the_shape_of_a_statement_names_its_table() -> None:
    assert _shape('UPDATE "accounts_rate" SET "count" = 1') == ("UPDATE", '"accounts_rate"')
    assert _shape('INSERT OR IGNORE INTO "jobs_job" ("id") VALUES (1)') == ("INSERT", '"jobs_job"')
    assert _shape('SELECT "a"."b" FROM "a" WHERE 1') == ("SELECT", '"a"')

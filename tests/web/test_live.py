"""What an open desk asks every few seconds: is anything new?"""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sceau.core import clock
from sceau.envelopes.models import Copy
from sceau.vault import sessions
from sceau.vault.models import Session
from tests.envelopes import desk
from tests.people import Member, actor, sign_in

TAG = "If-None-Match"


@pytest.fixture
def browser(marc: Member) -> Client:
    return sign_in(marc)


def test_nothing_new_is_said_without_a_body(browser: Client) -> None:
    tag = browser.get("/nouvelles")["ETag"]
    answer = browser.get("/nouvelles", headers={TAG: tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Cache-Control"] == "no-store"


def test_an_arrival_changes_the_answer_and_so_does_opening_it(browser: Client, claire: Member, marc: Member) -> None:
    before = browser.get("/nouvelles")["ETag"]
    envelope = desk.send(actor(claire), str(marc.address))
    told = browser.get("/nouvelles", headers={TAG: before})
    assert told.json() == {"newest": str(desk.copy_of(envelope, marc).id), "unopened": 1}
    desk.open_copy(envelope, marc)
    assert browser.get("/nouvelles", headers={TAG: told["ETag"]}).json()["unopened"] == 0


def test_somebody_else_s_arrival_is_no_news(browser: Client, claire: Member) -> None:
    tag = browser.get("/nouvelles")["ETag"]
    desk.send(actor(claire), str(claire.address))
    assert browser.get("/nouvelles", headers={TAG: tag}).status_code == 304


@pytest.mark.req("V7")
def test_asking_keeps_no_session_open(browser: Client) -> None:
    old = clock.now() - timedelta(minutes=29)
    Session.objects.update(acted_at=old)
    browser.get("/nouvelles", headers={"X-Sceau-Poll": "1"})
    assert Session.objects.get().acted_at == old


@pytest.mark.req("V7")
def test_an_idle_session_is_locked_by_the_question_itself(browser: Client) -> None:
    Session.objects.update(acted_at=clock.now() - timedelta(minutes=30))
    assert browser.get("/nouvelles").status_code == 423
    session = Session.objects.get()
    assert (session.state, session.wrapped_key) == (Session.State.LOCKED, None)


@pytest.mark.req("V6")
def test_no_open_session_learns_nothing(browser: Client, marc: Member) -> None:
    tag = browser.get("/nouvelles")["ETag"]
    sessions.lock(Session.objects.get())
    assert browser.get("/nouvelles", headers={TAG: tag}).status_code == 423
    Session.objects.all().delete()
    assert browser.get("/nouvelles", headers={TAG: tag}).status_code == 401
    assert Client().get("/nouvelles", headers={"cookie": "__Host-sceau=abc"}).status_code == 401
    pending = Client()
    pending.post("/connexion", {"address": marc.person.email, "password": marc.password})
    assert pending.get("/nouvelles").status_code == 401


def test_a_database_that_does_not_answer_is_asked_again_later(browser: Client) -> None:
    def gone(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(gone):
        assert browser.get("/nouvelles").status_code == 503


def test_the_question_walks_indexes_alone(browser: Client, marc: Member) -> None:
    """What it costs does not grow with the mailbox."""
    desk.place(marc, clock.now(), Copy.Role.TO, Copy.Folder.RECEIVED, opened=timedelta(hours=1), count=1_000)
    desk.place(marc, clock.now(), Copy.Role.TO, Copy.Folder.RECEIVED)
    with CaptureQueriesContext(connection) as asked:
        browser.get("/nouvelles")
    question = next(query["sql"] for query in asked if "waiting" in query["sql"])
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Else it goes by what other tests left behind. This table alone: what is noted of empty ones would stay.
            cursor.execute("ANALYZE envelopes_copy")
            cursor.execute("SET LOCAL enable_seqscan = off")  # small tables are read faster whole
        cursor.execute(f"{explain} {question}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "copy_list" in plan
    assert "copy_unopened" in plan
    assert not [line for line in plan.splitlines() if line.startswith("SCAN") and "counted" not in line], plan

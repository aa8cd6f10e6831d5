"""polls.py: nothing new is said before Django; everything else is Django's to say."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from sceau import wsgi
from sceau.vault import sessions
from sceau.vault.models import Session
from sceau.web.polls import NothingNew
from tests.envelopes import desk
from tests.people import Member, actor, sign_in

pytestmark = pytest.mark.django_db

ELSEWHERE = "Django's answer"


@pytest.fixture
def browser(marc: Member) -> Client:
    return sign_in(marc)


def asked(cookies: str, **more: str) -> dict[str, Any]:
    """A request as granian hands it over."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/nouvelles",
        "HTTP_HOST": "localhost:8000",
        "HTTP_COOKIE": cookies,
        "wsgi.input": BytesIO(),
        **more,
    }


def answer(environ: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The status line and the headers, or ELSEWHERE for a request that is handed on."""
    said: list[tuple[str, dict[str, str]]] = []

    def pages(_environ: object, _start: object) -> list[bytes]:
        said.append((ELSEWHERE, {}))
        return []

    body = NothingNew(pages)(environ, lambda status, headers: said.append((status, dict(headers))))
    assert list(body) == []
    (only,) = said
    return only


def cookie(browser: Client) -> str:
    return f"{sessions.COOKIE}={browser.cookies[sessions.COOKIE].value}"


def tag(browser: Client) -> str:
    return str(browser.get("/nouvelles")["ETag"])


def test_it_stands_before_the_pages() -> None:
    assert isinstance(wsgi.application, NothingNew)


def test_nothing_new_takes_one_statement_and_may_not_be_kept(browser: Client) -> None:
    environ = asked(f"__Host-sceau-device=a; {cookie(browser)}; b=c", HTTP_IF_NONE_MATCH=tag(browser))
    with CaptureQueriesContext(connection) as queries:
        status, headers = answer(environ)
    assert (status, len(queries)) == ("304 Not Modified", 1)
    assert headers["ETag"] == environ["HTTP_IF_NONE_MATCH"]
    assert headers["Cache-Control"] == "no-store"
    assert "Cookie" in headers["Vary"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("proto", ["http", "https"])
def test_it_protects_as_much_as_a_page_does(browser: Client, settings: Settings, proto: str) -> None:
    """Through a trusted proxy, which says whether the browser came over TLS (HSTS)."""
    settings.SCEAU_TRUSTED_PROXIES, settings.SECURE_HSTS_SECONDS = ["127.0.0.1"], 31_536_000
    known = tag(browser)
    came = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": proto}
    fast = answer(asked(cookie(browser), HTTP_IF_NONE_MATCH=known, **came))[1]
    browser.handler.load_middleware()  # which reads its settings once
    slow = browser.get("/nouvelles", headers={"If-None-Match": known, "X-Forwarded-Proto": proto})
    assert slow.status_code == 304
    assert ("Strict-Transport-Security" in fast) == (proto == "https")
    assert fast == {name: slow.headers[name] for name in fast}
    assert set(slow.headers) - set(fast) == {"Content-Type", "Content-Language"}  # of no content


def test_an_arrival_is_told_on_the_long_road(browser: Client, claire: Member, marc: Member) -> None:
    environ = asked(cookie(browser), HTTP_IF_NONE_MATCH=tag(browser))
    desk.send(actor(claire), str(marc.address))
    assert answer(environ)[0] == ELSEWHERE


@pytest.mark.req("V7")
@pytest.mark.parametrize("state", [Session.State.LOCKED, Session.State.PENDING])
def test_only_an_open_session_is_told(browser: Client, state: str) -> None:
    environ = asked(cookie(browser), HTTP_IF_NONE_MATCH=tag(browser))
    assert answer(environ)[0] == "304 Not Modified"
    Session.objects.update(state=state)
    assert answer(environ)[0] == ELSEWHERE
    Session.objects.all().delete()
    assert answer(environ)[0] == ELSEWHERE


@pytest.mark.attack(29)
@pytest.mark.parametrize(
    "odd",
    [
        {"HTTP_COOKIE": ""},
        {"HTTP_COOKIE": "__Host-sceau=abc"},
        {"HTTP_COOKIE": "\u00e2\u0080\u0080{}"},  # U+2000 before the name, as WSGI gives its octets
        {"HTTP_COOKIE": "{}; {}"},
        {"HTTP_COOKIE": "x{}"},
        {"HTTP_COOKIE": '{}; __Host-sceau="other"'},
        {"HTTP_COOKIE": "{};__Host-sceau=other"},
        {"HTTP_COOKIE": "{}; __Host-sceau =other"},
        {"HTTP_HOST": "ailleurs.example"},
        {"HTTP_HOST": ""},
        {"HTTP_HOST": "localhost:8000:1"},
        {"HTTP_HOST": "localhost:@ailleurs.example"},
        {"HTTP_IF_NONE_MATCH": ""},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "HEAD"},
        {"PATH_INFO": "/recues"},
        {"PATH_INFO": "/nouvelles/"},
    ],
)
def test_what_is_odd_goes_the_long_road(browser: Client, odd: dict[str, str]) -> None:
    true = cookie(browser)
    more = {name: value.replace("{}", true) for name, value in odd.items()}
    environ = {**asked(true, HTTP_IF_NONE_MATCH=tag(browser)), **more}
    assert answer(environ)[0] == ELSEWHERE


def test_a_database_that_does_not_answer_goes_the_long_road(browser: Client) -> None:
    environ = asked(cookie(browser), HTTP_IF_NONE_MATCH=tag(browser))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_session RENAME TO elsewhere")
    assert answer(environ)[0] == ELSEWHERE

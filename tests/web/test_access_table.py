"""The table of accesses holds: every route has its lines, and what is forbidden looks like what is absent."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, reverse

from sceau.demo import urls as demo_urls
from sceau.web import urls
from tests.attacks import stage
from tests.attacks.stage import ROLES, Answer, Stage
from tests.attacks.table import LINES, Line, body

PLACES = ("draft", "upload", "folder", "arrival", "template", "sent", "received", "closed", "session")
NOT_PAGES = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture
def world(db: None) -> Stage:
    return stage.build()


@pytest.mark.attack(28)
@pytest.mark.req("V6", "V7")
def test_everybody_gets_what_the_table_says(world: Stage) -> None:
    wrong = [
        f"{method} {line.address} as {role}: {answer.status}, not {line.expected[role]}"
        for line in LINES
        for method in line.methods
        for role in ROLES
        if (answer := world.ask(role, method, line.address.format(**world.places), body(line.route))).status
        != line.expected[role]
    ]
    assert wrong == []


@pytest.mark.attack(29)
def test_what_the_table_does_not_name_is_not_a_way_to_act(world: Stage) -> None:
    named: dict[str, set[str]] = {}
    for line in LINES:
        named.setdefault(line.address, set()).update(line.methods)
    answered = {
        (method, address): world.ask("claire", method, address.format(**world.places)).status
        for address, methods in named.items()
        for method in {"GET", "HEAD", "POST", *NOT_PAGES} - methods
    }
    assert {asked: status for asked, status in answered.items() if status != 405} == {}


def test_no_route_is_missing() -> None:
    assert {line.route for line in LINES} == {pattern.name for pattern in urls.urlpatterns}
    assert all(type(pattern) is URLPattern for pattern in urls.urlpatterns)


@pytest.mark.attack(28)
def test_absent_and_forbidden_are_one_answer_for_the_same_work(world: Stage) -> None:
    """Status, headers, page and number of statements: nothing tells that somebody else has it."""
    compared = 0
    for role, method, line, absent in _forbidden(world):
        told = [_told(world, role, method, address, line.route) for address in (line.address, absent)]
        assert told[0] == told[1], (role, method, line.address)
        compared += 1
    assert compared > 100


def _forbidden(world: Stage) -> Iterator[tuple[str, str, Line, str]]:
    """Every answer 404 of the table, with the address of the same thing that nobody has."""
    for line in LINES:
        absent = re.sub(f"{{({'|'.join(PLACES)})}}", "{absent}", line.address)
        for role in ROLES:
            if line.expected[role] == 404:
                yield from ((role, method, line, absent) for method in line.methods)


def _told(world: Stage, role: str, method: str, address: str, route: str) -> tuple[object, ...]:
    place = address.format(**world.places)
    with CaptureQueriesContext(connection) as asked:
        answer = world.ask(role, method, place, body(route))
    headers = answer.headers | {"Content-Length": ""}
    return answer.status, headers, sorted(answer.cookies), _page(answer, world), len(asked)


def _page(answer: Answer, world: Stage) -> str:
    """Without what is drawn anew for each page, and without the ids that the visitor himself gave."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.body.decode())
    for place in (*PLACES, "absent"):
        page = page.replace(world.places[place], "ID")
    return page


class TestDemonstration:
    """The page of everybody's mails exists on one host of the demonstration, and nowhere else."""

    def test_it_has_one_page_of_its_own(self) -> None:
        own = [pattern.name for pattern in demo_urls.urlpatterns if isinstance(pattern, URLPattern)]
        assert own == ["demo-mails"]

    def test_an_installation_does_not_have_it(self, world: Stage) -> None:
        with pytest.raises(NoReverseMatch):
            reverse("demo-mails")
        host = {"host": "courriels.localhost"}
        assert {world.ask(role, "GET", "/", headers=host).status for role in ROLES} == {400}

    def test_the_demonstration_shows_it_on_its_own_host(self, db: None) -> None:
        demonstration = override_settings(
            MIDDLEWARE=[*settings.MIDDLEWARE, "sceau.demo.hosts.DemoHosts"],
            INSTALLED_APPS=[*settings.INSTALLED_APPS, "sceau.demo"],
            ALLOWED_HOSTS=["courriels.localhost", "claire.localhost"],
        )
        with demonstration:
            browser = Client()
            mails = [
                browser.generic(method, "/", headers={"host": "courriels.localhost"}) for method in ("GET", "POST")
            ]
            assert [answer.status_code for answer in mails] == [200, 405]
            assert browser.get("/", headers={"host": "claire.localhost"})["Location"] == "/connexion"

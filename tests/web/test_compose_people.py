"""Completion of recipients: those one has exchanged with, and never a list of who has an account."""

import pytest
from django.test import Client

from sceau.accounts.models import Person
from sceau.demo.cast import INES
from sceau.web.views import people as view
from tests import people
from tests.envelopes import desk
from tests.people import Member, join, sign_in


def names(browser: Client, text: str) -> list[str]:
    answer = browser.post("/personnes", {"text": text})
    assert answer.status_code == 200
    return [person["name"] for person in answer.json()["people"]]


@pytest.fixture
def browser(claire: Member, marc: Member, chloe: Member, bruno: Member) -> Client:
    """Claire's: she wrote to Marc twice and to Bruno once; Chloé wrote to her."""
    by = people.actor(claire)
    for to in (marc, marc, bruno):
        desk.send(by, str(to.address))
    desk.send(people.actor(chloe), str(claire.address))
    return sign_in(claire)


def test_a_name_or_an_address_is_completed_from_any_word(browser: Client) -> None:
    for text in ("mar", "MARC ben", "benàli", "ch-ecr", "marc.benali@ch-ecrins.example"):
        assert names(browser, text) == ["Dr Marc Benali"], text
    assert names(browser, "delmas") == ["Dr Chloé Delmas"]  # she wrote; nobody wrote to her
    assert names(browser, "zzz") == []


def test_the_most_frequent_come_first(browser: Client) -> None:
    assert names(browser, "ar") == ["M. Bruno Arnaud"]
    assert names(browser, "example") == []  # a whole operator is not a way to list people
    assert names(browser, "b")[:1] == []  # one letter is not enough
    assert names(browser, "be") == ["Dr Marc Benali"]


def test_a_stranger_is_found_by_his_whole_address_only(browser: Client) -> None:
    ines = join(INES)
    for text in ("inès", "roche", "ines.roche", "ines.roche@buech.exampl"):
        assert names(browser, text) == [], text
    assert names(browser, ines.person.email) == [ines.mailbox.name]


def test_an_account_that_may_not_write_finds_no_stranger(marc: Member, lea: Member) -> None:
    assert names(sign_in(lea), marc.person.email) == []


def test_a_closed_account_is_not_proposed(browser: Client, marc: Member) -> None:
    Person.objects.filter(id=marc.person.id).update(status=Person.Status.CLOSED)
    assert names(browser, "marc") == []
    assert names(browser, marc.person.email) == []


def test_oneself_is_not_proposed(browser: Client, claire: Member) -> None:
    assert names(browser, "claire") == []


def test_what_is_found_says_who_that_is(browser: Client) -> None:
    (person,) = browser.post("/personnes", {"text": "benali"}).json()["people"]
    assert person == {
        "address": "marc.benali@ch-ecrins.example",
        "name": "Dr Marc Benali",
        "detail": "Cardiologue, Centre hospitalier des Écrins",
        "chip": "Sceau",
    }


@pytest.mark.usefixtures("early")
def test_trying_addresses_one_after_the_other_ends_soon(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "_EXACT_LIMIT", 3)
    statuses = [browser.post("/personnes", {"text": f"essai{n}@exemple.fr"}).status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert names(browser, "marc") == ["Dr Marc Benali"]  # names of people one knows still complete

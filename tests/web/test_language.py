"""Which language a page speaks: the account's, then the browser's, then French."""

import pytest
from django.test import Client

from sceau.accounts.models import Person
from tests.people import Member, sign_in, text_of


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        (None, "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fr;q=0.1", "en"),
        ("de, fr;q=0.5", "fr"),
        ("de, en;q=0.5", "en"),
        ("*", "fr"),
        ("fr-CA", "fr"),
        ("x" * 5000, "fr"),
        ("en;q=broken", "fr"),
    ],
)
def test_the_browser_is_listened_to(accepted: str | None, spoken: str) -> None:
    page = Client().get("/aide", headers={"Accept-Language": accepted} if accepted else {})
    assert page["Content-Language"] == spoken
    assert f'<html lang="{spoken}">' in page.content.decode()


def test_a_cache_is_told_what_the_page_depends_on() -> None:
    assert {"Accept-Language", "Cookie"} <= set(Client().get("/aide")["Vary"].split(", "))


def test_the_account_goes_before_the_browser(claire: Member) -> None:
    browser = sign_in(claire)
    assert browser.get("/recues", headers={"Accept-Language": "en"})["Content-Language"] == "fr"
    Person.objects.filter(id=claire.person.id).update(language="en")
    page = browser.get("/recues", headers={"Accept-Language": "fr"})
    assert page["Content-Language"] == "en"
    assert "Nothing is waiting for you" in text_of(page)


def test_an_address_chooses_no_language() -> None:
    assert Client().get("/aide?lang=en&language=en")["Content-Language"] == "fr"


def test_errors_speak_the_same_language() -> None:
    page = Client().get("/nulle-part", headers={"Accept-Language": "en"})
    assert (page.status_code, page["Content-Language"]) == (404, "en")
    assert "Nothing at this address" in text_of(page)

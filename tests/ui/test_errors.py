"""Every error of the family has its answer, and every answer its page."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http import HTTPStatus

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import RequestFactory
from django.utils import translation

import sceau
from sceau.accounts import codes, passwords
from sceau.core import errors as family
from sceau.core.values import Address
from sceau.envelopes import options, rules
from sceau.envelopes.importing import TooManyMails
from sceau.envelopes.mime.oddities import LargeMail
from sceau.ui import errors
from sceau.ui.answers import TABLE

EXAMPLES: tuple[family.Error, ...] = (
    family.NotFound(),
    family.TooMany(61),
    codes.WrongCode(1),
    passwords.WeakPassword(tuple(passwords.Missing)),
    rules.MalformedRecipient(("marc", "azur")),
    rules.UnknownRecipient((Address.parse("ccas@ville-gap.fr"),)),
    rules.TooManyRecipients(100),
    rules.TooManyDocuments(100),
    rules.TooLarge(200_000_000, 201_000_000),
    rules.DocumentTooLarge(40_000_000, 41_000_000),
    options.BadDelivery(datetime(2026, 11, 22, tzinfo=UTC), datetime(2027, 11, 22, tzinfo=UTC)),
    LargeMail(40_000_000),
    TooManyMails(5_000),
    rules.BadExpiry(date(2026, 11, 22), date(2027, 2, 21)),
)


@pytest.fixture
def page() -> HttpRequest:
    return RequestFactory().get("/", headers={"Accept": "text/html"})


def descendants(kind: type[family.Error]) -> Iterator[type[family.Error]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def all_errors() -> set[type[family.Error]]:
    """What the packages that pages stand on can raise: not the command line, nor the programs that verify offline."""
    for module in pkgutil.walk_packages(sceau.__path__, "sceau."):
        if "migrations" not in module.name and not module.name.startswith(("sceau.cli", "sceau.demo")):
            importlib.import_module(module.name)
    own = {kind for kind in descendants(family.Error) if kind.__module__.startswith("sceau.")}
    return {family.Error, *(kind for kind in own if not kind.__module__.startswith(("sceau.cli", "sceau.demo")))}


def test_the_table_is_complete() -> None:
    assert {kind.__qualname__ for kind in all_errors() ^ set(TABLE)} == set()


def test_codes_are_stable_names_used_once() -> None:
    codes = [kind.code for kind in TABLE]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_a_sentence_carries_what_the_person_needs(error: family.Error) -> None:
    with translation.override("fr"):
        words = errors.sentence(error)
    assert "%" not in words
    assert words.endswith(".")


def test_a_refused_recipient_is_named() -> None:
    with translation.override("fr"):
        assert "ccas@ville-gap.fr" in errors.sentence(rules.UnknownRecipient((Address.parse("ccas@ville-gap.fr"),)))


def test_a_wait_is_told_in_minutes_and_to_the_browser_in_seconds(page: HttpRequest) -> None:
    response = errors.respond(page, family.TooMany(61))
    assert (response.status_code, response["Retry-After"]) == (429, "61")
    assert "2 minutes" in response.content.decode()


def test_a_page_says_the_status_and_leads_to_help(page: HttpRequest) -> None:
    response = errors.respond(page, family.NotFound())
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert 'href="/aide"' in response.content.decode()


def test_our_scripts_get_words_instead_of_a_page() -> None:
    request = RequestFactory().post("/", headers={"Accept": "application/json"})
    response = errors.respond(request, rules.NoRecipient())
    assert response.status_code == 422
    assert json.loads(response.content)["code"] == "no-recipient"


def test_an_error_of_a_package_is_answered_by_its_parent_until_it_has_its_line() -> None:
    class Newborn(rules.TooLarge):
        code = "newborn"

    try:
        assert errors.answer(Newborn(1, 2)).status == 413
    finally:
        del Newborn  # or the completeness test would find it


def test_what_a_view_raises_is_answered(page: HttpRequest) -> None:
    middleware = errors.ErrorPages(lambda request: HttpResponse())
    refused = middleware.process_exception(page, rules.Destroyed())
    assert refused is not None
    assert refused.status_code == HTTPStatus.GONE
    assert middleware.process_exception(page, ValueError()) is None


def test_a_database_that_is_locked_or_gone_means_later(page: HttpRequest) -> None:
    middleware = errors.ErrorPages(lambda request: HttpResponse())
    response = middleware.process_exception(page, OperationalError("database is locked"))
    assert response is not None
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(response["Retry-After"]) > 0


def test_a_crash_says_so_and_no_more(page: HttpRequest) -> None:
    response = errors.crash(page, ValueError("canari"))
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "canari" not in response.content.decode()


def test_a_button_opened_as_a_page_is_explained(page: HttpRequest) -> None:
    response = errors.ErrorPages(lambda request: HttpResponseNotAllowed(["POST"]))(page)
    assert isinstance(response, HttpResponse)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "<h1>" in response.content.decode()

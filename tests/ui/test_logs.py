"""Logs carry ids and route names, never a path, a query, an address, a token or content (attack 39)."""

import json
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sceau.core.errors import StorageFull
from sceau.ui import errors, logs

PERSON = UUID("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b")
Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str]) -> Read:
    """The lines written since the test began."""
    logs.configure()
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def request_to(path: str, **attributes: object) -> HttpRequest:
    request = RequestFactory().get(path)
    for name, value in attributes.items():
        setattr(request, name, value)
    return request


def test_a_request_is_one_line_of_json(read: Read) -> None:
    request = request_to(
        "/enveloppes/42?q=VIH",
        resolver_match=SimpleNamespace(view_name="web:envelope"),
        actor=SimpleNamespace(person=SimpleNamespace(id=PERSON)),
    )
    logs.RequestLog(lambda request: HttpResponse(status=404))(request)
    (line,) = read()
    assert line["event"] == "request"
    assert (line["route"], line["method"], line["status"]) == ("web:envelope", "GET", 404)
    assert line["person"] == str(PERSON)
    assert line["ms"] >= 0
    assert set(line) == {"event", "route", "method", "status", "ms", "person", "level", "timestamp"}


def test_a_fault_of_ours_is_a_warning_with_its_code(read: Read) -> None:
    """Pages say that the operator is told of a full disk: this is how."""
    request = request_to("/brouillons/42/sceller", resolver_match=None, headers={}, LANGUAGE_CODE="fr")
    logs.RequestLog(lambda request: errors.respond(request, StorageFull()))(request)
    (line,) = read()
    assert (line["level"], line["status"], line["code"]) == ("warning", 503, "storage-full")


@pytest.mark.attack(39)
def test_nothing_of_the_address_reaches_the_line(read: Read) -> None:
    request = request_to("/inscription/canari-jeton?mot=canari-question", resolver_match=None)
    logs.RequestLog(lambda request: HttpResponse())(request)
    (line,) = read()
    assert line["route"] is None
    assert "canari" not in json.dumps(line)


@pytest.mark.attack(39)
def test_an_exception_leaves_its_code_lines_without_its_words(read: Read) -> None:
    try:
        try:
            int("canari-interieur")
        except ValueError as error:
            raise RuntimeError("canari-exterieur") from error
    except RuntimeError as error:
        structlog.get_logger("sceau").error("crash", exc_info=error)
    (line,) = read()
    assert line["error"][0] == "RuntimeError < ValueError"
    assert "test_logs.py" in line["error"][-1]
    assert "canari" not in json.dumps(line)


@pytest.mark.attack(39)
def test_the_words_of_libraries_are_not_trusted(read: Read) -> None:
    logging.getLogger("django.request").error("Internal Server Error: %s", "/canari")
    try:
        raise LookupError("canari")
    except LookupError:
        logging.getLogger("django.db").exception("canari %s", "canari")
    missing, failing = read()
    assert (missing["logger"], missing["level"]) == ("django.request", "error")
    assert failing["error"][0] == "LookupError"
    assert "canari" not in json.dumps([missing, failing])


def test_a_method_that_nobody_defined_is_not_copied(read: Read) -> None:
    request = RequestFactory().generic("CANARI", "/")
    logs.RequestLog(lambda request: HttpResponse())(request)
    assert read()[0]["method"] == "other"

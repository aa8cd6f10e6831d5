"""What is shown when a view, or what stands around it, fails in a way that nobody foresaw."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from sceau import urls
from sceau.envelopes.rules import Destroyed
from tests.people import text_of

FAILURES: dict[str, Exception] = {
    "value": ValueError("canari"),
    "suspicious": SuspiciousOperation("canari"),
    "denied": PermissionDenied("canari"),
    "database": OperationalError("canari"),
    "domain": Destroyed(),
}


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    raise FAILURES[kind]


urlpatterns = [path("echec/<str:kind>", fail), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

pytestmark = pytest.mark.urls(__name__)


@pytest.mark.attack(39)
@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("value", 500, "cassé chez nous"),
        ("suspicious", 400, "Demande illisible"),
        ("denied", 403, "Ce n’est pas permis"),
        ("database", 503, "très occupé"),
        ("domain", 410, "Ce contenu est détruit"),
    ],
)
def test_a_failure_is_a_page_without_its_details(kind: str, status: int, said: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/echec/{kind}")
    assert answer.status_code == status
    assert said in text_of(answer)
    assert "canari" not in answer.content.decode()


def test_a_script_is_told_in_json() -> None:
    answer = Client(raise_request_exception=False).get("/echec/database", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer["Retry-After"]) > 0


def test_a_failure_before_any_view_is_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError("canari")

    monkeypatch.setattr("sceau.vault.sessions.find", gone)
    browser = Client(raise_request_exception=False)
    browser.cookies["__Host-sceau"] = "x" * 43
    answer = browser.get("/connexion")
    assert answer.status_code == 503
    assert "très occupé" in text_of(answer)

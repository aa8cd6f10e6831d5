from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sceau.ui.csp import ContentSecurityPolicy


def answer(response: HttpResponse) -> HttpResponse:
    request = RequestFactory().get("/")

    def view(request: HttpRequest) -> HttpResponse:
        return response

    return ContentSecurityPolicy(view)(request)  # type: ignore[return-value]  # what the view returned


def test_nothing_runs_that_we_did_not_serve() -> None:
    policy = answer(HttpResponse())["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
        " connect-src 'self'; frame-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    assert "unsafe" not in policy


def test_browsers_and_proxies_keep_nothing() -> None:
    assert answer(HttpResponse())["Cache-Control"] == "no-store"


def test_a_view_may_be_stricter() -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "sandbox; default-src 'none'"})
    assert answer(own)["Content-Security-Policy"] == "sandbox; default-src 'none'"

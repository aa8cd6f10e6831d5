from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sceau.ui import flash


def carried(response: HttpResponse) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES["__Host-flash"] = response.cookies["__Host-flash"].value
    return request


def page(request: HttpRequest, *, shows: bool) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        if shows:
            flash.read(request)
        return HttpResponse()

    response = flash.FlashMessages(view)(request)
    assert isinstance(response, HttpResponse)
    return response


def test_a_sentence_crosses_one_redirect() -> None:
    request = carried(flash.add(HttpResponse(), "Enveloppe scellée.", kind="ok"))
    assert flash.read(request) == flash.Message("ok", "Enveloppe scellée.")


def test_it_may_bring_the_way_to_take_the_act_back() -> None:
    request = carried(flash.add(HttpResponse(), "Enveloppe mise à la corbeille.", undo="/enveloppes/x/restaurer"))
    assert flash.read(request) == flash.Message("ok", "Enveloppe mise à la corbeille.", "/enveloppes/x/restaurer")


def test_it_is_forgotten_once_shown() -> None:
    request = carried(flash.add(HttpResponse(), "Enveloppe scellée."))
    gone = page(request, shows=True).cookies["__Host-flash"]
    assert (gone.value, gone["max-age"], gone["secure"], gone["path"]) == ("", 0, True, "/")


def test_it_waits_for_a_page_that_shows_it() -> None:
    request = carried(flash.add(HttpResponse(), "Enveloppe scellée."))
    assert "__Host-flash" not in page(request, shows=False).cookies


def test_a_sentence_that_we_did_not_sign_is_not_shown() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["__Host-flash"] = "WyJvayIsICJQaXJhdGUiXQ:1abcde:forged"
    assert flash.read(request) is None


def test_the_cookie_is_ours_alone_and_short() -> None:
    cookie = flash.add(HttpResponse(), "Fait.").cookies["__Host-flash"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, True, "Lax", "")
    assert cookie["max-age"] == 60

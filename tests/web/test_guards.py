"""What `signed_in` lets through, on views of our own: every real route has its line in the table of accesses."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from sceau.core import clock
from sceau.core.errors import Refused
from sceau.vault import sessions
from sceau.vault.models import Session
from sceau.vault.sessions import COOKIE, Assurance
from sceau.web.guards import SignedIn, SignedInOrLocked, signed_in
from sceau.web.requests import Request
from sceau.web.sessions import SessionMiddleware
from tests.people import Member, sign_in


@signed_in(Assurance.CODE)
def private(request: SignedIn) -> HttpResponse:
    return HttpResponse(request.actor.person.name)


@signed_in(Assurance.CARD)
def by_card(request: SignedIn) -> HttpResponse:
    return HttpResponse("by card")


@signed_in(Assurance.CODE, locked_ok=True)
def saving(request: SignedInOrLocked) -> HttpResponse:
    if request.actor:
        return HttpResponse(f"open: {request.actor.person.name}")
    assert request.locked_person
    return HttpResponse(f"locked: {request.locked_person.name}")


def answer(view: object, client: Client | None = None) -> HttpResponse:
    """The view behind the real middleware, asked by this browser."""
    request = RequestFactory().get("/page")
    if client:
        request.COOKIES[COOKIE] = client.cookies[COOKIE].value
    response = SessionMiddleware(view)(request)  # type: ignore[arg-type]  # a view is a handler
    assert isinstance(response, HttpResponse)
    return response


def test_an_open_session_passes_with_its_actor(claire: Member) -> None:
    assert answer(private, sign_in(claire)).content.decode() == "Dr Claire Vasseur"


def test_nobody_is_led_to_the_way_in(db: None) -> None:
    assert answer(private)["Location"] == "/connexion?next=%2Fpage"


def test_a_locked_session_may_save_where_the_view_says_so(claire: Member) -> None:
    client = sign_in(claire)
    assert answer(saving, client).content.decode() == "open: Dr Claire Vasseur"
    sessions.lock(Session.objects.get())
    assert answer(saving, client).content.decode() == "locked: Dr Claire Vasseur"
    assert answer(private, client)["Location"] == "/verrou?next=%2Fpage"


def test_nobody_may_save(db: None) -> None:
    assert answer(saving)["Location"] == "/connexion?next=%2Fpage"


def test_a_weaker_login_is_refused_without_going_round_in_circles(claire: Member) -> None:
    with pytest.raises(Refused):
        answer(by_card, sign_in(claire))


def test_a_password_alone_is_nobody(claire: Member) -> None:
    """Even if a row said open: the level decides."""
    client = sign_in(claire)
    Session.objects.update(assurance=Assurance.PASSWORD)
    assert answer(private, client).status_code == 303


def test_a_closed_account_is_nobody(claire: Member) -> None:
    client = sign_in(claire)
    claire.person.status = claire.person.Status.CLOSED
    claire.person.save()
    assert answer(private, client).status_code == 303
    sessions.lock(Session.objects.get())
    assert answer(saving, client).status_code == 303


def test_keys_are_opened_for_each_request_and_kept_by_none(claire: Member) -> None:
    client, seen = sign_in(claire), []

    def view(request: Request) -> HttpResponse:
        assert request.actor
        seen.append(request.actor.keys)
        return HttpResponse()

    answer(view, client), answer(view, client)
    assert seen[0] is not seen[1]
    Session.objects.update(acted_at=clock.now() - timedelta(hours=1))
    assert answer(private, client)["Location"].startswith("/verrou")


def test_what_a_view_says_about_caching_stays(db: None) -> None:
    def view(request: Request) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    assert answer(view)["Cache-Control"] == "public, max-age=60"
    assert answer(lambda request: HttpResponse())["Cache-Control"] == "no-store"

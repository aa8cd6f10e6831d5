"""Coming in and leaving."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sceau.accounts import login, recovery
from sceau.accounts.codes import CodeGone, NoResendLeft, WrongCode
from sceau.core import clock
from sceau.core.errors import TooMany
from sceau.ui import errors, flash
from sceau.vault import sessions
from sceau.vault.models import Session
from sceau.vault.principals import WrongPassword
from sceau.vault.sessions import SessionGone
from sceau.web import again, cookies
from sceau.web.forms_account import CodeForm, SignInForm
from sceau.web.next_page import local, redirect_to
from sceau.web.requests import Request, device_of, network_of

_BEGIN, _CODE = "web/login/begin.html", "web/login/code.html"


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Request) -> HttpResponse:
    """Address and password; then a code leaves."""
    next_page = _next(request)
    context = {"next": next_page}
    if request.actor and request.method != "POST":
        return HttpResponse(status=303, headers={"Location": next_page})
    if request.method != "POST":
        return render(request, _BEGIN, {"form": SignInForm(), **context})
    form = SignInForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _BEGIN, form, context)
    typed, at = form.cleaned_data, clock.now()
    try:
        cookie = login.begin(
            typed["address"], typed["password"], network=network_of(request), device=device_of(request), at=at
        )
    except (WrongPassword, TooMany) as error:
        return again.refused(request, _BEGIN, form, error, context)
    if request.found:  # one session a browser
        sessions.end(request.found.session)
    response = redirect_to("web:login-code", next_page)
    cookies.set_session(response, cookie)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: Request) -> HttpResponse:
    """The six digits; a session that is over leads back to the beginning."""
    next_page = _next(request)
    if request.actor:
        return HttpResponse(status=303, headers={"Location": next_page})
    form = CodeForm(request.POST if request.method == "POST" else None)
    try:
        if form.is_valid():
            return _finish(request, form.cleaned_data["code"], next_page)
    except WrongCode as error:
        form.add_error("code", errors.sentence(error))
    except (CodeGone, SessionGone):
        return _gone(request)
    return _code_page(request, form, next_page)


@require_POST
def resend(request: Request) -> HttpResponse:
    next_page = _next(request)
    try:
        login.resend(cookies.session(request), at=clock.now())
    except (NoResendLeft, TooMany) as error:
        return flash.add(redirect_to("web:login-code", next_page), errors.sentence(error), kind="warn")
    except (CodeGone, SessionGone):
        return _gone(request)
    return flash.add(redirect_to("web:login-code", next_page), _("Un nouveau code est parti ; l’ancien ne vaut plus."))


@require_POST
def leave(request: Request) -> HttpResponse:
    if request.found:
        login.leave(request.found.session, at=clock.now())
    response = flash.add(redirect_to("web:login"), _("Vous êtes déconnecté."))
    cookies.drop_session(response)
    response["Clear-Site-Data"] = '"cache"'
    return response


def _finish(request: Request, digits: str, next_page: str) -> HttpResponse:
    signed_in = login.finish(
        cookies.session(request),
        digits,
        device_token=cookies.device(request),
        device=device_of(request),
        at=clock.now(),
    )
    response = HttpResponse(status=303, headers={"Location": next_page})
    if recovery.under_way(signed_in.person):
        text = _("Quelqu’un demande à retrouver l’accès à votre compte. Si ce n’est pas vous, refusez ici.")
        response = flash.add(redirect_to("web:security"), text, kind="warn")
    cookies.set_session(response, signed_in.cookie)
    cookies.set_device(response, signed_in.device_token)
    return response


def _code_page(request: Request, form: CodeForm, next_page: str) -> HttpResponse:
    try:
        pending = login.pending(cookies.session(request), at=clock.now())
    except (CodeGone, SessionGone):
        return _gone(request)
    context = {
        "form": form,
        "next": next_page,
        "address": _masked(pending.person.email),
        "minutes": pending.minutes_left,
        "tries_left": pending.tries_left,
        "resends_left": pending.resends_left,
    }
    return render(request, _CODE, context, status=again.INVALID if form.errors else 200)


def _gone(request: Request) -> HttpResponse:
    """What led here is forgotten; a screen that is merely locked, where a foreign link led here, stays as it is."""
    response = render(request, "web/login/gone.html", status=410)
    if request.found is None or request.found.session.state == Session.State.PENDING:
        cookies.drop_session(response)
    return response


def _next(request: HttpRequest) -> str:
    return local(request.POST.get("next") or request.GET.get("next"))


def _masked(address: str) -> str:
    """Enough for its owner: "c…r@exemple.fr"."""
    name, _at, domain = address.rpartition("@")
    return f"{name[0]}…{name[-1]}@{domain}"

"""The idle lock (V7): leaving the screen empty, and resuming exactly there."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sceau.accounts import login, people
from sceau.core import clock
from sceau.core.errors import TooMany
from sceau.ui import flash
from sceau.vault import sessions
from sceau.vault.models import Session
from sceau.vault.principals import WrongPassword
from sceau.vault.sessions import SessionGone
from sceau.web import again, cookies
from sceau.web.forms_account import UnlockForm
from sceau.web.next_page import came_from, local, redirect_to
from sceau.web.requests import Request

_LOCKED = "web/lock/locked.html"


@require_http_methods(["GET", "HEAD", "POST"])
def locked(request: Request) -> HttpResponse:
    """The password alone resumes, in this browser, within twelve hours of a full login."""
    next_page = local(request.POST.get("next") or request.GET.get("next"))
    if request.actor:
        return HttpResponse(status=303, headers={"Location": next_page})
    session = request.found.session if request.found else None
    person = people.of(session.principal_id) if session else None
    if session is None or person is None or session.state != Session.State.LOCKED:
        return redirect_to("web:login", next_page)
    request.locked_person = person
    context = {"next": next_page, "person_name": person.name}
    if request.method != "POST":
        return render(request, _LOCKED, {"form": UnlockForm(), **context})
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _LOCKED, form, context)
    try:
        login.unlock(session, cookies.session(request), form.cleaned_data["password"], at=clock.now())
    except WrongPassword:
        form.add_error(
            "password", _("Ce n’est pas votre mot de passe. Vérifiez la touche majuscule, puis recommencez.")
        )
        return again.invalid(request, _LOCKED, form, context)
    except TooMany as error:
        return again.refused(request, _LOCKED, form, error, context)
    except SessionGone:
        text = _("Plus de douze heures ont passé : connectez-vous à nouveau. Ce qui était enregistré vous attend.")
        return flash.add(redirect_to("web:login", next_page), text, kind="info")
    return HttpResponse(status=303, headers={"Location": next_page})


@require_POST
def lock_now(request: Request) -> HttpResponse:
    """« Masquer »: the key is forgotten at once."""
    if request.found and request.found.session.state == Session.State.OPEN:
        sessions.lock(request.found.session)
    return redirect_to("web:locked", local(request.POST.get("next")) if "next" in request.POST else came_from(request))

"""« Accès perdu »."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sceau.accounts import recovery
from sceau.accounts.models import Person
from sceau.accounts.passwords import WeakPassword
from sceau.accounts.recovery import RecoveryGone
from sceau.core import clock
from sceau.core.errors import Error, TooMany
from sceau.ui import dates
from sceau.vault.principals import WrongRecoveryCode
from sceau.web import again, cookies
from sceau.web.forms_account import AddressForm, RecoveryForm
from sceau.web.next_page import redirect_to
from sceau.web.requests import Request, device_of, network_of

_FIELDS: dict[type[Error], str] = {WeakPassword: "password", WrongRecoveryCode: "recovery_code"}
_ASK, _CHOOSE = "web/recovery/ask.html", "web/recovery/choose.html"


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The same answer whether or not the address has an account."""
    if request.method != "POST":
        return render(request, _ASK, {"form": AddressForm()})
    form = AddressForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _ASK, form)
    language = (translation.get_language() or "fr")[:2]
    try:
        recovery.ask(form.cleaned_data["address"], language=language, network=network_of(request), at=clock.now())
    except TooMany as error:
        return again.refused(request, _ASK, form, error)
    return redirect_to("web:recovery-asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "web/recovery/asked.html")


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Request, token: str) -> HttpResponse:
    """A GET shows the ways and uses nothing up."""
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    try:
        person = recovery.read(token, at=clock.now())
        context = _ways(request, person)
        if not form.is_bound:
            return render(request, _CHOOSE, {"form": form, **context})
        if form.is_valid() and form.cleaned_data["way"] == "session" and not context["can_use_session"]:
            form.add_error("way", _("Cette session s’est fermée : choisissez une autre preuve."))
        if not form.is_valid():
            return again.invalid(request, _CHOOSE, form, context)
        return _set_password(request, token, form, person)
    except RecoveryGone:
        return render(request, "web/recovery/gone.html", status=410)
    except (WeakPassword, WrongRecoveryCode, TooMany) as error:
        return again.refused(request, _CHOOSE, form, error, context, field=_FIELDS.get(type(error)))


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """A GET asks to confirm: a link scanner refuses nothing (attack 25)."""
    try:
        if request.method == "POST":
            recovery.refuse(token, device=device_of(request), at=clock.now())
            return render(request, "web/recovery/refuse.html", {"done": True})
        person = recovery.read_refusal(token)
    except RecoveryGone:
        return render(request, "web/recovery/gone.html", status=410)
    return render(request, "web/recovery/refuse.html", {"done": False, "person_name": person.name})


def _set_password(request: Request, token: str, form: RecoveryForm, person: Person) -> HttpResponse:
    """By the way that was chosen. All sessions end, this browser's own with them."""
    typed, device, at = form.cleaned_data, device_of(request), clock.now()
    if typed["way"] == "wait":
        until = recovery.wait(token, typed["password"], device=device, at=at)
        context = {"until": dates.exact(until, zone=person.zone), "hours": settings.SCEAU_RECOVERY_HOURS}
        response = render(request, "web/recovery/waiting.html", context)
    else:
        if typed["way"] == "code":
            new = recovery.with_code(token, typed["recovery_code"], typed["password"], device=device, at=at)
        else:
            new = recovery.with_session(token, typed["password"], by=request.actor, device=device, at=at)
        response = render(request, "web/recovery/done.html", {"recovery_code": new})
    cookies.drop_session(response)
    return response


def _ways(request: Request, person: Person) -> dict[str, object]:
    mine = request.actor is not None and request.actor.person.id == person.id
    return {"can_use_session": mine, "hours": settings.SCEAU_RECOVERY_HOURS}

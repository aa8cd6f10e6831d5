"""Opening an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from sceau.accounts import signup
from sceau.accounts.passwords import WeakPassword
from sceau.accounts.signup import LinkGone
from sceau.core import clock
from sceau.core.errors import TooMany
from sceau.web import again
from sceau.web.forms_account import AddressForm, SignUpForm
from sceau.web.next_page import redirect_to
from sceau.web.requests import device_of, network_of

_ASK, _COMPLETE = "web/signup/ask.html", "web/signup/complete.html"


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The same answer whether or not the address has an account."""
    if request.method != "POST":
        return render(request, _ASK, {"form": AddressForm()})
    form = AddressForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _ASK, form)
    try:
        signup.ask(form.cleaned_data["address"], language=_language(), network=network_of(request), at=clock.now())
    except TooMany as error:
        return again.refused(request, _ASK, form, error)
    return redirect_to("web:signup-asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "web/signup/asked.html")


@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: HttpRequest, token: str) -> HttpResponse:
    """A GET shows the form and uses nothing up; the recovery code is shown by the answer to the POST, once."""
    at = clock.now()
    try:
        context = {"address": signup.read(token, at=at)}
        if request.method != "POST":
            return render(request, _COMPLETE, {"form": SignUpForm(), **context})
        form = SignUpForm(request.POST)
        if not form.is_valid():
            return again.invalid(request, _COMPLETE, form, context)
        opened = signup.complete(
            token,
            form.identity(),
            form.cleaned_data["password"],
            language=_language(),
            device=device_of(request),
            at=at,
        )
    except WeakPassword as error:
        return again.refused(request, _COMPLETE, form, error, context, field="password")
    except LinkGone:
        return render(request, "web/signup/gone.html", status=410)
    return render(request, "web/signup/welcome.html", {"recovery_code": opened.recovery_code})


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    return render(request, "web/signup/welcome.html", {"recovery_code": None})


def _language() -> str:
    return (translation.get_language() or "fr")[:2]

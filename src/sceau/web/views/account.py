"""What a person says about himself, and which mails he wants."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sceau.accounts import people
from sceau.core import clock
from sceau.core.errors import Malformed
from sceau.notify import words
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import again, nav
from sceau.web.forms_account import AccountForm, NoticesForm
from sceau.web.guards import SignedIn, signed_in
from sceau.web.next_page import redirect_to
from sceau.web.pages import Chip
from sceau.web.requests import device_of

_IDENTITY, _NOTICES = "web/account/identity.html", "web/account/notifications.html"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def identity(request: SignedIn) -> HttpResponse:
    person = request.actor.person
    context = {"section": "identity", "nav": nav.of(request.actor, "account"), **_status(people.may_write(person))}
    if request.method != "POST":
        return render(request, _IDENTITY, {"form": AccountForm(person), **context})
    form = AccountForm(person, request.POST)
    if not form.is_valid():
        return again.invalid(request, _IDENTITY, form, context)
    people.change_identity(person, form.identity(), device=device_of(request), at=clock.now())
    people.choose_display(person, **form.display())
    return flash.add(redirect_to("web:account"), _("C’est enregistré."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def notifications(request: SignedIn) -> HttpResponse:
    person = request.actor.person
    context = {"section": "notifications", "nav": nav.of(request.actor, "notifications")}
    if request.method != "POST":
        return render(request, _NOTICES, {"form": NoticesForm(person), **context})
    form = NoticesForm(person, request.POST)
    if not form.is_valid():
        return again.invalid(request, _NOTICES, form, context)
    try:
        word = words.seal(person.id, form.cleaned_data["word"]) if form.cleaned_data["word"] else None
    except Malformed:
        form.add_error("word", _("Choisissez un mot simple, sans signe invisible."))
        return again.invalid(request, _NOTICES, form, context)
    people.choose_notices(person, form.wanted(), word=word)
    return flash.add(redirect_to("web:notifications"), _("C’est enregistré."))


def _status(certified: bool) -> dict[str, object]:
    if certified:
        help_text = _("Votre identité a été vérifiée. L’exploitant peut la corriger.")
        return {"status": Chip("ok", _("Certifié")), "status_help": help_text}
    help_text = _("Vous lisez ce que l’on vous envoie et pouvez y répondre, en attendant que l’exploitant vous valide.")
    return {"status": Chip("warn", _("Non validé")), "status_help": help_text}

"""What opens the mailbox, from where it is open, and what happened to it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from sceau.accounts import credentials, journal, recovery
from sceau.accounts.actor import Actor
from sceau.accounts.journal import Kind
from sceau.accounts.passwords import WeakPassword
from sceau.accounts.recovery import RecoveryGone
from sceau.core import clock
from sceau.core.errors import Malformed, TooMany
from sceau.ui import dates, flash
from sceau.vault.principals import WrongPassword
from sceau.vault.sessions import Assurance
from sceau.web import again, nav
from sceau.web.forms_account import CurrentPasswordForm, PasswordForm
from sceau.web.guards import SignedIn, signed_in
from sceau.web.next_page import redirect_to
from sceau.web.pages import Nav
from sceau.web.requests import device_of

_PASSWORD, _CODE = "web/account/password.html", "web/account/recovery_code.html"
_SENTENCES = {
    Kind.SIGNED_UP: gettext_lazy("Compte ouvert"),
    Kind.SIGNED_IN: gettext_lazy("Connexion"),
    Kind.SIGN_IN_FAILED: gettext_lazy("Connexion refusée : mot de passe faux"),
    Kind.CODE_FAILED: gettext_lazy("Connexion refusée : code faux"),
    Kind.SIGNED_OUT: gettext_lazy("Déconnexion"),
    Kind.NEW_DEVICE: gettext_lazy("Connexion depuis un nouvel appareil"),
    Kind.UNLOCKED: gettext_lazy("Session déverrouillée"),
    Kind.UNLOCK_FAILED: gettext_lazy("Déverrouillage refusé : mot de passe faux"),
    Kind.SESSION_ENDED: gettext_lazy("Session fermée à distance"),
    Kind.PASSWORD_CHANGED: gettext_lazy("Mot de passe changé"),
    Kind.RECOVERY_CODE_CHANGED: gettext_lazy("Nouveau code de secours"),
    Kind.RECOVERY_ASKED: gettext_lazy("Lien « Accès perdu » demandé"),
    Kind.RECOVERY_FAILED: gettext_lazy("Accès perdu : code de secours faux"),
    Kind.RECOVERY_WAITING: gettext_lazy("Accès perdu : nouveau mot de passe en attente"),
    Kind.RECOVERY_REFUSED: gettext_lazy("Accès perdu : demande refusée"),
    Kind.RECOVERY_RELEASED: gettext_lazy("Accès perdu : accès rendu par l’exploitant"),
    Kind.RECOVERY_DONE: gettext_lazy("Accès retrouvé avec un nouveau mot de passe"),
    Kind.IDENTITY_CHANGED: gettext_lazy("Identité modifiée"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def overview(request: SignedIn) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    by = request.actor
    context = {
        "section": "security",
        **_rail(by),
        "sessions": _sessions(by),
        "journal": _journal(by),
        "waiting": _waiting(by),
    }
    return render(request, "web/account/security.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def password(request: SignedIn) -> HttpResponse:
    rail = _rail(request.actor)
    if request.method != "POST":
        return render(request, _PASSWORD, {"form": PasswordForm(), **rail})
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _PASSWORD, form, rail)
    typed, device = form.cleaned_data, device_of(request)
    try:
        credentials.change_password(
            typed["current"], typed["password"], by=request.actor, device=device, at=clock.now()
        )
    except WrongPassword:
        form.add_error("current", _("Ce n’est pas votre mot de passe actuel."))
        return again.invalid(request, _PASSWORD, form, rail)
    except WeakPassword as error:
        return again.refused(request, _PASSWORD, form, error, rail, field="password")
    except TooMany as error:
        return again.refused(request, _PASSWORD, form, error, rail)
    text = _("Votre mot de passe est changé, vos autres sessions sont fermées.")
    return flash.add(redirect_to("web:security"), text)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def recovery_code(request: SignedIn) -> HttpResponse:
    """The new code is shown by the answer to the POST, once."""
    rail = _rail(request.actor)
    if request.method != "POST":
        return render(request, _CODE, {"form": CurrentPasswordForm(), **rail})
    form = CurrentPasswordForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _CODE, form, rail)
    try:
        code = credentials.new_recovery_code(
            form.cleaned_data["current"], by=request.actor, device=device_of(request), at=clock.now()
        )
    except WrongPassword:
        form.add_error("current", _("Ce n’est pas votre mot de passe actuel."))
        return again.invalid(request, _CODE, form, rail)
    except TooMany as error:
        return again.refused(request, _CODE, form, error, rail)
    return render(request, _CODE, {"recovery_code": code, **rail})


@require_POST
@signed_in(Assurance.CODE)
def end_session(request: SignedIn, handle: UUID) -> HttpResponse:
    credentials.end_session(handle, by=request.actor, device=device_of(request), at=clock.now())
    return flash.add(redirect_to("web:security"), _("La session est fermée."))


def _act(request: SignedIn) -> HttpResponse:
    by, device, at = request.actor, device_of(request), clock.now()
    match request.POST.get("act"):
        case "end-others":
            credentials.end_other_sessions(by=by, device=device, at=at)
            text = _("Vos autres sessions sont fermées.")
        case "refuse-recovery":
            try:
                recovery.refuse_own(by.person, device=device, at=at)
            except RecoveryGone:
                return redirect_to("web:security")  # refused already, from another page
            text = _("La demande est refusée. Rien n’a changé.")
        case _:
            raise Malformed
    return flash.add(redirect_to("web:security"), text)


def _rail(by: Actor) -> dict[str, Nav]:
    return {"nav": nav.of(by, "security")}


def _sessions(by: Actor) -> list[dict[str, object]]:
    now = clock.now()
    return [
        {
            "handle": session.handle,
            "device": session.device or _("Appareil inconnu"),
            "when": dates.when(session.acted_at, now=now, zone=by.person.zone),
            "current": session.handle == by.session,
        }
        for session in credentials.own_sessions(by)
    ]


def _journal(by: Actor) -> list[dict[str, object]]:
    now = clock.now()
    return [
        {
            "when": dates.when(entry.at, now=now, zone=by.person.zone),
            "text": _SENTENCES[Kind(entry.kind)],
            "device": entry.device,
        }
        for entry in journal.newest(by.person)
    ]


def _waiting(by: Actor) -> dict[str, object] | None:
    row = recovery.under_way(by.person)
    if row is None or row.waiting_since is None:
        return None
    return {"since": dates.when(row.waiting_since, now=clock.now(), zone=by.person.zone)}

"""Settings, « Signature »: what stands below each letter, and the templates of letters."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sceau.core import clock
from sceau.envelopes import snippets
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import again, nav
from sceau.web.forms_words import SignatureForm, TemplateForm
from sceau.web.guards import SignedIn, signed_in
from sceau.web.next_page import redirect_to
from sceau.web.pages import Confirm

_PAGE, _TEMPLATE = "web/account/signature.html", "web/account/template.html"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def signature(request: SignedIn) -> HttpResponse:
    by = request.actor
    context = {**_context(request), "templates": snippets.templates(by=by)}
    if request.method != "POST":
        form = SignatureForm(initial={"signature": snippets.signature(by=by)})
        return render(request, _PAGE, {"form": form, **context})
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _PAGE, form, context)
    snippets.sign(form.cleaned_data["signature"], by=by, at=clock.now())
    return flash.add(redirect_to("web:signature"), _("C’est enregistré."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def new_template(request: SignedIn) -> HttpResponse:
    context = _context(request)
    if request.method != "POST":
        return render(request, _TEMPLATE, {"form": TemplateForm(), **context})
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _TEMPLATE, form, context)
    try:
        snippets.add(**form.cleaned_data, by=request.actor, at=clock.now())
    except snippets.TooManyTemplates as error:
        return again.refused(request, _TEMPLATE, form, error, context)
    return flash.add(redirect_to("web:signature"), _("Modèle enregistré."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def template(request: SignedIn, template_id: UUID) -> HttpResponse:
    found = snippets.template(template_id, by=request.actor)
    context = {**_context(request), "template": found}
    if request.method != "POST":
        form = TemplateForm(initial={"name": found.name, "text": found.text})
        return render(request, _TEMPLATE, {"form": form, **context})
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _TEMPLATE, form, context)
    snippets.change(found.id, **form.cleaned_data, by=request.actor, at=clock.now())
    return flash.add(redirect_to("web:signature"), _("Modèle enregistré."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def remove_template(request: SignedIn, template_id: UUID) -> HttpResponse:
    """Asks first: a text is lost."""
    found = snippets.template(template_id, by=request.actor)
    if request.method == "POST":
        snippets.remove(found.id, by=request.actor)
        return flash.add(redirect_to("web:signature"), _("Modèle supprimé."))
    confirm = Confirm(
        title=_("Supprimer ce modèle ?"),
        what=found.name,
        text=_("Vos lettres ne changent pas. Le modèle ne pourra pas être repris."),
        action=request.path,
        button=_("Supprimer le modèle"),
        back=reverse("web:template", args=[found.id]),
    )
    return render(request, "web/confirm.html", {"nav": nav.of(request.actor, "account"), "confirm": confirm})


def _context(request: SignedIn) -> dict[str, object]:
    return {"section": "signature", "nav": nav.of(request.actor, "account")}

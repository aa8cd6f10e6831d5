"""« Dossiers »: making, renaming, moving and deleting one's own."""

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Malformed, Refused
from sceau.envelopes import access, filing
from sceau.envelopes.models import Folder
from sceau.ui import errors, flash
from sceau.vault.sessions import Assurance
from sceau.web import nav
from sceau.web.guards import signed_in
from sceau.web.pages import Confirm
from sceau.web.redirects import see
from sceau.web.requests import SignedIn

_TOP = ""  # what a form says for « at the top »


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def overview(request: SignedIn) -> HttpResponse:
    """All of them; a POST makes one."""
    by = request.actor
    context = {"inside": request.POST.get("dans", request.GET.get("dans", "")), "longest": filing.LONGEST}
    if request.method != "POST":
        return render(request, "web/folders.html", {**context, "nav": nav.of(by, "folders")})
    try:
        made = filing.create(request.POST.get("nom", ""), _parent(request.POST, by), by=by, at=clock.now())
    except Refused as refusal:
        context |= {"nav": nav.of(by, "folders"), "typed": request.POST.get("nom", "")}
        return _again(request, "web/folders.html", refusal, context)
    return flash.add(see("web:folder", made.id), _("Dossier créé."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def edit(request: SignedIn, folder_id: UUID) -> HttpResponse:
    """Its name and its place."""
    by = request.actor
    folder = access.folder(folder_id, for_=by)
    if request.method != "POST":
        return render(request, "web/folder_edit.html", _page(folder, by))
    try:
        parent = _parent(request.POST, by)
        if parent != folder.parent:
            filing.move_folder(folder, parent, by=by)
        if request.POST.get("nom", "") != filing.name(folder, by=by):
            filing.rename(folder, request.POST.get("nom", ""), by=by)
    except Refused as refusal:
        typed = {"typed": request.POST.get("nom", ""), "inside": request.POST.get("dans", "")}
        return _again(request, "web/folder_edit.html", refusal, _page(folder, by) | typed)
    return flash.add(see("web:folder", folder.id), _("Dossier modifié."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def remove(request: SignedIn, folder_id: UUID) -> HttpResponse:
    """Asks first; nothing that it holds is lost."""
    by = request.actor
    folder = access.folder(folder_id, for_=by)
    if request.method != "POST":
        context = {"nav": nav.of(by, str(folder.id)), "confirm": _confirm(folder, by)}
        return render(request, "web/confirm.html", context)
    count = filing.remove(folder, by=by)
    text = ngettext(
        "Dossier supprimé. %(count)s enveloppe est revenue dans sa liste.",
        "Dossier supprimé. %(count)s enveloppes sont revenues dans leur liste.",
        count,
    ) % {"count": count}
    return flash.add(see("web:folders"), text if count else _("Dossier supprimé."))


def _parent(posted: QueryDict, by: Actor) -> Folder | None:
    """The folder chosen to hold it. Raises NotFound, Malformed."""
    chosen = posted.get("dans", _TOP)
    if chosen == _TOP:
        return None
    try:
        return access.folder(UUID(chosen), for_=by)
    except ValueError as error:
        raise Malformed from error


def _page(folder: Folder, by: Actor) -> dict[str, object]:
    """`places`: where it may go; neither into itself nor into what it holds."""
    rail = nav.of(by, str(folder.id))
    below = {str(node.id) for node in filing.find(filing.tree(by), folder.id).walk()}
    return {
        "nav": rail,
        "folder": next(link for link in rail.folders if link.current),
        "inside": str(folder.parent_id or ""),
        "places": tuple(link for link in rail.folders if link.id not in below),
        "longest": filing.LONGEST,
        "typed": filing.name(folder, by=by),
    }


def _again(request: SignedIn, template: str, refusal: Refused, context: dict[str, object]) -> HttpResponse:
    found = errors.noted(request, refusal)
    return render(request, template, {**context, "refusal": found.text(refusal)}, status=found.status)


def _confirm(folder: Folder, by: Actor) -> Confirm:
    count = filing.size(folder, by=by)
    held = ngettext(
        "Il contient %(count)s enveloppe, qui reviendra dans sa liste (Reçues ou Envoyées).",
        "Il contient %(count)s enveloppes, qui reviendront dans leur liste (Reçues ou Envoyées).",
        count,
    ) % {"count": count}
    if not count:
        held = _("Il est vide.")
    below = _("Les dossiers qu’il contient sont supprimés avec lui.")
    return Confirm(
        title=_("Supprimer ce dossier ?"),
        text=f"{held} {below}",
        action=reverse("web:folder-remove", args=[folder.id]),
        button=_("Supprimer le dossier"),
        back=reverse("web:folder", args=[folder.id]),
        what=nav.folder_name(filing.name(folder, by=by)),
    )

"""The lists."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from sceau.accounts import people
from sceau.core import clock
from sceau.envelopes import access, draft_list, folders
from sceau.envelopes.listing import Place
from sceau.envelopes.models import Copy
from sceau.notify import troubles
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import desk, nav, panes
from sceau.web.guards import signed_in
from sceau.web.pages import Confirm
from sceau.web.redirects import see
from sceau.web.requests import SignedIn


@require_safe
@signed_in(Assurance.CODE)
def received(request: SignedIn) -> HttpResponse:
    return _list(request, Copy.Folder.RECEIVED, notices=_banners(request.actor.person.id))


@require_safe
@signed_in(Assurance.CODE)
def sent(request: SignedIn) -> HttpResponse:
    return _list(request, Copy.Folder.SENT)


@require_safe
@signed_in(Assurance.CODE)
def folder(request: SignedIn, folder_id: UUID) -> HttpResponse:
    """One of the mailbox's own."""
    return _list(request, access.folder(folder_id, for_=request.actor))


@require_safe
@signed_in(Assurance.CODE)
def drafts(request: SignedIn) -> HttpResponse:
    by = request.actor
    page = draft_list.page(by, before=desk.cursor(request, "avant"), after=desk.cursor(request, "apres"))
    context = {"nav": nav.of(by, "drafts"), "pane": panes.drafts(page, by=by)}
    return render(request, "web/folder.html", {**context, "can_write": people.may_write(by.person)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def trash(request: SignedIn) -> HttpResponse:
    """A POST empties it, once it was confirmed."""
    if request.method != "POST":
        return _list(request, Copy.Folder.TRASH)
    if "oui" not in request.GET:
        return render(request, "web/confirm.html", {"nav": nav.of(request.actor, "trash"), "confirm": _confirm()})
    count = folders.empty_trash(by=request.actor, at=clock.now())
    text = ngettext("%(count)s enveloppe détruite.", "%(count)s enveloppes détruites.", count) % {"count": count}
    return flash.add(see("web:trash"), text)


def _list(request: SignedIn, place: Place, *, notices: tuple[str, ...] = ()) -> HttpResponse:
    context = {
        **desk.context(request, place),
        "can_write": people.may_write(request.actor.person),
        "notices": notices,
    }
    return render(request, "web/folder.html", context)


def _banners(person: UUID) -> tuple[str, ...]:
    """What somebody should know at the next login (E12). Said once: the help says how to mend it."""
    if not troubles.unseen(person):
        return ()
    troubles.dismiss(person, at=clock.now())
    return (
        _(
            "Des courriels que Sceau vous adressait sont revenus : votre adresse ordinaire ne les a pas acceptés. Vos"
            " enveloppes vous attendent ici. Prévenez l’assistance si cette adresse a changé."
        ),
    )


def _confirm() -> Confirm:
    return Confirm(
        title=_("Vider la corbeille ?"),
        text=_(
            "Les enveloppes qui s’y trouvent seront détruites ici pour toujours ; les autres personnes gardent les"
            " leurs. Les preuves restent. Cela ne peut pas être annulé."
        ),
        action=f"{reverse('web:trash')}?oui",
        button=_("Vider la corbeille"),
        back=reverse("web:trash"),
    )

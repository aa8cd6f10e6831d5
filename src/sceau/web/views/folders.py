"""The four lists."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from sceau.accounts import people
from sceau.core import clock
from sceau.envelopes import folders, listing
from sceau.envelopes.models import Copy
from sceau.notify import troubles
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import nav, panes
from sceau.web.guards import signed_in
from sceau.web.pages import Confirm
from sceau.web.redirects import see
from sceau.web.requests import SignedIn


@require_safe
@signed_in(Assurance.CODE)
def received(request: SignedIn) -> HttpResponse:
    return _folder(request, Copy.Folder.RECEIVED, notices=_banners(request.actor.person.id))


@require_safe
@signed_in(Assurance.CODE)
def sent(request: SignedIn) -> HttpResponse:
    return _folder(request, Copy.Folder.SENT)


@require_safe
@signed_in(Assurance.CODE)
def drafts(request: SignedIn) -> HttpResponse:
    context = {"nav": nav.of(request.actor, "drafts"), "pane": panes.drafts(request.actor)}
    return render(request, "web/folder.html", {**context, "can_write": people.may_write(request.actor.person)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def trash(request: SignedIn) -> HttpResponse:
    """A POST empties it, once it was confirmed."""
    if request.method != "POST":
        return _folder(request, Copy.Folder.TRASH)
    if "oui" not in request.GET:
        return render(request, "web/confirm.html", {"nav": nav.of(request.actor, "trash"), "confirm": _confirm()})
    count = folders.empty_trash(by=request.actor, at=clock.now())
    text = ngettext("%(count)s enveloppe détruite.", "%(count)s enveloppes détruites.", count) % {"count": count}
    return flash.add(see("web:trash"), text)


def _folder(request: SignedIn, folder: Copy.Folder, *, notices: tuple[str, ...] = ()) -> HttpResponse:
    before, after = _cursor(request, "avant"), _cursor(request, "apres")
    page = listing.page(folder, by=request.actor, before=before, after=after)
    rail = nav.of(request.actor, folder)
    context = {
        "nav": rail,
        "pane": panes.of(page, folder, by=request.actor, unopened=rail.unopened),
        "can_write": people.may_write(request.actor.person),
        "notices": notices,
    }
    return render(request, "web/folder.html", context)


def _cursor(request: SignedIn, name: str) -> UUID | None:
    """Where to go on; what is no id means the beginning."""
    try:
        return UUID(request.GET[name]) if name in request.GET else None
    except ValueError:
        return None


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

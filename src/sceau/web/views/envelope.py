"""One envelope, as one mailbox holds it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import access, filing, folders, handover, listing, opening, rules
from sceau.envelopes.listing import Place
from sceau.envelopes.models import Copy, Opening
from sceau.ui import compression, flash
from sceau.vault.sessions import Assurance
from sceau.web import deeds, desk, exchanges, letters, nav, panes, proofs
from sceau.web.guards import signed_in
from sceau.web.pages import Confirm, Letter, Nav
from sceau.web.redirects import see
from sceau.web.requests import SignedIn, is_fragment

_TEXT = "1"  # the part that the page itself hands over


@require_safe
@signed_in(Assurance.CODE)
def show(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """Closed until its reader has opened it: a page that is looked at opens nothing (attack 25)."""
    return _page(request, access.copy(copy_id, for_=request.actor))


@require_POST
@signed_in(Assurance.CODE)
def open_(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """The explicit act. A second press, and the sender's own copy, only lead to the page."""
    copy = access.copy(copy_id, for_=request.actor)
    if copy.role not in (Copy.Role.FROM, Copy.Role.KEPT):
        opening.open(copy, by=request.actor, at=clock.now())
    if is_fragment(request):
        return _page(request, copy, changed=True)
    return see("web:envelope", copy.id)


@require_POST
@signed_in(Assurance.CODE)
def trash(request: SignedIn, copy_id: UUID) -> HttpResponse:
    copy = access.copy(copy_id, for_=request.actor)
    back = panes.path(desk.place_of(copy))
    folders.trash(copy)
    undo = reverse("web:envelope-restore", args=[copy.id])
    answer = HttpResponse(status=303, headers={"Location": back})
    return flash.add(answer, _("Enveloppe mise à la corbeille."), undo=undo)


@require_POST
@signed_in(Assurance.CODE)
def restore(request: SignedIn, copy_id: UUID) -> HttpResponse:
    copy = access.copy(copy_id, for_=request.actor)
    folders.restore(copy)
    return flash.add(see("web:envelope", copy.id), _("Enveloppe restaurée."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def destroy(request: SignedIn, copy_id: UUID) -> HttpResponse:
    """Asks first: this cannot be undone."""
    copy = access.copy(copy_id, for_=request.actor)
    if request.method == "POST":
        folders.delete(copy, by=request.actor, at=clock.now())
        return flash.add(see("web:trash"), _("Enveloppe détruite ici. Ses preuves restent."))
    context = {"nav": nav.of(request.actor, copy.folder), "confirm": _confirm(copy, by=request.actor)}
    return render(request, "web/confirm.html", context)


def _page(request: SignedIn, copy: Copy, *, changed: bool = False) -> HttpResponseBase:
    """The letter with the list beside it; the letter alone when htmx puts it there. `changed`: its row did."""
    letter, opened = _letter(copy, request)
    place = desk.place_of(copy)
    context = {
        "letter": letter,
        "back": panes.path(place) + (f"?{query}" if (query := request.META.get("QUERY_STRING", "")) else ""),
        "proof": proofs.of(copy, by=request.actor, recipients=(*letter.to, *letter.cc)),
        "acts": deeds.of(copy, letter, by=request.actor, at=clock.now()),
        **exchanges.around(copy, by=request.actor),
    }
    if is_fragment(request):
        context |= _beside(copy, place, changed, by=request.actor)
        response = render(request, "web/_reading.html", context)
    else:
        response = render(request, "web/envelope.html", desk.context(request, place, current=copy) | context)
    patch_vary_headers(response, ("HX-Request",))
    reads = request.method == "GET" or changed
    framed = letter.html and "texte" not in request.GET  # then the frame hands it over
    if reads and not framed and handover.due(opened, _TEXT, by=request.actor):
        return _handed_over(response, copy, opened, request)
    return response


def _beside(copy: Copy, place: Place, changed: bool, *, by: Actor) -> dict[str, object]:
    """What a letter that is put into a page needs of the other panes, and what it changes in them."""
    folders_there = tuple(nav.links(filing.tree(by), desk.key(place)))
    rail = Nav(desk.key(place), unopened=listing.unopened(by) if changed else 0, folders=folders_there)
    count = panes.to_open(desk.unopened(rail, place))
    return {"fragment": True, "changed": changed, "nav": rail, "unopened": rail.unopened, "count": count}


def _letter(copy: Copy, request: SignedIn) -> tuple[Letter, Opening | None]:
    by = request.actor
    try:
        opened = access.opening(copy, by=by, at=clock.now())
    except rules.Destroyed:
        return letters.destroyed(copy, by=by), None
    except rules.NotOpened:
        return letters.closed(copy, by=by), None
    return letters.opened(copy, by=by), opened


def _handed_over(
    response: HttpResponse, copy: Copy, opened: Opening | None, request: SignedIn
) -> StreamingHttpResponse:
    """The same page; once its last octet has left, the text that it shows was handed over (E5)."""
    compression.compress(request, response)
    chunks = handover.watched(iter([response.content]), copy, opened, _TEXT, by=request.actor, now=clock.now)
    headers = {**response.headers, "Content-Length": str(len(response.content))}
    return StreamingHttpResponse(chunks, status=response.status_code, headers=headers)


def _confirm(copy: Copy, *, by: Actor) -> Confirm:
    return Confirm(
        title=_("Détruire cette enveloppe ?"),
        text=_(
            "Elle sera détruite ici tout de suite, et dans les sauvegardes sous %(days)s jours. Les autres personnes"
            " gardent la leur, et les preuves restent. Cela ne peut pas être annulé."
        )
        % {"days": settings.SCEAU_BACKUP_DAYS},
        action=reverse("web:envelope-destroy", args=[copy.id]),
        button=_("Détruire l’enveloppe"),
        back=reverse("web:envelope", args=[copy.id]),
        what=letters.named(copy, by=by),
    )

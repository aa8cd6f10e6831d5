"""One envelope, as one mailbox holds it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import access, folders, handover, listing, opening, rules
from sceau.envelopes.models import Copy, Opening
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import letters, nav, panes, proofs
from sceau.web.guards import signed_in
from sceau.web.pages import Confirm, Letter
from sceau.web.redirects import see
from sceau.web.requests import SignedIn

_TEXT = "1"  # the part that the page itself hands over


@require_safe
@signed_in(Assurance.CODE)
def show(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """Closed until its reader has opened it: a page that is looked at opens nothing (attack 25)."""
    copy = access.copy(copy_id, for_=request.actor)
    letter, opened = _letter(copy, request)
    rail = nav.of(request.actor, copy.folder)
    page = listing.page(Copy.Folder(copy.folder), by=request.actor)
    context = {
        "nav": rail,
        "letter": letter,
        "proof": proofs.of(copy, by=request.actor, recipients=(*letter.to, *letter.cc)),
        "pane": panes.of(page, Copy.Folder(copy.folder), by=request.actor, current=copy, unopened=rail.unopened),
    }
    response = render(request, "web/envelope.html", context)
    if request.method == "GET" and handover.due(opened, _TEXT, by=request.actor):
        return _handed_over(response, copy, opened, request)
    return response


@require_POST
@signed_in(Assurance.CODE)
def open_(request: SignedIn, copy_id: UUID) -> HttpResponse:
    """The explicit act. A second press, and the sender's own copy, only lead to the page."""
    copy = access.copy(copy_id, for_=request.actor)
    if copy.role != Copy.Role.FROM:
        opening.open(copy, by=request.actor, at=clock.now())
    return see("web:envelope", copy.id)


@require_POST
@signed_in(Assurance.CODE)
def trash(request: SignedIn, copy_id: UUID) -> HttpResponse:
    copy = access.copy(copy_id, for_=request.actor)
    home = "web:sent" if copy.role == Copy.Role.FROM else "web:received"
    folders.trash(copy)
    undo = reverse("web:envelope-restore", args=[copy.id])
    return flash.add(see(home), _("Enveloppe mise à la corbeille."), undo=undo)


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
    chunks = handover.watched(iter([response.content]), copy, opened, _TEXT, by=request.actor, now=clock.now)
    length = str(len(response.content))
    return StreamingHttpResponse(chunks, status=response.status_code, headers={"Content-Length": length})


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

"""What is done to several envelopes of a list at once, and how it is taken back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Malformed
from sceau.envelopes import access, filing, folders
from sceau.envelopes.models import Copy, Folder
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import nav
from sceau.web.guards import signed_in
from sceau.web.next_page import came_from, local
from sceau.web.pages import Chosen, Confirm
from sceau.web.requests import SignedIn

MOST = 200  # copies at once: some pages of a list
_UNDOABLE = 60  # more do not fit into the cookie that carries the way back
_FIRST = "origine"  # where each copy was before its holder put it anywhere


@dataclass(frozen=True)
class _Done:
    """What happened, and where to put the copies to take it back; nowhere when it cannot be."""

    text: str
    back: str = ""


_Act = Callable[[SignedIn, list[Copy]], _Done]


@require_POST
@signed_in(Assurance.CODE)
def act(request: SignedIn) -> HttpResponse:
    """`acte` (a key of _ACTS, or « detruire ») on each `copie`; then to the page `retour`."""
    copies = access.copies(_ids(request.POST.getlist("copie")), for_=request.actor)
    name = request.POST.get("acte", "")
    if not copies:
        return flash.add(_go_on(request), _("Aucune enveloppe n’est choisie : cochez-en au moins une."), kind="info")
    if name == "detruire" and "oui" not in request.POST:
        return _ask(request, copies)
    if name not in _ACTS:
        raise Malformed
    done = _ACTS[name](request, copies)
    undo = _undo(copies, done.back) if done.back and len(copies) <= _UNDOABLE else ""
    return flash.add(_go_on(request), done.text, undo=undo)


@require_POST
@signed_in(Assurance.CODE)
def undo(request: SignedIn) -> HttpResponse:
    """Puts the copies of the address back to where they were (`vers`)."""
    copies = access.copies(_ids(request.GET.get("copies", "").split(".")), for_=request.actor)
    place = request.GET.get("vers", "")
    if place == Copy.Folder.TRASH:
        folders.trash(*copies)
    elif place == "avant":
        folders.restore(*copies)
    else:
        filing.file(copies, _folder(place, request.actor), by=request.actor)
    back = HttpResponse(status=303, headers={"Location": came_from(request)})
    return flash.add(back, _("C’est annulé : tout est revenu à sa place."))


def _trash(_request: SignedIn, copies: list[Copy]) -> _Done:
    count = folders.trash(*copies)
    text = ngettext("%(count)s enveloppe mise à la corbeille.", "%(count)s enveloppes mises à la corbeille.", count) % {
        "count": count
    }
    return _Done(text, "avant")


def _restore(_request: SignedIn, copies: list[Copy]) -> _Done:
    count = folders.restore(*copies)
    text = ngettext("%(count)s enveloppe restaurée.", "%(count)s enveloppes restaurées.", count) % {"count": count}
    return _Done(text, Copy.Folder.TRASH)


def _file(request: SignedIn, copies: list[Copy]) -> _Done:
    """Where they were is one place: they were chosen in one list. From several places there is no way back."""
    folder = _folder(request.POST.get("vers", ""), request.actor)
    before = {_place(copy) for copy in copies}
    count = filing.file(copies, folder, by=request.actor)
    text = ngettext("%(count)s enveloppe classée.", "%(count)s enveloppes classées.", count) % {"count": count}
    return _Done(text, before.pop() if len(before) == 1 else "")


def _destroy(request: SignedIn, copies: list[Copy]) -> _Done:
    thrown = [copy for copy in copies if copy.folder == Copy.Folder.TRASH]
    count = folders.delete(*thrown, by=request.actor, at=clock.now())
    return _Done(ngettext("%(count)s enveloppe détruite.", "%(count)s enveloppes détruites.", count) % {"count": count})


_ACTS: dict[str, _Act] = {"classer": _file, "corbeille": _trash, "restaurer": _restore, "detruire": _destroy}


def _ask(request: SignedIn, copies: list[Copy]) -> HttpResponse:
    count, back = len(copies), local(request.POST.get("retour"))
    hidden = [Chosen("acte", "detruire"), Chosen("oui", "oui"), Chosen("retour", back)]
    hidden += [Chosen("copie", str(copy.id)) for copy in copies]
    confirm = Confirm(
        title=ngettext("Détruire %(count)s enveloppe ?", "Détruire %(count)s enveloppes ?", count) % {"count": count},
        text=_(
            "Elles seront détruites ici pour toujours ; les autres personnes gardent les leurs. Les preuves restent."
            " Cela ne peut pas être annulé."
        ),
        action=reverse("web:selection"),
        button=_("Détruire"),
        back=back,
        hidden=tuple(hidden),
    )
    return render(request, "web/confirm.html", {"nav": nav.of(request.actor, "trash"), "confirm": confirm})


def _ids(texts: Iterable[str]) -> list[UUID]:
    """Raises Malformed for what is no id, and for more than a few pages of them."""
    found = [text for text in texts if text]
    if len(found) > MOST:
        raise Malformed
    try:
        return [UUID(text) for text in found]
    except ValueError as error:
        raise Malformed from error


def _folder(place: str, by: Actor) -> Folder | None:
    """Raises NotFound, Malformed."""
    if place == _FIRST:
        return None
    try:
        return access.folder(UUID(place), for_=by)
    except ValueError as error:
        raise Malformed from error


def _place(copy: Copy) -> str:
    """Where it is, as `vers` says it."""
    if copy.folder == Copy.Folder.TRASH:
        return Copy.Folder.TRASH
    return str(copy.filed_in_id) if copy.folder == Copy.Folder.FILED else _FIRST


def _undo(copies: list[Copy], place: str) -> str:
    return f"{reverse('web:selection-undo')}?{urlencode({'vers': place, 'copies': '.'.join(c.id.hex for c in copies)})}"


def _go_on(request: SignedIn) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": local(request.POST.get("retour"))})

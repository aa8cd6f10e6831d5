"""« Importer des courriels »: files from another mail program, into one's received mail or a folder."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Error, NotFound, Refused
from sceau.envelopes import access, importing
from sceau.envelopes.importing import Told
from sceau.envelopes.models import Folder
from sceau.ui import errors, sizes
from sceau.vault.sessions import Assurance
from sceau.web import bringing, nav
from sceau.web.bringing import MailUpload
from sceau.web.guards import signed_in
from sceau.web.pages import ImportLine, ImportReport
from sceau.web.requests import Request, SignedIn

_LINES = 200  # of a report


@csrf_exempt  # see web.uploads: the inner view checks
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: Request) -> HttpResponseBase:
    if request.method != "POST" or request.actor is None or request.actor.assurance < Assurance.CODE:
        bringing.discard(request)
        return _form(request)
    with bringing.bringing(request, at=clock.now()) as upload:
        return _bring(cast(SignedIn, request), upload)  # it has an actor


@csrf_protect
@signed_in(Assurance.CODE)
def _form(request: SignedIn) -> HttpResponseBase:
    """Also where those are led away whose session is over, or locked."""
    return _page(request)


@csrf_protect
def _bring(request: SignedIn, upload: MailUpload) -> HttpResponse:
    """The files are sealed by now, and whoever sent them is known to have meant it: they get their rows."""
    by, told = request.actor, list[Told]()
    folder, trouble = _folder(request.POST.get("folder", ""), by), upload.error
    try:
        for each in importing.settle(upload.claim(), by=by, folder=folder, at=clock.now()):
            told.append(each)
    except Error as error:
        trouble = error
    if not told and trouble is None:
        return _page(request, trouble=_("Choisissez au moins un fichier."), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    sentence = errors.sentence(trouble) if trouble else ""
    status = errors.noted(request, trouble).status if trouble else HTTPStatus.OK
    return _page(request, report=_report(told, folder), trouble=sentence, status=status)


def _folder(chosen: str, by: Actor) -> Folder | None:
    """Raises NotFound."""
    if not chosen:
        return None
    try:
        return access.folder(UUID(chosen), for_=by)
    except ValueError:
        raise NotFound from None


def _page(
    request: SignedIn, *, report: ImportReport | None = None, trouble: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "nav": nav.of(request.actor, "account"),
        "chosen": request.POST.get("folder", "") if request.method == "POST" else request.GET.get("dossier", ""),
        "report": report,
        "trouble": trouble,
        "limits": _limits(),
    }
    return render(request, "web/import.html", context, status=status)


def _limits() -> str:
    allowed = {"limit": sizes.text(settings.SCEAU_MESSAGE_LIMIT), "most": formats.number_format(importing.MOST)}
    return _("Au plus %(limit)s par courriel et %(most)s courriels à la fois.") % allowed


def _report(told: list[Told], folder: Folder | None) -> ImportReport:
    new = [each for each in told if each.placed and not each.placed.known]
    known = [each for each in told if each.placed and each.placed.known]
    refused = [each for each in told if each.placed is None]
    counted = ngettext("%(count)s courriel importé", "%(count)s courriels importés", len(new)) % {"count": len(new)}
    return ImportReport(
        new=counted if new else _("Aucun nouveau courriel"),
        known=ngettext("%(count)s était déjà là", "%(count)s étaient déjà là", len(known)) % {"count": len(known)}
        if known
        else "",
        refused=ngettext("%(count)s refusé", "%(count)s refusés", len(refused)) % {"count": len(refused)}
        if refused
        else "",
        lines=tuple(map(_line, (*refused, *known, *new)))[:_LINES],
        more=max(0, len(told) - _LINES),
        place=reverse("web:folder", args=[folder.id]) if folder else reverse("web:received"),
    )


def _line(told: Told) -> ImportLine:
    where = _("%(file)s, courriel n° %(number)s") % {"file": told.file, "number": told.number}
    name = where if told.number else told.file
    if told.placed is None:
        return ImportLine(name, _why(told.refusal) if told.refusal else "", "fail")
    href = reverse("web:envelope", args=[told.placed.copy.id])
    state = _("Déjà là") if told.placed.known else _("Importé")
    return ImportLine(told.called or _("Sans objet"), f"{state} · {name}", "done", href)


def _why(refusal: Refused) -> str:
    return _("%(what)s. %(text)s") % {"what": errors.answer(refusal).title, "text": errors.sentence(refusal)}

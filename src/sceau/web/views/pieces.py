"""Documents sent in pieces: how a script goes on after a broken line, a closed lid or a lock.

Close to tus 1.0 and to the IETF's "Resumable Uploads for HTTP": announce with POST, ask with HEAD, go on with PATCH at
the offset that one was told, give up with DELETE. The last octet makes the document, and its answer is the new list. A
locked session's pieces are kept too; its document waits for the unlock, then for one empty PATCH at the end.
"""

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import unquote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from sceau.core import clock
from sceau.core.errors import Malformed, NotFound
from sceau.envelopes import access, pieces
from sceau.envelopes.models import Arrival, Draft
from sceau.ui import errors
from sceau.vault.sessions import Assurance
from sceau.web import drafting
from sceau.web.guards import signed_in
from sceau.web.requests import SignedInOrLocked

_BODY = "application/offset+octet-stream"  # no form: nobody parses it before us
_CHUNK = 65_536


@require_POST
@signed_in(Assurance.CODE, locked_ok=True)
def announce(request: SignedInOrLocked, draft_id: UUID) -> HttpResponse:
    """`Upload-Length`, `Upload-Name` (UTF-8, percent-encoded) and `Upload-Type` say what will come."""
    draft, size = _draft(request, draft_id), _number(request, "Upload-Length")
    name, content_type = unquote(request.headers.get("Upload-Name", "")), request.headers.get("Upload-Type", "")
    arrival = pieces.begin(draft, name, content_type, size, at=clock.now())
    response = _told(HttpResponse(status=HTTPStatus.CREATED), size, 0)
    response["Location"] = reverse("web:draft-piece", args=[draft.id, arrival.id])
    return response


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@signed_in(Assurance.CODE, locked_ok=True)
def piece(request: SignedInOrLocked, draft_id: UUID, arrival_id: UUID) -> HttpResponseBase:
    draft = _draft(request, draft_id)
    if document := pieces.finished(arrival_id, draft=draft):  # who got no answer to the last octet asks again
        return _done(request, draft, document.size)
    arrival = access.arrival(arrival_id, draft=draft)
    if request.method == "HEAD":
        response = _told(HttpResponse(status=HTTPStatus.NO_CONTENT), arrival.size, pieces.status(arrival))
        if request.actor and "Want-Digest" in request.headers:  # a page that was closed: is it the same file?
            response["Upload-Digest"] = pieces.digest(arrival, keys=request.actor.keys).hex()
        return response
    if request.method == "DELETE":
        pieces.abandon(arrival, at=clock.now())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _go_on(request, draft, arrival)


def _go_on(request: SignedInOrLocked, draft: Draft, arrival: Arrival) -> HttpResponse:
    if request.content_type != _BODY:
        return HttpResponse(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        kept = pieces.add(arrival, _number(request, "Upload-Offset"), _octets(request), at=clock.now())
        if kept < arrival.size or request.actor is None:
            return _told(HttpResponse(status=HTTPStatus.NO_CONTENT), arrival.size, kept)
        pieces.finish(arrival, keys=request.actor.keys, at=clock.now())
    except pieces.WrongOffset as error:
        answer = errors.noted(request, error)
        told = {"code": error.code, "title": str(answer.title), "text": answer.text(error)}
        return _told(JsonResponse(told, status=answer.status), arrival.size, error.kept)
    return _done(request, draft, arrival.size)


def _done(request: SignedInOrLocked, draft: Draft, size: int) -> HttpResponse:
    """The whole is there: the new list of documents, for whoever may see it."""
    if request.actor is None or request.method != "PATCH":
        return _told(HttpResponse(status=HTTPStatus.NO_CONTENT), size, size)
    page = render(request, "web/_attachments.html", {"draft": drafting.attached(draft, by=request.actor)})
    return _told(page, size, size)


def _told(response: HttpResponse, size: int, kept: int) -> HttpResponse:
    response["Upload-Offset"], response["Upload-Length"] = kept, size
    return response


def _octets(request: HttpRequest) -> Iterator[bytes]:
    """The body as it arrives; a line that breaks ends it, and what came is kept."""
    try:
        while chunk := request.read(_CHUNK):
            yield chunk
    except (UnreadablePostError, OSError):
        return


def _number(request: HttpRequest, header: str) -> int:
    """Raises Malformed."""
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Malformed
    return int(text)


def _draft(request: SignedInOrLocked, id: UUID) -> Draft:
    if request.actor:
        return access.draft(id, for_=request.actor)
    if request.locked_person is None:
        raise NotFound
    return access.draft_to_save(id, author=request.locked_person)

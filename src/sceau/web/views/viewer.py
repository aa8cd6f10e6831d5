"""Documents seen without being saved: the page around one, and what a browser may show of it (decision 0016).

What a browser gets from here is a picture or a PDF that is one by its octets too, with its exact type, as an attachment
that no address bar shows, in a policy that lets nothing run. Everything else stays text, tags, or a name and a warning.
"""

import re
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.envelopes import access, handover, kinds, pictures
from sceau.envelopes.kinds import Kind, Show
from sceau.envelopes.mime import Part
from sceau.envelopes.models import Copy, Opening
from sceau.envelopes.pictures import NoPicture
from sceau.envelopes.reading import Stream, Unsealed
from sceau.ui import errors
from sceau.vault.sessions import Assurance
from sceau.web import documents, viewing
from sceau.web.guards import signed_in
from sceau.web.requests import SignedIn
from sceau.web.viewing import Shown

_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")  # RFC 9110 §14.1.2, one range from a beginning
_LATER = (Show.RENDERED, Show.DICOM)


class _Document:
    """One document of an opened copy, and what it is."""

    def __init__(self, request: SignedIn, copy_id: UUID, number: int) -> None:
        """Raises NotFound, rules.NotOpened, rules.Destroyed."""
        self.by = request.actor
        self.copy: Copy = access.copy(copy_id, for_=self.by)
        self.opened: Opening | None = access.opening(self.copy, by=self.by, at=clock.now())
        self.content = Unsealed(self.copy, keys=self.by.keys)
        self.parts = self.content.summary.documents
        self.part: Part = _found(self.parts, str(number))
        head, self.stream = viewing.peeked(self.content.document(self.part.number))
        self.kind: Kind = kinds.judge(self.part.name or "", self.part.content_type, head)

    def watched(self, stream: Stream) -> Stream:
        """The same octets; once all have left, the document was handed over (E5)."""
        chunks = handover.watched(stream.chunks, self.copy, self.opened, self.part.number, by=self.by, now=clock.now)
        return replace(stream, chunks=chunks)


@require_GET
@signed_in(Assurance.CODE)
def show(request: SignedIn, copy_id: UUID, number: int) -> HttpResponseBase:
    """The page. A text is on it; the rest is fetched by the page, from `content`."""
    document = _Document(request, copy_id, number)
    shown = viewing.of(document.copy, document.parts, document.part, document.kind)
    if document.kind.show is Show.TEXT:
        shown = _with_text(shown, document.stream)
    if document.kind.show is Show.DICOM:
        shown = _with_tags(shown, document.stream)
    answer = render(request, "web/viewer.html", {"shown": shown})
    if document.kind.show is not Show.TEXT or shown.cut:
        return answer
    page = document.watched(Stream("", "", None, iter([answer.content])))
    return StreamingHttpResponse(page.chunks, headers=dict(answer.headers.items()))


@require_GET
@signed_in(Assurance.CODE)
def content(request: SignedIn, copy_id: UUID, number: int) -> HttpResponseBase:
    """What the page shows. Raises NotFound for what no page shows, NoPicture."""
    document = _Document(request, copy_id, number)
    if document.kind.show is Show.PDF:
        return _pdf(request, document)
    if document.kind.show is Show.PICTURE:
        return _harmless(document.watched(replace(document.stream, content_type=document.kind.media)))
    if document.kind.show in _LATER:
        return _harmless(_rendered(document))
    raise NotFound


def _found(parts: tuple[Part, ...], number: str) -> Part:
    for part in parts:
        if part.number == number:
            return part
    raise NotFound


def _with_text(shown: Shown, stream: Stream) -> Shown:
    octets = bytearray()
    for chunk in stream.chunks:
        octets += chunk
        if len(octets) > viewing.TEXT_LIMIT:
            break
    cut = len(octets) > viewing.TEXT_LIMIT
    return replace(shown, text=viewing.text(bytes(octets[: viewing.TEXT_LIMIT]), whole=not cut), cut=cut)


def _with_tags(shown: Shown, stream: Stream) -> Shown:
    try:
        told = pictures.tags(stream.chunks)
    except NoPicture as error:
        return replace(shown, show=Show.NOTHING.value, trouble=errors.sentence(error))
    if "Rows" not in told.tags:  # a report, a dose, a plan
        trouble = _("Ce fichier DICOM ne contient pas d’image.")
        return replace(shown, show=Show.NOTHING.value, trouble=trouble, tags=viewing.dicom(told.tags))
    return replace(shown, tags=viewing.dicom(told.tags), frames=told.frames)


def _rendered(document: _Document) -> Stream:
    """As PNG. It is the document itself only where that is one picture."""
    made = pictures.picture(document.stream.chunks)
    stream = Stream("image.png", document.kind.media, len(made.png), iter([made.png]))
    return document.watched(stream) if made.frames == 1 else stream


def _pdf(request: SignedIn, document: _Document) -> HttpResponseBase:
    """Wholly, or a range of it: large ones show their first page long before the last octet.

    Only the whole is a handover: ranges may leave anything out.
    """
    size, media = document.part.size, document.kind.media
    ranged = document.content.summary.imported is None  # of an import, only the end tells its size
    asked = _RANGE.fullmatch(request.headers.get("Range", "")) if ranged else None
    start, end = (int(asked[1]), min(int(asked[2] or size) + 1, size)) if asked else (0, size)
    if not asked or not start < end:
        answer = _harmless(document.watched(replace(document.stream, content_type=media)))
        answer["Accept-Ranges"] = "bytes" if ranged else "none"
        return answer
    piece = document.content.piece(document.part.number, start, end)
    answer = _harmless(replace(piece, content_type=media))
    answer.status_code = HTTPStatus.PARTIAL_CONTENT
    answer["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer


def _harmless(stream: Stream) -> StreamingHttpResponse:
    """Nothing that a browser would lay out or run by itself, whatever its octets try to be (attack 19)."""
    answer = documents.download(stream)
    answer["Content-Security-Policy"] = _POLICY
    return answer

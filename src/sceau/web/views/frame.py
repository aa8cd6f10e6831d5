"""The letter that came as HTML, in a document of its own: see decision 0015.

Two walls, each enough: what `envelopes.html` leaves does nothing, and this document's policy lets nothing be done.
It is shown in a frame below our marks and never holds any of them: what imitates a seal stays inside (attack 16).
"""

from html import escape
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sceau.core import clock
from sceau.core.errors import Malformed, NotFound
from sceau.envelopes import access, handover, html
from sceau.envelopes.html import Clean
from sceau.envelopes.html_values import PICTURE_LIMIT
from sceau.envelopes.reading import Stream, Unsealed
from sceau.vault.sessions import Assurance
from sceau.web.guards import signed_in
from sceau.web.requests import SignedIn

# Same origin without scripts: our own page can measure it, and nothing in it can act on our page.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; img-src data:; style-src 'unsafe-inline';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",  # a name that is looked up tells its server that the letter is open (attack 18)
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_TEXT = "1"  # the part that handovers name


@require_GET
@signed_in(Assurance.CODE)
def letter(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """Of an envelope that its reader has opened. Never a HEAD: showing it is handing it over."""
    copy = access.copy(copy_id, for_=request.actor)
    opened = access.opening(copy, by=request.actor, at=clock.now())
    answer = document(request, _clean(Unsealed(copy, keys=request.actor.keys)), theme=request.actor.person.theme)
    chunks = handover.watched(iter([answer.content]), copy, opened, _TEXT, by=request.actor, now=clock.now)
    return StreamingHttpResponse(chunks, headers=dict(answer.headers.items()))


def _clean(content: Unsealed) -> Clean:
    """What may be shown; of a letter beyond all measure, its words."""
    source = content.html()
    if source is None:
        raise NotFound

    def inline(cid: str) -> bytes | None:
        stream = content.inline(cid)
        return None if stream is None else _octets(stream)

    try:
        return html.clean(source, inline=inline)
    except Malformed:
        return Clean(f"<pre>{escape(content.text()[: html.LIMIT])}</pre>", 0, coloured=False)


def _octets(stream: Stream) -> bytes | None:
    """The whole picture; nothing when it is too large to stand in a letter."""
    octets = bytearray()
    for chunk in stream.chunks:
        octets += chunk
        if len(octets) > PICTURE_LIMIT:
            return None
    return bytes(octets)


def document(request: HttpRequest, clean: Clean, *, theme: str = "") -> HttpResponse:
    """The whole document. A letter that brings colours keeps its white paper; another one takes the reader's theme."""
    shown = {"html": clean.html, "coloured": clean.coloured, "theme": theme}
    answer = render(request, "web/_frame.html", shown)
    for name, value in _HEADERS.items():
        answer[name] = value
    return answer

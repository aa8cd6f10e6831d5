"""Pages under gzip: a list of fifty envelopes is mostly markup.

What is compressed together can be guessed from its length by whoever can make a reader's browser ask for pages that
hold his own text beside a secret (BREACH). Our cookies travel with no request that another site starts, but for one
that opens the page before the reader's eyes; the CSRF token is masked anew in each page; and each answer's length is
blurred by up to a hundred octets. Downloads leave as they are: their octets are counted (E5).
"""

from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from sceau.core import random

_LEAST = 1024  # octets
_LEVEL = 4  # half the time of the usual 6, for a twentieth more octets
_BLUR = 100  # octets at most, at random, in the header of the gzip stream


class Compression:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse):
            compress(request, response)
        return response


def compress(request: HttpRequest, response: HttpResponse) -> None:
    """Compress a page in place, if its reader takes that. A second time changes nothing."""
    if not response.headers.get("Content-Type", "").startswith("text/html") or len(response.content) < _LEAST:
        return
    patch_vary_headers(response, ("Accept-Encoding",))
    if "Content-Encoding" in response or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return
    response.content = _compressed(response.content)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))


def _compressed(page: bytes) -> bytes:
    """A gzip stream (RFC 1952), whose header names a file whose name is as long as chance will have it."""
    name = "a" * random.below(_BLUR + 1)
    out = BytesIO()
    with GzipFile(filename=name, mode="wb", compresslevel=_LEVEL, fileobj=out, mtime=0) as stream:
        stream.write(page)
    return out.getvalue()

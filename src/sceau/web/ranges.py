"""Downloads that go on where they were cut: one range at a time (RFC 9110 §13.1.5, §14)."""

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from sceau.envelopes import reading
from sceau.envelopes.parcel import Parcel
from sceau.envelopes.reading import Stream
from sceau.web import documents

_ONE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_PARTIAL, _UNSATISFIABLE = 206, 416


def answer(request: HttpRequest, parcel: Parcel, name: str) -> HttpResponseBase:
    """The whole, or what a cut download still lacks of exactly this whole. Other kinds of range get the whole."""
    tag = f'"{parcel.tag}"'
    asked = _ONE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", tag) != tag:
        return _send(parcel, name, tag, 0, parcel.size)
    first, last = int(asked[1]), int(asked[2] or parcel.size)
    if first >= parcel.size or last < first:
        return HttpResponse(status=_UNSATISFIABLE, headers={"Content-Range": f"bytes */{parcel.size}", "ETag": tag})
    end = min(last + 1, parcel.size)
    response = _send(parcel, name, tag, first, end)
    response.status_code = _PARTIAL
    response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{parcel.size}"
    return response


def _send(parcel: Parcel, name: str, tag: str, first: int, end: int) -> HttpResponseBase:
    chunks = parcel.chunks(first)
    if end < parcel.size:
        chunks = _until(chunks, end - first)
    response = documents.download(reading.begun(Stream(name, "application/zip", end - first, chunks)))
    response.headers["ETag"] = tag
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _until(chunks: Iterator[bytes], left: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return

"""How documents are told apart and handed over: as downloads, never as pages of this site."""

from collections.abc import Iterator
from urllib.parse import quote

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from sceau.envelopes.reading import Stream

# What a browser would run or lay out, were it shown in a tab of our own host.
_ACTIVE = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/css")
_KINDS = {
    "application/pdf": "PDF",
    "application/zip": "ZIP",
    "application/dicom": "DICOM",
    "text/plain": "texte",
    "application/xml": "XML",
    "text/xml": "XML",
    "text/csv": "CSV",
}


def icon(content_type: str) -> str:
    """The name of a drawing."""
    if content_type.startswith("image/") or content_type == "application/dicom":
        return "image"
    return "archive" if "zip" in content_type or "tar" in content_type else "document"


def kind(name: str, content_type: str) -> str:
    """ "PDF", "image JPEG": by the declared type, else by the extension."""
    if content_type.startswith("image/"):
        return _("image %(format)s") % {"format": content_type.removeprefix("image/").upper()[:8]}
    extension = name.rpartition(".")[2].upper() if "." in name else ""
    return _KINDS.get(content_type, extension[:8] or _("document"))


def download(stream: Stream, chunks: Iterator[bytes] | None = None) -> StreamingHttpResponse:
    """`chunks` (those of the stream by default) as an attachment: saved, never shown here.

    `no-store` and `nosniff` are set for every answer of the site.
    """
    active = stream.content_type.startswith(_ACTIVE)
    response = StreamingHttpResponse(
        stream.chunks if chunks is None else chunks,
        content_type="application/octet-stream" if active else stream.content_type,
        headers={"Content-Disposition": disposition(stream.name)},
    )
    if stream.size is not None:
        response["Content-Length"] = str(stream.size)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def disposition(name: str) -> str:
    """RFC 6266: an ASCII name for old readers, the true one in `filename*` (RFC 8187)."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in name)
    quoted = plain.replace("\\", "_").replace('"', "_").replace("%", "_")
    return f"attachment; filename=\"{quoted}\"; filename*=UTF-8''{quote(name, safe='')}"

"""The content of a copy, in pieces: nothing here decides who may read (see `access.opening`).

What was sealed here decodes strictly; an import as tolerantly as it was parsed, by the same decoder.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape

import nh3

from sceau import blobs
from sceau.core.errors import NotFound
from sceau.core.opaque import Opaque
from sceau.envelopes import mime, rules, summaries
from sceau.envelopes.mime import Part, Role, transfer, words
from sceau.envelopes.models import Copy
from sceau.vault import format
from sceau.vault.keyring import Keys

_BLOCK = re.compile(r"</?(?:br|p|div|tr|li|h[1-6]|blockquote)\b[^>]{0,1000}>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, repr=False)
class Stream:
    """Octets to hand over, read as they are asked for: memory holds a segment or two."""

    name: str
    content_type: str
    size: int | None  # octets, None when only the end tells
    chunks: Iterator[bytes]


class Unsealed(Opaque):
    """A copy under its reader's keys, while a request runs."""

    __slots__ = ("_copy", "_key", "summary")

    def __init__(self, copy: Copy, *, keys: Keys) -> None:
        """Raises rules.Destroyed, Unreadable; NotFound without a live grant."""
        self._copy = copy
        self._key = summaries.content_key(copy, keys)
        if copy.envelope.summary is None:
            raise rules.Destroyed
        self.summary = self._key.open_summary(bytes(copy.envelope.summary))

    def text(self) -> str:
        """The letter without formatting; what an import says in formatted text alone, as plain text."""
        texts = [self._text(part) for part in self.summary.parts if part.role == Role.TEXT]
        return "\n\n".join(texts) if texts else _plain(self.html() or "")

    def html(self) -> str | None:
        """The letter with its formatting, as somebody wrote it: not safe to show (see `html.sanitise`)."""
        part = next((part for part in self.summary.parts if part.role == Role.HTML), None)
        return None if part is None else self._text(part)

    def inline(self, cid: str) -> Stream | None:
        """A picture that the formatted letter names so (RFC 2392), without brackets."""
        part = next((part for part in self.summary.documents if part.cid and part.cid == cid), None)
        return None if part is None else self._stream(part)

    def document(self, number: str) -> Stream:
        """One attachment, decoded. Raises NotFound for a number that the envelope does not have."""
        part = next((part for part in self.summary.documents if part.number == number), None)
        if part is None:
            raise NotFound
        return self._stream(part)

    def piece(self, number: str, start: int, end: int) -> Stream:
        """Octets `start` to `end` of an attachment; of what was sealed here, without reading those before.

        Raises NotFound for a number that the envelope does not have.
        """
        part = next((part for part in self.summary.documents if part.number == number), None)
        if part is None:
            raise NotFound
        if self.summary.imported is not None:
            return replace(self._stream(part), size=end - start, chunks=_cut(self._decoded(part), start, end))
        first, last, before = mime.lines_of(start, end)
        octets = self._octets(part.offset + first, part.offset + min(last, part.encoded_size))
        chunks = _cut(mime.decode_base64(octets), before, before + end - start)
        return replace(self._stream(part), size=end - start, chunks=chunks)

    def documents(self) -> list[Stream]:
        return [self.document(part.number) for part in self.summary.documents]

    def message(self) -> Stream:
        """The canonical bytes, whose digest is in the evidence; of an import, those that were brought."""
        return Stream("message.eml", "message/rfc822", self._copy.envelope.size, self._octets(0, None))

    def _stream(self, part: Part) -> Stream:
        return Stream(part.name or "document", part.content_type, part.size, self._decoded(part))

    def _text(self, part: Part) -> str:
        if self.summary.imported is None:
            return b"".join(self._decoded(part)).decode().replace("\r\n", "\n")
        text = words.text(b"".join(self._decoded(part)), part.charset)
        return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

    def _decoded(self, part: Part) -> Iterator[bytes]:
        octets = self._octets(part.offset, part.offset + part.encoded_size)
        if self.summary.imported is None:
            return mime.decode_base64(octets)
        return transfer.decode(part.encoding, octets)

    def _octets(self, start: int, end: int | None) -> Iterator[bytes]:
        """Opens the blob when the first octet is asked for, and closes it with the iterator."""
        blob_key = self._copy.envelope.blob_key
        if blob_key is None:
            raise rules.Destroyed
        with blobs.store().open(blobs.content_name(blob_key)) as file:
            yield from format.open_blob(self._key.octets, blob_key, file, start, end)


def _plain(html: str) -> str:
    """What formatted text says: a line for each block, nothing of scripts, styles and marks."""
    stripped = nh3.clean(_BLOCK.sub("\n", html), tags=set(), clean_content_tags={"script", "style", "title"})
    return _EMPTY_LINES.sub("\n\n", unescape(stripped)).strip()


def begun(stream: Stream) -> Stream:
    """The same stream once its first piece is in hand: what is wrong with it is known before an answer begins."""
    first = next(stream.chunks, b"")
    return replace(stream, chunks=_resumed(first, stream.chunks))


def _cut(chunks: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    at = 0
    for chunk in chunks:
        yield chunk[max(start - at, 0) : end - at]
        at += len(chunk)
        if at >= end:
            return


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

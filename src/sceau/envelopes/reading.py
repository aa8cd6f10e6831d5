"""The content of a copy, in pieces: nothing here decides who may read (see `access.opening`)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sceau import blobs
from sceau.core.errors import NotFound
from sceau.core.opaque import Opaque
from sceau.envelopes import mime, rules, summaries
from sceau.envelopes.mime import Part
from sceau.envelopes.models import Copy
from sceau.vault import format
from sceau.vault.keyring import Keys


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
        return b"".join(self._decoded(self.summary.parts[0])).decode().replace("\r\n", "\n")

    def document(self, number: str) -> Stream:
        """One attachment, decoded. Raises NotFound for a number that the envelope does not have."""
        part = next((part for part in self.summary.documents if part.number == number), None)
        if part is None:
            raise NotFound
        return Stream(part.name or "document", part.content_type, part.size, self._decoded(part))

    def documents(self) -> list[Stream]:
        return [self.document(part.number) for part in self.summary.documents]

    def message(self) -> Stream:
        """The canonical bytes, whose digest is in the evidence."""
        return Stream("message.eml", "message/rfc822", self._copy.envelope.size, self._octets(0, None))

    def _decoded(self, part: Part) -> Iterator[bytes]:
        return mime.decode_base64(self._octets(part.offset, part.offset + part.encoded_size))

    def _octets(self, start: int, end: int | None) -> Iterator[bytes]:
        """Opens the blob when the first octet is asked for, and closes it with the iterator."""
        blob_key = self._copy.envelope.blob_key
        if blob_key is None:
            raise rules.Destroyed
        with blobs.store().open(blobs.content_name(blob_key)) as file:
            yield from format.open_blob(self._key.octets, blob_key, file, start, end)


def begun(stream: Stream) -> Stream:
    """The same stream once its first piece is in hand: what is wrong with it is known before an answer begins."""
    first = next(stream.chunks, b"")
    return replace(stream, chunks=_resumed(first, stream.chunks))


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

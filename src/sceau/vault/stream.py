"""Segmented authenticated encryption, any part of which can be read alone. Pure.

The layout is tink's "AES-GCM-HKDF streaming AEAD" with SHA-256, a 32-octet derived key and ciphertext segments
of 64 KiB, so that a second implementation exists. In short:

    stream  = header ‖ segment 0 ‖ segment 1 ‖ …
    header  = header size (1 octet, 40) ‖ salt (32) ‖ nonce prefix (7)
    key     = HKDF-SHA256(content key, salt, info = associated data, 32 octets)
    segment = AES-256-GCM(key, nonce = prefix ‖ number (4, big-endian) ‖ 1 if last else 0, no associated data)

The header and segment 0 together fill the first 64 KiB; every segment but the last is full; the last is empty
only when the whole is. The number forbids reordering, the last mark forbids cutting.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sceau.core import kdf, random
from sceau.core.errors import Unreadable

SEGMENT = 65_536  # octets of ciphertext
HEADER = 1 + 32 + 7

_TAG = 16
_PLAIN = SEGMENT - _TAG  # plaintext of a full segment; HEADER less in the first


def encrypt(key: bytes, chunks: Iterable[bytes], *, associated_data: bytes) -> Iterator[bytes]:
    """The stream, piece by piece. Holds one chunk and one segment in memory; at most 2³² segments (256 TiB)."""
    return _encrypt(key, chunks, associated_data, salt=random.key(), prefix=random.octets(7))


def decrypt(
    key: bytes, file: BinaryIO, offset: int, *, associated_data: bytes, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Plaintext octets `start` to `end` (the end by default) of the stream from `offset` to the end of `file`.

    Reads only the segments that hold them, each yielded once authenticated; the file must stay untouched
    meanwhile. A range beyond the plaintext means that the file was cut: Unreadable, as is any other fault.
    Faults of the header or the range are raised at once, those of a segment when it is reached.
    """
    size = file.seek(0, 2) - offset
    file.seek(offset)
    header = file.read(HEADER)
    whole = plaintext_size(size)
    end = whole if end is None else end
    if header[0] != HEADER or not 0 <= start <= end <= whole:
        raise Unreadable
    segments = _Segments(key, header[1:33], header[33:], associated_data)
    return _decrypt(segments, file, offset, size, start, end)


def plaintext_size(size: int) -> int:
    """How many octets a stream of `size` octets holds. Raises Unreadable when no stream has that size."""
    count = _count(size)
    plain = size - HEADER - count * _TAG
    if plain < 0 or (count > 1 and size - (count - 1) * SEGMENT <= _TAG):
        raise Unreadable
    return plain


def size(plaintext_size: int) -> int:
    """How many octets a stream of that much plaintext has."""
    count = max(1, -(-(plaintext_size + HEADER) // _PLAIN))
    return plaintext_size + HEADER + count * _TAG


class _Segments:
    """One stream's key and nonces."""

    __slots__ = ("_cipher", "_prefix")

    def __init__(self, key: bytes, salt: bytes, prefix: bytes, associated_data: bytes) -> None:
        self._cipher = AESGCM(kdf.derive(key, associated_data, salt=salt))
        self._prefix = prefix

    def seal(self, number: int, plaintext: bytes | bytearray | memoryview, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(number, last), plaintext, None)

    def open(self, number: int, ciphertext: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(number, last), ciphertext, None)
        except InvalidTag as error:
            raise Unreadable from error

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + (b"\1" if last else b"\0")


def _encrypt(
    key: bytes, chunks: Iterable[bytes], associated_data: bytes, *, salt: bytes, prefix: bytes
) -> Iterator[bytes]:
    segments = _Segments(key, salt, prefix, associated_data)
    yield bytes([HEADER]) + salt + prefix
    number, room, waiting = 0, _PLAIN - HEADER, bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > room:  # a full segment waits until it is known not to be the last
            with memoryview(waiting)[:room] as plaintext:
                sealed = segments.seal(number, plaintext, last=False)
            del waiting[:room]
            yield sealed
            number, room = number + 1, _PLAIN
    yield segments.seal(number, waiting, last=True)


def _decrypt(segments: _Segments, file: BinaryIO, offset: int, size: int, start: int, end: int) -> Iterator[bytes]:
    final = _count(size) - 1
    first, last = (min((place + HEADER) // _PLAIN, final) for place in (start, max(start, end - 1)))
    file.seek(offset + max(first * SEGMENT, HEADER))
    for number in range(first, last + 1):
        ciphertext = file.read(SEGMENT if number else SEGMENT - HEADER)
        plaintext = segments.open(number, ciphertext, last=number == final)
        begins = max(number * _PLAIN - HEADER, 0)
        if begins < start or begins + len(plaintext) > end:
            plaintext = plaintext[max(start - begins, 0) : end - begins]
        yield plaintext


def _count(size: int) -> int:
    """Segments of a stream of `size` octets."""
    return -(-size // SEGMENT)

"""What sealed things look like, octet by octet (docs/format.md says the same for a second implementation). Pure.

    blob    a stream of any length under one content key     seal_blob, open_blob
    small   one short record under a key that we hold        seal_small, open_small
    record  one short record to a public key                 seal_record, open_record

Every opening answers Unreadable to whatever is wrong.
"""

import hmac
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sceau.core import box, hpke, kdf, random
from sceau.core.encoding import Part, labelled
from sceau.core.errors import Malformed, Unreadable
from sceau.vault import stream

_MAGIC = b"SCEAU\x1a"  # the last octet stops programs that take the file for text
_VERSION = 1
_AES_GCM_HKDF = 1  # the suite: tink's streaming layout with AES-256, SHA-256 and 64 KiB segments
BLOB_HEADER = len(_MAGIC) + 2 + 16 + 32

_KEY_SEAL = 32 + hpke.OVERHEAD


def seal_blob(key: bytes, blob_key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The blob, piece by piece: header {magic, version, suite, blob id, key commitment}, then the stream.

    `key` is the fresh 32-octet content key of this blob alone; `blob_key` its id, 32 lower-case hex digits.
    The header is the stream's associated data. Memory: one chunk and one segment (64 KiB).
    """
    header = _blob_header(key, blob_key)
    return _prepended(header, stream.encrypt(key, chunks, associated_data=header))


def open_blob(key: bytes, blob_key: str, file: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Plaintext octets `start` to `end` (the end by default); only the segments that hold them are read.

    The header is checked before this returns, each segment before it is yielded. A reader that has not
    reached the end of the iterator holds authentic octets in their place, but cannot tell that the blob ends
    there: whoever needs the whole reads to the end. Raises Unreadable; a range beyond the end is one too.
    """
    header = file.read(BLOB_HEADER) if file.seek(0) == 0 else b""
    # The commitment leaves one key for a ciphertext; GCM alone would let two open it (attack 35).
    if not hmac.compare_digest(header, _blob_header(key, blob_key)):
        raise Unreadable
    return stream.decrypt(key, file, BLOB_HEADER, associated_data=header, start=start, end=end)


def check_header(header: bytes, blob_key: str) -> None:
    """What can be told of a blob's first BLOB_HEADER octets without its key. Raises Unreadable."""
    if len(header) != BLOB_HEADER or not header.startswith(_public_header(blob_key)):
        raise Unreadable


def plaintext_size(ciphertext_size: int) -> int:
    """How many octets a blob of that size holds. Raises Unreadable when no blob has that size."""
    return stream.plaintext_size(ciphertext_size - BLOB_HEADER)


def ciphertext_size(plaintext_size: int) -> int:
    """How many octets a blob of that much plaintext has."""
    return BLOB_HEADER + stream.size(plaintext_size)


def seal_small(key: bytes, purpose: str, plaintext: bytes, *context: Part) -> bytes:
    """`plaintext` under HKDF(key, purpose and context): a summary, what an upload is called."""
    return box.seal(key, plaintext, info=_small(purpose, context))


def open_small(key: bytes, purpose: str, sealed: bytes, *context: Part) -> bytes:
    """The plaintext. Raises Unreadable."""
    return box.open(key, sealed, info=_small(purpose, context))


def seal_record(public: bytes, purpose: str, plaintext: bytes, *context: Part) -> bytes:
    """A fresh key sealed to `public`, then `plaintext` under it, as one string of octets.

    Raises Malformed when `public` is no X-Wing public key.
    """
    key = random.key()
    sealed_key = hpke.seal(public, key, info=hpke.info(purpose, *context))
    return sealed_key + seal_small(key, purpose, plaintext, *context)


def open_record(seed: bytes | hpke.PrivateKey, purpose: str, sealed: bytes, *context: Part) -> bytes:
    """The plaintext. Raises Unreadable."""
    private = hpke.PrivateKey(seed) if isinstance(seed, bytes) else seed
    key = private.open(sealed[:_KEY_SEAL], info=hpke.info(purpose, *context))
    return open_small(key, purpose, sealed[_KEY_SEAL:], *context)


def _blob_header(key: bytes, blob_key: str) -> bytes:
    commitment = kdf.derive(key, labelled(b"sceau/blob/1", "commitment", _blob_id(blob_key)))
    return _public_header(blob_key) + commitment


def _public_header(blob_key: str) -> bytes:
    return _MAGIC + bytes([_VERSION, _AES_GCM_HKDF]) + _blob_id(blob_key)


def _blob_id(blob_key: str) -> bytes:
    """Raises Malformed for anything but 32 lower-case hex digits."""
    try:
        octets = bytes.fromhex(blob_key)
    except ValueError as error:
        raise Malformed from error
    if len(octets) != 16 or octets.hex() != blob_key:
        raise Malformed
    return octets


def _small(purpose: str, context: tuple[Part, ...]) -> bytes:
    return labelled(b"sceau/small/1", purpose, *context)


def _prepended(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

"""An envelope of 39 MB of documents: sealing it, and having it back."""

import binascii
import hashlib
import os
import tempfile
from collections.abc import Iterator

from django.conf import settings

from bench import meters, stage
from bench.results import Result
from sceau import blobs
from sceau.accounts.actor import Actor
from sceau.core import random
from sceau.envelopes import attachments, reading, summaries
from sceau.envelopes.models import Copy, Draft
from sceau.vault import format

SIZE = 39_000_000


def seal_40m(claire: Actor, marc: Actor, *, database: str) -> list[Result]:
    """Sealing, against the least that sealing must do with the same stored pieces, in the same run."""
    runs = [_seal_once(claire, marc) for _ in range(3)]
    floor, best = (SIZE / min(times) / 1e6 for times in list(zip(*runs, strict=True))[:2])
    growth = max(run[2] for run in runs)
    return [
        Result("floor_40m", floor, "MB/s", "decrypt, SHA-256, encrypt, write, fsync", floor),
        Result("seal_40m", best, "MB/s", "floor_40m", floor, {"memory_mib": growth}),
    ]


def _seal_once(claire: Actor, marc: Actor) -> tuple[float, float, float]:
    """Seconds of the floor, seconds of sealing, MiB of growth."""
    draft = stage.draft(claire, marc)
    stage.attach(draft, SIZE)
    floor = meters.seconds(lambda: _floor(draft, claire))
    elapsed: list[float] = []
    growth = meters.growth(lambda: elapsed.append(meters.seconds(lambda: stage.seal(draft, claire))))
    return floor, elapsed[0], growth


def eml_40m(claire: Actor, marc: Actor, *, database: str) -> list[Result]:
    """The message as a file: the whole of it, then how soon it begins."""
    copy = _kept(claire, marc)
    alone = meters.best(lambda: meters.drain(_decrypted(copy, marc)))
    growth = meters.growth(lambda: meters.drain(reading.Unsealed(copy, keys=marc.keys).message().chunks))
    elapsed = meters.best(lambda: meters.drain(reading.Unsealed(copy, keys=marc.keys).message().chunks))
    first = meters.best(lambda: next(iter(reading.Unsealed(copy, keys=marc.keys).message().chunks)))
    size = copy.envelope.size / 1e6
    return [
        Result("eml_40m", size / elapsed, "MB/s", "decrypt alone", size / alone, {"memory_mib": growth}),
        Result("first_byte", first * 1000, "ms", "asked at most", 100, better="less"),
    ]


def part_40m(claire: Actor, marc: Actor, *, database: str) -> Result:
    """One document of it, decoded."""
    copy = _kept(claire, marc)
    alone = meters.best(lambda: meters.drain(_decoded(_document(copy, marc))))
    growth = meters.growth(lambda: meters.drain(reading.Unsealed(copy, keys=marc.keys).documents()[0].chunks))
    elapsed = meters.best(lambda: meters.drain(reading.Unsealed(copy, keys=marc.keys).documents()[0].chunks))
    against = SIZE / alone / 1e6
    return Result("part_40m", SIZE / elapsed / 1e6, "MB/s", "decrypt and base64", against, {"memory_mib": growth})


def _kept(claire: Actor, marc: Actor) -> Copy:
    draft = stage.draft(claire, marc)
    stage.attach(draft, SIZE)
    copy = stage.received(stage.seal(draft, claire), marc)
    stage.open_copy(copy, marc)
    return copy


def _floor(draft: Draft, by: Actor) -> None:
    """Decrypt the stored pieces, hash, encrypt, write, fsync: no database, no message around them."""
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for document in attachments.of(draft, keys=by.keys):
            for chunk in document.encoded():
                digest.update(chunk)
                yield chunk

    with tempfile.NamedTemporaryFile(dir=settings.SCEAU_DATA) as file:
        for chunk in format.seal_blob(random.key(), random.octets(16).hex(), pieces()):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _decrypted(copy: Copy, by: Actor) -> Iterator[bytes]:
    """The blob's plaintext without anything around it."""
    key, blob_key = summaries.content_key(copy, by.keys).octets, str(copy.envelope.blob_key)
    with blobs.store().open(blobs.content_name(blob_key)) as file:
        yield from format.open_blob(key, blob_key, file)


def _decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """By the standard library, which takes whatever stands there for base64."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) // 78 * 78  # octets of a line
        yield binascii.a2b_base64(data[:whole])
        rest = data[whole:]
    yield binascii.a2b_base64(rest)


def _document(copy: Copy, by: Actor) -> Iterator[bytes]:
    """One document's octets, still transfer-encoded."""
    key, blob_key = summaries.content_key(copy, by.keys), str(copy.envelope.blob_key)
    part = key.open_summary(bytes(copy.envelope.summary or b"")).documents[0]
    with blobs.store().open(blobs.content_name(blob_key)) as file:
        yield from format.open_blob(key.octets, blob_key, file, part.offset, part.offset + part.encoded_size)

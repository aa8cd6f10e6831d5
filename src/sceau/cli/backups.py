"""Backups: `DIR/<time>/` holds one generation: `manifest.json`, the database's snapshot, `blobs.txt` and `store/`.

First the database, then the blobs: a row never names a blob that is not there. A blob destroyed in between would
break that, so workers let blobs be until the copy is done; should one go all the same, the round is repeated until
nothing is missing. Blobs never change: what the generation before holds already is linked, not copied. A generation
older than SCEAU_BACKUP_DAYS goes: what was destroyed here is gone from the backups by then, as the pages say (V14).
Keys are never in a backup.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from sceau import blobs
from sceau.cli import snapshots
from sceau.core import canonical, clock, disk
from sceau.core.errors import Malformed, NotFound, Refused, TryLater
from sceau.core.failpoints import failpoint
from sceau.jobs import outbox

MANIFEST, INDEX, STORE = "manifest.json", "blobs.txt", "store"
_ROUNDS = 5
_DELETION, _LONGEST = "delete-blob", timedelta(hours=12)  # the job that waits, and for how long if we are killed
_LOG = "log/"
_CHUNK = 1 << 20


class KeysInBackup(Refused):
    """The folder holds the keys, or lies among them or the data: a thief of the backup would have all."""

    code = "keys-in-backup"


class AlwaysChanging(TryLater):
    """Blobs went while they were copied, every time."""

    code = "always-changing"


class DamagedBackup(Refused):
    """A file of the backup is not what its manifest says."""

    code = "damaged-backup"


@dataclass(frozen=True, slots=True)
class Blob:
    name: str
    size: int
    digest: str  # SHA-256, hex


@dataclass(frozen=True, slots=True)
class Made:
    folder: Path
    blobs: int
    copied: int  # the others were linked
    forgotten: int  # generations too old to keep


def make(folder: Path, *, at: datetime) -> Made:
    """Add a generation to `folder`; durable on return. Raises KeysInBackup, AlwaysChanging, snapshots.ToolMissing."""
    refuse_among_keys(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    older = generations(folder)
    previous = older[-1] if older else None
    unfinished = folder / ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    with _blobs_kept():
        snapshot, found, copied = _copy(unfinished, previous)
    _write_manifest(unfinished, snapshot, found, at=at)
    target = folder / at.strftime("%Y-%m-%dT%H%M%S.%f")
    unfinished.rename(target)
    disk.sync(folder)
    return Made(target, len(found), copied, _forget(older, at=at))


def generations(folder: Path) -> list[Path]:
    """Complete ones, the oldest first."""
    return sorted(path.parent for path in folder.glob(f"[0-9]*/{MANIFEST}"))


def let_blobs_go() -> None:
    """Workers may delete again what no row names: the copy is done, or a snapshot that was taken meanwhile is back."""
    outbox.let_go(_DELETION)


def refuse_among_keys(folder: Path) -> None:
    """Raises KeysInBackup."""
    folder = folder.resolve()
    keys, data = settings.SCEAU_KEYS.resolve(), settings.SCEAU_DATA.resolve()
    for secret in (keys, settings.SCEAU_CUSTODY_KEY_FILE.resolve()):
        if folder.is_relative_to(secret) or secret.is_relative_to(folder):
            raise KeysInBackup
    if folder.is_relative_to(data) or data.is_relative_to(folder):
        raise KeysInBackup


def index(generation: Path) -> Iterator[Blob]:
    """Every blob of a generation. Raises Malformed."""
    path = generation / INDEX
    with path.open(encoding="ascii") as lines:
        for line in lines:
            digest, _, rest = line.rstrip("\n").partition(" ")
            size, _, name = rest.partition(" ")
            if len(digest) != 64 or not size.isdigit() or not name:
                raise Malformed
            yield Blob(name, int(size), digest)


def snapshot_of(generation: Path) -> Path:
    """The database's file, digests of it and of the index checked. Raises DamagedBackup."""
    try:
        manifest = canonical.loads((generation / MANIFEST).read_bytes().rstrip(b"\n"))
        database = generation / str(manifest["database"]["file"])
        right = (file_digest(database), file_digest(generation / INDEX))
        if right != (manifest["database"]["sha256"], manifest["blobs"]["sha256"]):
            raise DamagedBackup
    except (Malformed, KeyError, TypeError, OSError) as error:
        raise DamagedBackup from error
    return database


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _blobs_kept() -> Iterator[None]:
    """On a busy site somebody always seals a draft: no round would ever find all that its snapshot names."""
    outbox.hold_back(_DELETION, until=clock.now() + _LONGEST)
    try:
        yield
    finally:
        let_blobs_go()


def _copy(generation: Path, previous: Path | None) -> tuple[Path, list[Blob], int]:
    """The snapshot, and the blobs: all that it names, and how many of them were copied. Raises AlwaysChanging."""
    for _ in range(_ROUNDS):
        snapshot, keys = snapshots.take(generation)
        failpoint("backup.database")
        found, copied = _copy_blobs(generation, previous)
        if {blobs.content_name(key) for key in keys} <= {blob.name for blob in found}:
            return snapshot, found, copied
        snapshot.unlink()
        shutil.rmtree(generation / STORE, ignore_errors=True)
    raise AlwaysChanging


def _copy_blobs(generation: Path, previous: Path | None) -> tuple[list[Blob], int]:
    """Every blob that the store has now, and how many of them were copied."""
    kept = {blob.name: blob for blob in index(previous)} if previous else {}
    store, found, copied = blobs.store(), [], 0
    for entry in _listed(store):
        target = generation / STORE / entry.name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        same = kept.get(entry.name)
        if previous and same and same.size == entry.size and _never_changes(entry.name):
            os.link(previous / STORE / entry.name, target)
            found.append(same)
            continue
        try:
            found.append(_copy_blob(store, entry.name, target))
        except NotFound:  # destroyed since it was listed
            continue
        copied += 1
        failpoint("backup.blob")
    _sync_folders(generation / STORE)
    return sorted(found, key=lambda blob: blob.name), copied


def _listed(store: blobs.BlobStore) -> Iterator[blobs.Entry]:
    """Everything, once, and then what the log gained: a partial tile that went before we came to it left a full one."""
    seen = set()
    for entry in store.names(""):
        if entry.name.startswith(_LOG):
            seen.add(entry.name)
        yield entry
    yield from (entry for entry in store.names(_LOG) if entry.name not in seen)


def _never_changes(name: str) -> bool:
    return not name.endswith("/checkpoint")


def _copy_blob(store: blobs.BlobStore, name: str, target: Path) -> Blob:
    digest, size = hashlib.sha256(), 0
    with store.open(name) as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return Blob(name, size, digest.hexdigest())


def _sync_folders(root: Path) -> None:
    if root.exists():
        for folder, _, _ in os.walk(root, topdown=False):
            disk.sync(Path(folder))


def _write_manifest(generation: Path, snapshot: Path, found: list[Blob], *, at: datetime) -> None:
    (generation / STORE).mkdir(mode=0o700, exist_ok=True)
    listing = generation / INDEX
    listing.write_text("".join(f"{blob.digest} {blob.size} {blob.name}\n" for blob in found), encoding="ascii")
    disk.sync(listing)
    manifest = {
        "version": 1,
        "made_at": clock.milliseconds(at),
        "database": {"vendor": connection.vendor, "file": snapshot.name, "sha256": file_digest(snapshot)},
        "blobs": {"count": len(found), "sha256": file_digest(listing)},
    }
    (generation / MANIFEST).write_bytes(canonical.dumps(manifest) + b"\n")
    disk.sync(generation / MANIFEST)
    disk.sync(generation)


def _forget(older: list[Path], *, at: datetime) -> int:
    limit = (at - timedelta(days=settings.SCEAU_BACKUP_DAYS)).strftime("%Y-%m-%dT%H%M%S.%f")
    old = [generation for generation in older if generation.name < limit]
    for generation in old:
        shutil.rmtree(generation)
    return len(old)

"""Bringing a backup back into an empty installation. Killed anywhere, it is simply started again.

A mark in the data folder says that a restore is under way: `sceau up` refuses to start until it is gone (check
sceau.E021). Blobs come first, the database last and at once: a row never names a blob that is not there.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from sceau import blobs
from sceau.cli import backups, snapshots
from sceau.cli.backups import Blob, DamagedBackup
from sceau.core import disk
from sceau.core.errors import NotFound, Refused
from sceau.core.failpoints import failpoint

_MARK = "restoring"
_CHUNK = 1 << 20


class NotEmpty(Refused):
    """Something is in the data folder or the store: a restore never overwrites."""

    code = "not-empty"


class OtherDatabase(Refused):
    """The snapshot was taken of the other kind of database."""

    code = "other-database"


def restore(generation: Path) -> int:
    """Bring everything back; how many blobs. The caller verifies the store, then calls `finish`.

    Raises NotEmpty, snapshots.NotEmpty, OtherDatabase, DamagedBackup, KeysInBackup.
    """
    backups.refuse_among_keys(generation)
    snapshot = backups.snapshot_of(generation)
    if snapshot.name != snapshots.file_name():
        raise OtherDatabase
    if not under_way():
        _require_empty()
        mark().touch(mode=0o600)
        disk.sync(settings.SCEAU_DATA)
    failpoint("restore.marked")
    count = 0
    for blob in backups.index(generation):
        _bring_back(blob, generation / backups.STORE / blob.name)
        failpoint("restore.blob")
        count += 1
    snapshots.bring_back(snapshot)
    failpoint("restore.database")
    backups.let_blobs_go()  # they waited for this very snapshot
    return count


def finish() -> None:
    """The store was verified: services may start."""
    mark().unlink(missing_ok=True)
    disk.sync(settings.SCEAU_DATA)


def under_way() -> bool:
    return mark().exists()


def mark() -> Path:
    return Path(settings.SCEAU_DATA) / _MARK


def _require_empty() -> None:
    snapshots.require_empty()
    if next(blobs.store().names(""), None) is not None:
        raise NotEmpty


def _bring_back(blob: Blob, path: Path) -> None:
    """Put it unless it is there already. Raises DamagedBackup; nothing of a damaged blob is kept."""
    store = blobs.store()
    try:
        with store.open(blob.name) as there:
            if there.seek(0, 2) == blob.size:
                return
    except NotFound:
        pass
    store.put(blob.name, _checked(blob, path))


def _checked(blob: Blob, path: Path) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                yield chunk
    except OSError as error:
        raise DamagedBackup from error
    if digest.hexdigest() != blob.digest:
        raise DamagedBackup

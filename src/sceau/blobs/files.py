"""Blobs as files, each synced before it gets its name (promise 1: nothing acknowledged is lost).

The order is: write a temporary file in the folder it will live in, fsync it, rename it, fsync the
folder. A power cut leaves, before the rename is durable, nothing (or a `.tmp-` leftover that `sweep`
removes) and afterwards the whole. A folder is itself an entry of its parent, so each parent is synced
the first time a process uses a folder: another process may have made it a moment ago, unsynced.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from sceau.blobs.port import Entry, checked, checked_prefix
from sceau.core import random
from sceau.core.errors import NotFound, StorageFull
from sceau.core.failpoints import failpoint

_TEMPORARY = ".tmp-"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class System(Protocol):
    """The calls that change a disk: `os`, or in tests a disk that forgets what was not synced."""

    def open(self, path: Path, flags: int, mode: int = ...) -> int: ...
    def write(self, descriptor: int, data: memoryview, /) -> int: ...
    def fsync(self, descriptor: int) -> None: ...
    def close(self, descriptor: int) -> None: ...
    def rename(self, source: Path, target: Path) -> None: ...
    def unlink(self, path: Path) -> None: ...
    def mkdir(self, path: Path, mode: int = ...) -> None: ...


class Files:
    """A BlobStore below one folder of a local file system (no NFS: its fsync promises too little)."""

    def __init__(self, root: Path, system: System = os) -> None:
        self._root = root
        self._system = system
        self._settled: set[Path] = set()  # folders whose own entries this process has made durable

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self._root / checked(name)
        temporary = path.parent / f"{_TEMPORARY}{random.octets(12).hex()}"
        with _full_disk_told():
            self._settle(path.parent)
            try:
                self._write(temporary, chunks)
                failpoint("blob.synced")
                self._system.rename(temporary, path)
            except BaseException:
                with suppress(FileNotFoundError):  # never made
                    self._system.unlink(temporary)
                raise
            failpoint("blob.renamed")
            self._sync_folder(path.parent)

    def open(self, name: str) -> BinaryIO:
        try:
            return open(self._root / checked(name), "rb")
        except _ABSENT as error:
            raise NotFound from error

    def delete(self, name: str) -> None:
        path = self._root / checked(name)
        with suppress(*_ABSENT):
            self._system.unlink(path)
            failpoint("blob.deleted")
            self._sync_folder(path.parent)

    def names(self, prefix: str) -> Iterator[Entry]:
        for name, file in _walk(self._root, checked_prefix(prefix)):
            with suppress(FileNotFoundError):  # deleted since its folder was read
                status = file.stat()
                yield Entry(name, datetime.fromtimestamp(status.st_mtime, UTC), status.st_size)

    def sweep(self, *, before: datetime) -> int:
        count = 0
        for _, file in _walk(self._root, temporary=True):
            with suppress(FileNotFoundError):  # its put has just ended
                if file.stat().st_mtime < before.timestamp():
                    self._system.unlink(Path(file.path))
                    count += 1
        return count

    def _write(self, path: Path, chunks: Iterable[bytes]) -> None:
        descriptor = self._system.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            for chunk in chunks:
                rest = memoryview(chunk)
                while rest:  # a nearly full disk takes a part before it refuses
                    rest = rest[self._system.write(descriptor, rest) :]
            self._system.fsync(descriptor)
        finally:
            self._system.close(descriptor)

    def _settle(self, folder: Path) -> None:
        """Make sure that the folder exists and that a power cut cannot take it away."""
        if folder in self._settled:
            return
        if folder != self._root:
            self._settle(folder.parent)
        elif not folder.parent.exists():  # the data folder is the installer's to make
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder.parent)
        with suppress(FileExistsError):
            self._system.mkdir(folder, 0o700)
        self._sync_folder(folder.parent)
        self._settled.add(folder)

    def _sync_folder(self, folder: Path) -> None:
        descriptor = self._system.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._system.fsync(descriptor)
        finally:
            self._system.close(descriptor)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from error
        raise


def _walk(root: Path, prefix: str = "", *, temporary: bool = False) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files below root whose name begins with the prefix (or the temporary ones), a folder at a time."""
    waiting = [root / prefix.rpartition("/")[0]]
    while waiting:
        with suppress(*_ABSENT), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                name = entry.path.removeprefix(f"{root}/")
                if entry.is_dir(follow_symlinks=False):
                    if f"{name}/".startswith(prefix):
                        waiting.append(Path(entry.path))
                elif entry.name.startswith(".") == temporary and name.startswith(prefix):
                    yield name, entry

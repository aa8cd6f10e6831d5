"""Key files: made once, readable by their owner alone, on disk before anything depends on them."""

import os
import stat
from pathlib import Path

from sceau.core import disk
from sceau.core.errors import NotFound, Refused

PRIVATE, PUBLIC = 0o600, 0o644


class ExposedKey(Refused):
    """Somebody else than its owner may read or write a private key file."""

    code = "exposed-key"


def create(path: Path, data: bytes, *, mode: int) -> None:
    """Durable when it returns. Raises FileExistsError: a key is never overwritten by accident."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    disk.sync(path.parent)


def replace(path: Path, data: bytes, *, mode: int) -> None:
    """A reader sees the old file or the new one. Durable when it returns."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # left by a crash
    create(fresh, data, mode=mode)
    fresh.replace(path)
    disk.sync(path.parent)


def read_private(path: Path) -> bytes:
    """The content of a file that its owner alone may touch. Raises NotFound, ExposedKey."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ExposedKey
            return file.read()
    except FileNotFoundError as error:
        raise NotFound from error

"""The key that seals what a worker must send (V11): anybody here seals, the worker alone opens.

`queue.pub` is the X-Wing public key; `queue.key` holds one seed a line, in hex, the newest first. Older ones
stay until what they sealed has left.
"""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from sceau.core import hpke, keyfiles, random
from sceau.core.errors import Unreadable
from sceau.vault import format

_PUBLIC, _SECRET = "queue.pub", "queue.key"


def create(folder: Path) -> None:
    """Make the first key of an installation. Raises FileExistsError when there is one."""
    seed = random.key()
    keyfiles.create(folder / _SECRET, _line(seed), mode=keyfiles.PRIVATE)
    keyfiles.create(folder / _PUBLIC, _line(hpke.public_key(seed)), mode=keyfiles.PUBLIC)


def renew(folder: Path) -> None:
    """Seal to a new key from now on (V10); processes that run already follow when they restart."""
    seed = random.key()
    older = keyfiles.read_private(folder / _SECRET)
    # The private half first: whatever is sealed from then on can be opened.
    keyfiles.replace(folder / _SECRET, _line(seed) + older, mode=keyfiles.PRIVATE)
    keyfiles.replace(folder / _PUBLIC, _line(hpke.public_key(seed)), mode=keyfiles.PUBLIC)
    _public_key.cache_clear()


def seal(purpose: str, plaintext: bytes, *context: UUID) -> bytes:
    return format.seal_record(_public_key(settings.SCEAU_KEYS / _PUBLIC), purpose, plaintext, *context)


def open(purpose: str, sealed: bytes, *context: UUID) -> bytes:
    """For the worker. Raises Unreadable; NotFound or ExposedKey when the key file is not as it should be."""
    for line in keyfiles.read_private(settings.SCEAU_KEYS / _SECRET).split():
        try:
            return format.open_record(bytes.fromhex(line.decode("ascii")), purpose, sealed, *context)
        except Unreadable:
            continue
    raise Unreadable


@lru_cache(maxsize=4)
def _public_key(path: Path) -> bytes:
    return bytes.fromhex(path.read_text("ascii"))


def _line(key: bytes) -> bytes:
    return f"{key.hex()}\n".encode("ascii")

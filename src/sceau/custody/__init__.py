"""Key custody: who can open without the owner, and what every process needs to seal to it.

The one file that knows which implementation the settings choose.
"""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from sceau.core.errors import Refused
from sceau.custody import software
from sceau.custody.port import KeyCustody


class KeyAmongData(Refused):
    """The custody key would be below the data folder, hence in every backup (V5)."""

    code = "key-among-data"


def public_key(purpose: str) -> bytes:
    """The key that seals to custody, from SCEAU_KEYS/custody.pub; a running process keeps what it read.

    Raises Malformed; KeyError for an unknown purpose, a mistake of the caller.
    """
    return _public_keys(settings.SCEAU_KEYS / "custody.pub")[purpose]


def load() -> KeyCustody:
    """The keys themselves, for the worker alone: takes as long as a login.

    Raises KeyAmongData, NotFound, ExposedKey, NoPassphrase, Malformed, or Unreadable for a wrong passphrase.
    """
    path = settings.SCEAU_CUSTODY_KEY_FILE
    _require_apart(path)
    return software.load(path, settings.SCEAU_CUSTODY_PASSPHRASE)


def create(path: Path, public_path: Path, passphrase: str) -> None:
    """Make the first keys. Raises KeyAmongData, FileExistsError, NoPassphrase."""
    _require_apart(path)
    software.create(path, public_path, passphrase)


def rotate(path: Path, public_path: Path, passphrase: str) -> None:
    """Seal to new keys from now on; running processes follow when they restart. Raises as `load` does."""
    _require_apart(path)
    software.rotate(path, public_path, passphrase)
    _public_keys.cache_clear()


@lru_cache(maxsize=4)
def _public_keys(path: Path) -> dict[str, bytes]:
    return software.read_public(path)


def _require_apart(path: Path) -> None:
    if path.resolve().is_relative_to(Path(settings.SCEAU_DATA).resolve()):
        raise KeyAmongData

"""The keys of an installation: made once, together, before it first starts."""

from pathlib import Path

from sceau import custody
from sceau.core import keyfiles, random
from sceau.core.errors import Refused
from sceau.evidence import keys as log_keys
from sceau.notify import queue_key
from sceau.vault import signer


class KeysExist(Refused):
    """Making keys again would make everything sealed so far unreadable."""

    code = "keys-exist"


def create(folder: Path, custody_file: Path, passphrase: str, log_origin: str) -> None:
    """Make every key. Nothing is overwritten: raises KeysExist, or what `custody.create` raises."""
    if custody_file.exists() or (folder.is_dir() and any(folder.iterdir())):
        raise KeysExist
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    custody.create(custody_file, folder / "custody.pub", passphrase)
    signer.create(folder)
    queue_key.create(folder)
    log_keys.create(folder, log_origin)
    # Last: its presence says that all the others are there (check sceau.E003).
    _create_secret(folder)


def _create_secret(folder: Path) -> None:
    """Django's own secret: signs form tokens and short messages between two pages."""
    keyfiles.create(folder / "secret.key", f"{random.token()}{random.token()}\n".encode(), mode=keyfiles.PRIVATE)

"""The keys of an installation: made once, together, before it first starts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from sceau import custody
from sceau.core import keyfiles, random
from sceau.core.errors import Refused
from sceau.evidence import keys as log_keys
from sceau.evidence import seals
from sceau.notify import queue_key
from sceau.vault import signer


class KeysExist(Refused):
    """Making keys again would make everything sealed so far unreadable."""

    code = "keys-exist"


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """Where the keys go, and what they are bound to for ever."""

    folder: Path
    custody_file: Path
    passphrase: str
    log_origin: str
    operator: str


def plan(passphrase: str) -> Plan:
    """As the settings say."""
    places = settings.SCEAU_KEYS, settings.SCEAU_CUSTODY_KEY_FILE
    return Plan(*places, passphrase, settings.SCEAU_LOG_ORIGIN, settings.SCEAU_OPERATOR)


def create(plan: Plan, *, at: datetime) -> None:
    """Make every key. Nothing is overwritten: raises KeysExist, or what `custody.create` raises."""
    folder = plan.folder
    if plan.custody_file.exists() or (folder.is_dir() and any(folder.iterdir())):
        raise KeysExist
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    custody.create(plan.custody_file, folder / "custody.pub", plan.passphrase)
    signer.create(folder)
    queue_key.create(folder)
    log_keys.create(folder, plan.log_origin)
    seals.create(folder, plan.operator, at=at)
    _create_secret(folder)  # last: its presence says that all the others are there (check sceau.E003)


def _create_secret(folder: Path) -> None:
    """Django's own secret: signs form tokens and short messages between two pages."""
    keyfiles.create(folder / "secret.key", f"{random.token()}{random.token()}\n".encode(), mode=keyfiles.PRIVATE)

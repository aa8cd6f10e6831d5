"""The security journal a person reads: what happened to his account, when, from which device."""

from datetime import datetime, timedelta
from enum import StrEnum

from sceau.accounts.models import JournalEntry, Person

KEPT = timedelta(days=365)
KEPT_FOR_NOBODY = timedelta(days=1)


class Kind(StrEnum):
    """The door has the sentence."""

    SIGNED_UP = "signed-up"
    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    CODE_FAILED = "code-failed"
    SIGNED_OUT = "signed-out"
    NEW_DEVICE = "new-device"
    UNLOCKED = "unlocked"
    UNLOCK_FAILED = "unlock-failed"
    SESSION_ENDED = "session-ended"
    PASSWORD_CHANGED = "password-changed"
    RECOVERY_CODE_CHANGED = "recovery-code-changed"
    RECOVERY_ASKED = "recovery-asked"
    RECOVERY_FAILED = "recovery-failed"
    RECOVERY_WAITING = "recovery-waiting"
    RECOVERY_REFUSED = "recovery-refused"
    RECOVERY_RELEASED = "recovery-released"
    RECOVERY_DONE = "recovery-done"
    IDENTITY_CHANGED = "identity-changed"


def write(kind: Kind, person: Person | None, *, at: datetime, device: str = "") -> None:
    """Add a line. `person` None: a try on an address nobody has, forgotten after a day."""
    JournalEntry.objects.create(kind=kind, person=person, device=device, at=at)


def newest(person: Person, *, limit: int = 50) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(person=person).order_by("-at", "-id")[:limit])

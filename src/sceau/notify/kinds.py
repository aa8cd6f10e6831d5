"""What a notice can be about, and what each kind's context carries."""

from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    # The way in
    CODE = "code"
    SIGNUP = "signup"
    SIGNUP_KNOWN = "signup-known"
    WELCOME = "welcome"
    RECOVERY = "recovery"
    RECOVERY_UNKNOWN = "recovery-unknown"
    RECOVERY_WAITING = "recovery-waiting"
    RECOVERY_DONE = "recovery-done"
    NEW_DEVICE = "new-device"
    PASSWORD_CHANGED = "password-changed"
    # Envelopes
    RECEIVED = "received"
    SEALED = "sealed"
    OPENED = "opened"
    FAILED = "failed"
    EXPIRING = "expiring"
    DESTROYED = "destroyed"
    WITHDRAWN = "withdrawn"


# What each person may switch off; the other kinds guard the account and always leave.
SWITCHABLE = (Kind.RECEIVED, Kind.SEALED, Kind.OPENED, Kind.FAILED, Kind.EXPIRING, Kind.DESTROYED, Kind.WITHDRAWN)

# What a new account leaves off: its reader saw it on screen, was warned twice before, or has nothing left to do.
OFF_AT_FIRST = (Kind.SEALED, Kind.DESTROYED, Kind.WITHDRAWN)

# The exact keys of a context. `link` and `…_link` are addresses of this site; `…_ms` are moments (core.clock).
KEYS: dict[Kind, frozenset[str]] = {
    Kind.CODE: frozenset({"code", "minutes"}),
    Kind.SIGNUP: frozenset({"link", "hours"}),
    Kind.SIGNUP_KNOWN: frozenset({"link", "recovery_link"}),
    Kind.WELCOME: frozenset({"name", "link"}),
    Kind.RECOVERY: frozenset({"link", "minutes"}),
    Kind.RECOVERY_UNKNOWN: frozenset({"link"}),
    Kind.RECOVERY_WAITING: frozenset({"name", "link", "hours"}),
    Kind.RECOVERY_DONE: frozenset({"name", "link", "device"}),
    Kind.NEW_DEVICE: frozenset({"name", "device", "at_ms", "zone", "link"}),
    Kind.PASSWORD_CHANGED: frozenset({"name", "device", "at_ms", "zone", "link"}),
    Kind.RECEIVED: frozenset({"sender", "structure", "label", "documents", "until_ms", "link"}),
    Kind.SEALED: frozenset({"recipients", "documents", "sealed_ms", "link"}),
    Kind.OPENED: frozenset({"reader", "structure", "opened_ms", "link"}),
    Kind.FAILED: frozenset({"recipient", "structure", "link"}),
    Kind.EXPIRING: frozenset({"count", "until_ms", "link"}),
    Kind.DESTROYED: frozenset({"count", "link"}),
    Kind.WITHDRAWN: frozenset({"sender", "structure", "withdrawn_ms", "link"}),
}

_CODE_LIFE = timedelta(minutes=10)
_LIFE = timedelta(days=3)


def life(kind: str) -> timedelta:
    """How long the relay is asked again: an old code opens nothing any more."""
    return _CODE_LIFE if kind == Kind.CODE else _LIFE

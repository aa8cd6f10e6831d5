"""What can go wrong, as one family that knows neither HTTP, nor SMTP, nor French.

    Error
    ├── NotFound              absent and forbidden look the same
    ├── Refused               a rule said no; `code` names the rule
    │   ├── Malformed         bytes or text that are not what they claim to be
    │   ├── Unreadable        authentication of a ciphertext or signature failed, whatever the cause
    │   └── …                 each package adds its own rules beside the code that enforces them
    └── TryLater              nothing is wrong with the request; the system cannot do it now

Each door owns one table from these classes to its own answers. Rules that carry a value (a limit,
the name of a recipient) keep it in attributes for the door to show; it never enters `str(error)`,
because error texts reach logs.
"""


class Error(Exception):
    """Root of the family. `code` is stable: doors, tests and journals rely on it."""

    code = "error"

    def __str__(self) -> str:
        return self.code


class NotFound(Error):
    code = "not-found"


class Refused(Error):
    code = "refused"


class Malformed(Refused):
    code = "malformed"


class Unreadable(Refused):
    """One opaque answer for every cryptographic failure."""

    code = "unreadable"


class TryLater(Error):
    code = "try-later"


class ClockBehind(TryLater):
    """The clock stands before the newest checkpoint: no act may be dated (E9)."""

    code = "clock-behind"


class StorageFull(TryLater):
    code = "storage-full"


class Busy(TryLater):
    """The database is locked or out of reach."""

    code = "busy"


class Unconfirmed(TryLater):
    """The database went away while it committed: what was asked may have been done."""

    code = "unconfirmed"


class TooMany(TryLater):
    """A rate limit; `retry_after` seconds."""

    code = "too-many"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after

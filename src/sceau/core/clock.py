"""The wall clock, read by doors and workers and handed down as `at`: domain code never reads it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Now, in UTC, cut to the millisecond (the resolution evidence keeps)."""
    value = datetime.now(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def running(at: datetime) -> Callable[[], datetime]:
    """A clock that shows `at` now and goes on from there, whatever happens to the wall clock.

    For what takes long and dates several things: each when it happens, or the dates of one envelope would no longer
    follow the order of the log.
    """
    began = time.monotonic()
    return lambda: at + timedelta(milliseconds=int((time.monotonic() - began) * 1000))


def milliseconds(at: datetime) -> int:
    """Milliseconds since the Unix epoch; exact for values of `now()`."""
    return round(at.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)

"""The wall clock, read by doors and workers and handed down as `at`: domain code never reads it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Now, in UTC, cut to the millisecond (the resolution evidence keeps)."""
    value = datetime.now(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def milliseconds(at: datetime) -> int:
    """Milliseconds since the Unix epoch; exact for values of `now()`."""
    return round(at.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)

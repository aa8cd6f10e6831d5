"""The wall clock of a child process, moved: months pass in a second. Only doors and workers read it (core.clock)."""

from datetime import timedelta

from sceau.core import clock

_real = clock.now


def to(*, days: float) -> None:
    """So many days from the machine's own clock."""
    clock.now = lambda: _real() + timedelta(days=days)

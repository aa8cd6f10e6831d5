"""The wall clock, and one that goes on from a given moment."""

import time
from datetime import UTC, datetime, timedelta

from sceau.core import clock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_running_clock_begins_where_it_is_told_and_goes_on() -> None:
    now = clock.running(NOON)
    assert NOON <= now() < NOON + timedelta(seconds=5)
    time.sleep(0.02)
    assert now() >= NOON + timedelta(milliseconds=20)


def test_its_times_are_kept_to_the_millisecond_like_those_of_now() -> None:
    now = clock.running(NOON)
    time.sleep(0.0015)
    assert now().microsecond % 1000 == 0
    assert clock.from_milliseconds(clock.milliseconds(now())).microsecond % 1000 == 0

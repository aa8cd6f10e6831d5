from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from sceau.ui import dates

NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def near(at: datetime, *, zone: str = "Europe/Paris", language: str = "fr") -> str:
    with translation.override(language):
        return dates.when(at, now=NOW, zone=zone).text


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 22, 13, 2, tzinfo=UTC), "14:02"),
        (datetime(2026, 11, 21, 13, 2, tzinfo=UTC), "hier"),
        (datetime(2026, 11, 23, 13, 2, tzinfo=UTC), "demain"),
        (datetime(2026, 11, 19, 13, 2, tzinfo=UTC), "19 nov."),
        (datetime(2026, 2, 1, 13, 2, tzinfo=UTC), "1 fév."),
        (datetime(2025, 12, 24, 13, 2, tzinfo=UTC), "24/12/2025"),
        (datetime(2027, 2, 22, 13, 2, tzinfo=UTC), "22/02/2027"),
    ],
)
def test_a_date_is_relative_when_near(at: datetime, shown: str) -> None:
    assert near(at) == shown


def test_a_day_begins_at_midnight_where_the_reader_lives() -> None:
    late = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert near(late) == "hier"
    assert near(late, zone="Indian/Reunion") == "02:30"


def test_a_year_is_left_out_in_the_months_around_it() -> None:
    with translation.override("fr"):
        january = datetime(2027, 1, 10, 12, tzinfo=UTC)
        assert dates.when(datetime(2026, 12, 20, 12, tzinfo=UTC), now=january, zone="Europe/Paris").text == "20 déc."


def test_the_exact_time_stays_at_hand() -> None:
    with translation.override("fr"):
        when = dates.when(datetime(2026, 11, 22, 13, 1, 8, tzinfo=UTC), now=NOW, zone="Europe/Paris")
    assert when.exact == "22 novembre 2026 à 14:01:08"
    assert when.iso == "2026-11-22T14:01:08+01:00"


def test_english_speaks_english() -> None:
    assert near(datetime(2026, 11, 21, 13, 2, tzinfo=UTC), language="en") == "yesterday"
    assert near(datetime(2026, 11, 19, 13, 2, tzinfo=UTC), language="en") == "19 Nov"
    with translation.override("en"):
        assert dates.exact(NOW, zone="Europe/Paris") == "22 November 2026 at 14:30:00"


def test_days_and_clocks_are_words_for_sentences() -> None:
    with translation.override("fr"):
        assert dates.day(date(2026, 3, 1)) == "1 mars 2026"
        assert dates.clock(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), zone="Europe/Paris") == "14:05"

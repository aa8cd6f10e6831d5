"""Counts by week: the reader's own zone, one query, along an index."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sceau.envelopes import activity
from sceau.envelopes.models import Copy
from tests.envelopes.desk import place
from tests.people import Member, actor

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
Role, Folder = Copy.Role, Copy.Folder


def test_each_week_counts_what_was_sent_received_and_opened_within_a_day(claire: Member) -> None:
    place(claire, NOW - timedelta(days=2), Role.TO, Folder.RECEIVED, opened=timedelta(hours=24))
    place(claire, NOW - timedelta(days=2), Role.CC, Folder.FILED, opened=timedelta(hours=25))
    place(claire, NOW - timedelta(days=9), Role.TO, Folder.TRASH)
    place(claire, NOW - timedelta(days=1), Role.FROM, Folder.SENT, count=2)
    before, last, this = activity.weeks(by=actor(claire), days=14, at=NOW)
    assert (before.begins, this.begins) == (date(2026, 11, 2), date(2026, 11, 16))
    assert (last.received, last.prompt, last.sent) == (1, 0, 0)
    assert (this.received, this.prompt, this.sent) == (2, 1, 2)
    assert (before.received, before.sent) == (0, 0)


def test_imports_and_what_is_held_back_do_not_count(claire: Member) -> None:
    place(claire, NOW, Role.KEPT, Folder.FILED)
    place(claire, NOW, Role.TO, Folder.HELD)
    assert {(week.received, week.sent) for week in activity.weeks(by=actor(claire), days=30, at=NOW)} == {(0, 0)}


@pytest.mark.parametrize(("zone", "week"), [("Europe/Paris", 1), ("Pacific/Tahiti", 0)])
def test_a_week_begins_on_the_reader_s_own_monday(claire: Member, zone: str, week: int) -> None:
    """Sunday 23:30 in Greenwich is Monday in Paris, and still Sunday morning in Tahiti."""
    claire.person.zone = zone
    place(claire, datetime(2026, 11, 15, 23, 30, tzinfo=UTC), Role.TO, Folder.RECEIVED)
    assert activity.weeks(by=actor(claire), days=7, at=NOW)[week].received == 1


def test_somebody_else_s_envelopes_do_not_count(claire: Member, marc: Member) -> None:
    place(marc, NOW, Role.TO, Folder.RECEIVED)
    assert sum(week.received for week in activity.weeks(by=actor(claire), days=30, at=NOW)) == 0


def test_one_query_walks_an_index(claire: Member) -> None:
    by = actor(claire)
    place(claire, NOW, Role.TO, Folder.RECEIVED, count=300)
    with CaptureQueriesContext(connection) as asked:
        activity.weeks(by=by, days=365, at=NOW)
    assert len(asked) == 1
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # a small table is read faster whole
    plan = activity.counts(by=by, since=NOW - timedelta(days=30)).explain()
    assert "copy_list" in plan, plan

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from sceau.accounts import rates
from sceau.accounts.models import Rate
from sceau.core.errors import TooMany

AT = datetime(2026, 11, 22, 14, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def hit(whom: str = "claire@exemple.fr", *, what: str = "login", limit: int = 3, at: datetime = AT) -> None:
    rates.hit(what, whom, limit=limit, window=MINUTE, at=at)


@pytest.mark.django_db
def test_it_lets_the_limit_through_and_says_how_long_to_wait() -> None:
    for _ in range(3):
        hit()
    with pytest.raises(TooMany) as caught:
        hit()
    assert caught.value.retry_after == 30


@pytest.mark.django_db
def test_the_next_window_begins_afresh() -> None:
    hit(limit=1)
    hit(limit=1, at=AT + timedelta(seconds=30))


@pytest.mark.django_db
def test_each_person_and_each_act_has_its_own_count() -> None:
    hit(limit=1)
    hit("bruno@exemple.fr", limit=1)
    hit(what="recovery", limit=1)


@pytest.mark.django_db
def test_the_table_does_not_tell_whom_it_counts() -> None:
    hit()
    row = Rate.objects.get()
    assert b"claire" not in bytes(row.id)
    assert row.expires_at == AT + timedelta(seconds=30)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_are_counted_one_by_one() -> None:
    start = threading.Barrier(10)

    def ten(_: int) -> int:
        start.wait()
        try:
            return sum(passed() for _ in range(10))
        finally:
            connection.close()

    def passed() -> bool:
        try:
            hit(limit=7)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(ten, range(10))) == 7


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_ipv6_subscriber_counts_as_one(address: str, network: str) -> None:
    assert rates.network(address) == network

"""How often something may happen: counters in fixed windows, in the database, shared by every process.

Fixed windows let through at most twice the limit around a border; limits are chosen with that in mind. Rows are
named by an HMAC, so that the table tells neither addresses nor networks.

Call outside the act's own transaction: an attempt that is refused later must stay counted.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F

from sceau.accounts import hashing
from sceau.accounts.models import Rate
from sceau.core import clock
from sceau.core.errors import TooMany


def hit(what: str, whom: str, *, limit: int, window: timedelta, at: datetime) -> None:
    """Count one occurrence of `what` by `whom`. Raises TooMany, with the seconds until the window ends."""
    row = _row(what, whom, window=window, at=at)
    Rate.objects.bulk_create([row], ignore_conflicts=True)
    # Two processes may pass the line above together; the database lets `limit` of them past the next.
    if not Rate.objects.filter(id=row.id, count__lt=limit).update(count=F("count") + 1):
        raise _too_many(row, at)


def hit_different(what: str, whom: str, things: Iterable[str], *, limit: int, window: timedelta, at: datetime) -> None:
    """Count those of `things` that `whom` did not come with before in this window.

    Raises TooMany when there were more than `limit`, and from then on whatever `things` are, none too.
    """
    counter = _row(what, whom, window=window, at=at)
    marks = {bytes(row.id): row for row in (_row(what, whom, thing, window=window, at=at) for thing in things)}
    kept = Rate.objects.filter(id__in=[counter.id, *marks]).values_list("id", "count")
    counts = {bytes(id): count for id, count in kept}
    new = [row for id, row in marks.items() if id not in counts]
    if counts.get(bytes(counter.id), 0) > limit or (new and _add(counter, new) > limit):
        raise _too_many(counter, at)


def _add(counter: Rate, new: list[Rate]) -> int:
    """How many there are now. Counted first: of requests at once, each sees itself, and no more than `limit` pass."""
    Rate.objects.bulk_create([counter], ignore_conflicts=True)
    Rate.objects.filter(id=counter.id).update(count=F("count") + len(new))
    Rate.objects.bulk_create(new, ignore_conflicts=True)
    return Rate.objects.get(id=counter.id).count


def _row(what: str, *whom: str, window: timedelta, at: datetime) -> Rate:
    seconds = int(window.total_seconds())
    number, elapsed = divmod(clock.milliseconds(at) // 1000, seconds)
    parts = (what.encode(), *(part.encode() for part in whom), f"{seconds}/{number}".encode())
    return Rate(id=hashing.keyed("rate", *parts), expires_at=at + timedelta(seconds=seconds - elapsed))


def _too_many(row: Rate, at: datetime) -> TooMany:
    return TooMany(int((row.expires_at - at).total_seconds()))


def network(address: str) -> str:
    """What counts as one network: an IPv4 address, an IPv6 /64 (one subscriber can pick any address of it)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

"""How often something may happen: counters in fixed windows, in the database, shared by every process.

Fixed windows let through at most twice the limit around a border; limits are chosen with that in mind. Rows are
named by an HMAC, so that the table tells neither addresses nor networks.

Call outside the act's own transaction: an attempt that is refused later must stay counted.
"""

import ipaddress
from datetime import datetime, timedelta

from django.db.models import F

from sceau.accounts import hashing
from sceau.accounts.models import Rate
from sceau.core import clock
from sceau.core.errors import TooMany


def hit(what: str, whom: str, *, limit: int, window: timedelta, at: datetime) -> None:
    """Count one occurrence of `what` by `whom`. Raises TooMany, with the seconds until the window ends."""
    seconds = int(window.total_seconds())
    number, elapsed = divmod(clock.milliseconds(at) // 1000, seconds)
    key = hashing.keyed("rate", what.encode(), whom.encode(), f"{seconds}/{number}".encode())
    remaining = seconds - elapsed
    row = Rate(id=key, expires_at=at + timedelta(seconds=remaining))
    Rate.objects.bulk_create([row], ignore_conflicts=True)
    # Two processes may pass the line above together; the database lets `limit` of them past the next.
    if not Rate.objects.filter(id=key, count__lt=limit).update(count=F("count") + 1):
        raise TooMany(remaining)


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

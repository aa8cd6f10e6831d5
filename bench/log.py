"""The evidence log: how fast it takes events, and what a million leaves cost."""

import statistics
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from bench import meters
from bench.results import Result
from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.evidence import checks, integrator, keys, log, origins
from sceau.evidence.events import Event
from sceau.evidence.log import Fact
from sceau.evidence.models import Checkpoint, Evidence, Log, LogEntry, Pending
from sceau.evidence.note import Checkpoint as Head
from sceau.evidence.shelf import Shelf
from sceau.evidence.tiles import Edge

_EVENTS = 20_000
_LEAVES = 1_000_000


def evidence(_claire: Actor, _marc: Actor, *, database: str) -> Result:
    """Events that were recorded already: numbered, written as tiles, signed, published."""
    _integrate()
    for _ in range(_EVENTS // 500):
        with transaction.atomic():
            log.record(*[Fact(Event.CONTENT_CONSIGNMENT)] * 500, at=clock.now())
    elapsed = meters.seconds(_integrate)
    return Result("evidence", _EVENTS / elapsed, "1/s", "asked, integrated", 2000)


def million(_claire: Actor, _marc: Actor, *, database: str) -> Iterator[Result]:
    """Inclusion proofs and the start-up check of a log with a million leaves."""
    _integrate()
    newest = _grow_to(_LEAVES)
    rows = [LogEntry.objects.get(log=newest.log, index=index).evidence for index in range(7, _LEAVES, _LEAVES // 40)]
    middle = statistics.median(meters.seconds(partial(log.prove, [row])) for row in rows)
    yield Result("inclusion_proof", middle * 1000, "ms", "asked at most, a million leaves", 5, better="less")
    start = meters.best(checks.at_start)
    yield Result("startup_check", start, "s", "asked at most, a million leaves", 2, better="less")


def _integrate() -> None:
    while integrator.step(at=clock.now()) or Pending.objects.exists():
        pass


def _grow_to(size: int) -> Checkpoint:
    """Rows by SQL, then tiles and a signed checkpoint by the integrator's own functions."""
    at = clock.now()
    current: Log = origins.current(at=at)
    first = origins.next_index(current)
    _insert(current, first, size)
    newest = origins.newest(current)
    edge = integrator.read_edge(Shelf(current.origin), current, newest) if newest else Edge()
    integrator.write(current, edge, size)
    head = Head(current.origin, edge.size, edge.root())
    note = keys.signer().sign(head)
    Shelf(current.origin).publish(note)
    return Checkpoint.objects.create(log=current, size=size, root=head.root, note=note, at=at)


def _insert(current: Log, first: int, size: int) -> None:
    evidence, entry = Evidence._meta.db_table, LogEntry._meta.db_table
    at = clock.milliseconds(clock.now())
    if connection.vendor == "sqlite":
        numbers = "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s)"
        id, salt, source = "lower(hex(randomblob(16)))", "randomblob(32)", "n"
    else:
        numbers = "WITH n(i) AS (SELECT generate_series(%s, %s - 1))"
        id, salt, source = "gen_random_uuid()", "sha256(random()::text::bytea)", "n"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{numbers} INSERT INTO {evidence} (id, event, at_ms, salt) SELECT {id}, 11, {at}, {salt} FROM {source}",
            [first, size],
        )
        cursor.execute(
            f'INSERT INTO {entry} (log_id, "index", evidence_id)'
            f" SELECT %s, %s - 1 + row_number() OVER (), e.id FROM {evidence} e"
            f" WHERE NOT EXISTS (SELECT 1 FROM {entry} l WHERE l.evidence_id = e.id)",
            [current.origin, first],
        )

"""From recorded to published: number, write tiles, sign (E2, E7).

One leader does it, in steps that can stop at any line and be done again by anybody:

1. *sequence*: pending evidence gets the next indexes, in one transaction;
2. *integrate*: the new leaves are written as tiles and entry bundles; the same rows give the same octets;
3. *sign*: a checkpoint is inserted if the size it grew from is still the newest;
4. *publish*: its note is written beside the tiles.

Until 3 commits, no signature has left this process. After it, the database answers for 4.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from sceau.core import ids
from sceau.core.errors import Malformed, NotFound
from sceau.core.failpoints import failpoint
from sceau.evidence import keys, leader, origins, tiles, tree
from sceau.evidence.faults import LogDamaged
from sceau.evidence.leader import Deposed
from sceau.evidence.models import Checkpoint, Evidence, Log, LogEntry, Pending
from sceau.evidence.note import Checkpoint as Head
from sceau.evidence.shelf import Shelf
from sceau.evidence.tiles import Edge, Tile

_BATCH = 900  # rows a statement: SQLite's writer lock is held for a few tens of milliseconds
_BATCHES = 8  # a step: then what is numbered gets published
_CHUNK = 4096  # rows in memory


class Integrator:
    """One process' claim to lead. `step` is called every second or so by its only thread."""

    def __init__(self, holder: UUID | None = None) -> None:
        self.holder = holder or ids.new()
        self._settled = ""  # the origin whose kept state was compared since this process leads

    def step(self, *, at: datetime) -> int:
        """Publish what was recorded; how many events that was. 0 when another leads or nothing is new.

        Raises LogAhead, LogForked, LogDamaged: an operator must look. Raises TryLater when the store or the
        database is out of reach; the next step begins again.
        """
        if not leader.hold(self.holder, at=at):
            self._settled = ""
            return 0
        try:
            log = origins.current(at=at)
            if self._settled != log.origin:
                settle(log)
                self._settled = log.origin
            if not _has_grown(log):
                return 0
            origins.compare(Shelf(log.origin), log)  # before anything is numbered after a restored database
            _sequence(log)
            return _publish(log, self.holder, at=at)
        except Deposed:
            self._settled = ""
            return 0


def step(*, at: datetime) -> int:
    """`Integrator.step` of this process."""
    return _of_process(os.getpid()).step(at=at)


def settle(log: Log) -> None:
    """Compare what is kept beside the tiles with the database; finish what a crash left (E7).

    Raises LogAhead, LogForked, LogDamaged.
    """
    shelf, newest = Shelf(log.origin), origins.newest(log)
    kept = origins.require_not_ahead(shelf, log)
    if newest is None:
        return
    if kept is None or kept.size < newest.size:
        shelf.publish(newest.note)
    before = Checkpoint.objects.filter(log=log, size__lt=newest.size).order_by("-size").first()
    _drop_partials(shelf, before.size if before else 0, newest.size)


def tidy(*, at: datetime) -> int:
    """Forget partial tiles that a leader wrote while it was being deposed, or that a crash left; how many.

    They hold the right octets and do no harm: nobody reads them once the tile is full. `at` is the routine's.
    """
    newest = [(log, origins.newest(log)) for log in origins.everyone()]
    return sum(Shelf(log.origin).drop_stale_partials(last.size) for log, last in newest if last)


def write(log: Log, edge: Edge, upto: int) -> None:
    """The rows edge.size … upto−1 as bundles and tiles; the edge ends at `upto`.

    Raises LogForked when other octets were there, LogDamaged when a row is missing.
    """
    shelf = Shelf(log.origin)
    entries = shelf.entries(edge.size // tiles.WIDTH, edge.size) if edge.size % tiles.WIDTH else []
    for start in range(edge.size, upto, _CHUNK):
        for leaf in leaves(log, start, min(start + _CHUNK, upto)):
            entries.append(leaf)
            if len(entries) == tiles.WIDTH:
                shelf.keep(Tile(None, edge.size // tiles.WIDTH), tiles.bundle(entries))
                entries = []
            for tile, data in edge.append(tree.leaf_hash(leaf)):
                shelf.keep(tile, data)
    if entries:
        shelf.keep(tiles.at_size(None, edge.size // tiles.WIDTH, edge.size), tiles.bundle(entries))
    failpoint("integrate.bundles-kept")
    for tile, data in edge.partial():
        shelf.keep(tile, data)


def _has_grown(log: Log) -> bool:
    if Pending.objects.exists():
        return True
    newest = origins.newest(log)
    return origins.next_index(log) > (newest.size if newest else 0)


def _sequence(log: Log) -> None:
    """Give pending evidence the next indexes. Raises Deposed when somebody else did."""
    for _ in range(_BATCHES):
        try:
            with transaction.atomic():
                count = _sequence_batch(log)
        except IntegrityError as error:  # the indexes or the evidence were numbered meanwhile
            raise Deposed from error
        failpoint("integrate.sequenced")
        if count < _BATCH:
            return


def _sequence_batch(log: Log) -> int:
    waiting = list(Pending.objects.order_by("pk").values_list("pk", flat=True)[:_BATCH])
    first = origins.next_index(log)
    LogEntry.objects.bulk_create(
        LogEntry(log=log, index=index, evidence_id=evidence) for index, evidence in enumerate(waiting, first)
    )
    if Pending.objects.filter(pk__in=waiting).delete()[0] != len(waiting):
        raise Deposed
    return len(waiting)


def _publish(log: Log, holder: UUID, *, at: datetime) -> int:
    newest = origins.newest(log)
    before, upto = (newest.size if newest else 0), origins.next_index(log)
    if upto == before:
        return 0
    shelf = Shelf(log.origin)
    edge = read_edge(shelf, log, newest)
    write(log, edge, upto)
    failpoint("integrate.tiles-kept")
    head = Head(log.origin, edge.size, edge.root())
    note = keys.signer().sign(head)
    _insert(log, head, note, before, holder, at=at)
    failpoint("integrate.checkpoint-inserted")
    _announce(shelf, log, note)
    failpoint("integrate.note-put")
    _drop_partials(shelf, before, edge.size)
    failpoint("integrate.partials-dropped")
    return upto - before


def read_edge(shelf: Shelf, log: Log, newest: Checkpoint | None) -> Edge:
    """The right edge of the newest signed tree, from its tiles. Raises LogDamaged when they are not that tree's."""
    if newest is None:
        return Edge()
    try:
        edge = shelf.reader(newest.size).edge()
    except (NotFound, Malformed) as error:
        raise LogDamaged(log.origin, "tiles") from error
    if edge.root() != bytes(newest.root):
        raise LogDamaged(log.origin, "tiles")
    return edge


def leaves(log: Log, start: int, end: int) -> Iterator[bytes]:
    """The leaves of the rows start … end−1. Raises LogDamaged when one is missing."""
    rows = Evidence.objects.filter(entry__log=log, entry__index__gte=start, entry__index__lt=end)
    found = [row.leaf() for row in rows.order_by("entry__index")]
    if len(found) != end - start:
        raise LogDamaged(log.origin, f"rows {start} to {end - 1}")
    yield from found


def _insert(log: Log, head: Head, note: str, before: int, holder: UUID, *, at: datetime) -> None:
    """Compare and set: only onto the checkpoint that the tree was grown from. Raises Deposed."""
    try:
        with transaction.atomic():
            leader.confirm(holder)
            newest = origins.newest(log)
            if (newest.size if newest else 0) != before:
                raise Deposed
            Checkpoint.objects.create(log=log, size=head.size, root=head.root, note=note, at=_not_before(at))
    except IntegrityError as error:
        raise Deposed from error


def _not_before(at: datetime) -> datetime:
    """The time kept with a checkpoint never goes back: acts dated before it stay refused (E9)."""
    latest = Checkpoint.objects.order_by("-id").values_list("at", flat=True).first()
    return at if latest is None else max(at, latest)


def _announce(shelf: Shelf, log: Log, note: str) -> None:
    """Write the note; if we slept meanwhile and another published more, write the newer one again."""
    while True:
        shelf.publish(note)
        newest = origins.newest(log)
        if newest is None or newest.note == note:
            return
        note = newest.note


def _drop_partials(shelf: Shelf, before: int, now: int) -> None:
    """Forget the partial tiles of a tree of `before` leaves that are full in one of `now`."""
    for level in (None, 0, 1, 2, 3, 4, 5, 6):
        span = tiles.WIDTH ** ((level or 0) + 1)
        if now < span:
            return
        if before // span < now // span:
            shelf.drop_partials(Tile(level, before // span))


_integrators: dict[int, Integrator] = {}


def _of_process(pid: int) -> Integrator:
    """A forked child must not believe that it holds its parent's lease."""
    return _integrators.setdefault(pid, Integrator())

"""Is the log what was signed? Quickly at each start, fully each night and by `sceau verify-log` (E8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sceau.core.errors import Malformed, NotFound, Refused
from sceau.evidence import integrator, keys, note, origins, tiles, tree
from sceau.evidence.faults import LogAhead, LogDamaged, LogFault, LogForked
from sceau.evidence.models import Checkpoint, Evidence, Log, Pending
from sceau.evidence.note import Checkpoint as Head
from sceau.evidence.shelf import Shelf
from sceau.evidence.tiles import Edge, Reader, Tile

_LAST_ROWS = 1000
_CHUNK = 16 * tiles.WIDTH


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at in one origin; `lost` rows went with a restored database and are named in the next one."""

    origin: str
    entries: int
    checkpoints: int
    lost: int
    at: datetime


def at_start() -> None:
    """The newest signature, the right edge, the last 1,000 rows; at most two seconds at a million leaves.

    Raises LogAhead, LogForked, LogDamaged. A log that has not begun is fine.
    """
    log = Log.objects.filter(closed_at=None).order_by("-opened_at", "-origin").first()
    # A database older than the log itself has no row for it, and must still be told that tiles are ahead.
    log = log or Log(origin=keys.origin())
    shelf, newest = Shelf(log.origin), origins.newest(log)
    origins.require_not_ahead(shelf, log)
    if newest is None:
        return
    _require_signed(log, newest)
    integrator.read_edge(shelf, log, newest)
    _require_rows(log, newest, shelf.reader(newest.size))


def fully(*, at: datetime) -> list[Report]:
    """Every origin: every row, every tile, every checkpoint. Minutes for millions of rows.

    Looks at all of them, then raises the first LogFault found.
    """
    reports, faults = [], []
    for log in origins.everyone():
        try:
            reports.append(examine(log, at=at))
        except LogFault as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    _require_no_stray_evidence()
    return reports


def examine(log: Log, *, at: datetime) -> Report:
    """One origin, rebuilt leaf by leaf: each tile must be the one that is kept, each checkpoint the one signed.

    That each checkpoint is a prefix of the next follows: all are roots of one growing tree. Raises LogFault.
    """
    shelf, newest = Shelf(log.origin), origins.newest(log)
    if log.closed_at is None:
        origins.require_not_ahead(shelf, log)
    size = newest.size if newest else 0
    edge, count = Edge(), 0
    for checkpoint in _checkpoints(log, size):
        _grow(log, shelf, edge, checkpoint.size, size)
        _require_signed(log, checkpoint)
        if edge.root() != bytes(checkpoint.root):
            raise LogDamaged(log.origin, f"checkpoint {checkpoint.size}")
        count += 1
    for tile, data in edge.partial():
        _require_tile(log, shelf, tile, data)
    lost = 0 if log.lost_from is None else size - log.lost_from
    return Report(log.origin, size, count, lost, at)


def require_contains(text: str) -> Head:
    """Is this checkpoint, kept by somebody since it was published, still a part of the log?

    Raises LogAhead when the log has fewer leaves, LogForked when it has another tree, LogDamaged; NotFound for an
    origin that is not ours; Refused when the note is not signed by the log.
    """
    head = note.open(text, keys.verifiers())
    log = Log.objects.filter(origin=head.origin).first()
    if log is None:
        raise NotFound
    newest = origins.newest(log)
    if newest is None or head.size > newest.size:
        raise LogAhead(log.origin, f"checkpoint {head.size}")
    reader = Shelf(log.origin).reader(newest.size)
    with _damage_told(log, "tiles"):
        same = tree.root(head.size, reader.node) == head.root
    if not same:
        raise LogForked(log.origin, f"checkpoint {head.size}")
    return head


def _checkpoints(log: Log, size: int) -> Iterator[Checkpoint]:
    """Those that there were when the check began: an integrator may go on meanwhile."""
    return Checkpoint.objects.filter(log=log, size__lte=size).order_by("size").iterator(chunk_size=1000)


def _grow(log: Log, shelf: Shelf, edge: Edge, upto: int, size: int) -> None:
    """Add the rows edge.size … upto−1, comparing rows with bundles and full tiles with those that are kept."""
    while edge.size < upto:
        start, end = edge.size, min(edge.size + _CHUNK, upto)
        kept = _bundled(log, shelf, start, end, size)
        rows = _rows(log, start, end)
        if kept[: len(rows)] != rows:
            first = next(i for i, (one, other) in enumerate(zip(kept, rows, strict=False)) if one != other)
            raise LogDamaged(log.origin, f"row {start + first}")
        for leaf in kept:
            for tile, data in edge.append(tree.leaf_hash(leaf)):
                _require_tile(log, shelf, tile, data)


def _rows(log: Log, start: int, end: int) -> list[bytes]:
    """Their leaves, as far as the database still has them."""
    end = end if log.lost_from is None else max(start, min(end, log.lost_from))
    return list(integrator.leaves(log, start, end))


def _bundled(log: Log, shelf: Shelf, start: int, end: int, size: int) -> list[bytes]:
    first = start // tiles.WIDTH
    found: list[bytes] = []
    for number in range(first, -(-end // tiles.WIDTH)):
        with _damage_told(log, Tile(None, number).path):
            found += shelf.entries(number, size)
    return found[start - first * tiles.WIDTH : end - first * tiles.WIDTH]


def _require_tile(log: Log, shelf: Shelf, tile: Tile, data: bytes) -> None:
    with _damage_told(log, tile.path):
        try:
            kept = shelf.fetch(tile)
        except NotFound:  # a partial tile may go once the full one exists
            kept = shelf.fetch(tile.full)[: len(data)]
        if kept != data:
            raise LogDamaged(log.origin, tile.path)


def _require_signed(log: Log, checkpoint: Checkpoint) -> None:
    """The row says what its note says, and the log's key signed it."""
    with _damage_told(log, f"checkpoint {checkpoint.size}"):
        if note.open(checkpoint.note, keys.verifiers()) != Head(log.origin, checkpoint.size, bytes(checkpoint.root)):
            raise Malformed


def _require_rows(log: Log, newest: Checkpoint, reader: Reader) -> None:
    """The last rows have the leaves that were signed."""
    end = newest.size if log.lost_from is None else log.lost_from
    start = max(0, end - _LAST_ROWS)
    for number in range(start // tiles.WIDTH, -(-end // tiles.WIDTH)):
        with _damage_told(log, Tile(0, number).path):
            _require_rows_of(log, newest, reader, number, start, end)


def _require_rows_of(log: Log, newest: Checkpoint, reader: Reader, number: int, start: int, end: int) -> None:
    base = number * tiles.WIDTH
    hashes = reader.hashes(0, number)
    # Folding the path of one leaf goes through every hash of its tile: one proof vouches for them all.
    tree.verify_inclusion(hashes[0], base, newest.size, reader.inclusion(base), bytes(newest.root))
    first, last = max(start, base), min(end, base + tiles.WIDTH)
    for index, leaf in enumerate(integrator.leaves(log, first, last), first):
        if tree.leaf_hash(leaf) != hashes[index - base]:
            raise LogDamaged(log.origin, f"row {index}")


def _require_no_stray_evidence() -> None:
    """All evidence is numbered or waits for its number."""
    stray = Evidence.objects.filter(entry__isnull=True).exclude(id__in=Pending.objects.values("evidence"))
    if found := stray.order_by("id").first():
        raise LogDamaged("", f"evidence {found.id}")


@contextmanager
def _damage_told(log: Log, where: str) -> Iterator[None]:
    """What is missing, cannot be read or was not signed is damage at this place."""
    try:
        yield
    except (NotFound, Refused) as error:
        raise LogDamaged(log.origin, where) from error

"""The log's files built anew from its rows, by RFC 6962's own words: what is kept must be these octets."""

from collections.abc import Iterator

from sceau import blobs
from sceau.evidence import origins
from sceau.evidence.models import Checkpoint, Log, LogEntry
from sceau.evidence.shelf import Shelf
from sceau.evidence.tiles import Tile
from tests.evidence import oracle

_WIDTH = 256


def differences() -> list[str]:
    """Names of files that are missing, of other octets than the rows give, or of no use any more."""
    return sorted(name for log in origins.everyone() for name in _differences(log))


def _differences(log: Log) -> Iterator[str]:
    leaves = _leaves(log)
    folder = f"{Shelf(log.origin)._folder}/"
    kept = {name.removeprefix(folder): data for name, data in _files(folder).items()}
    newest = Checkpoint.objects.filter(log=log).order_by("-size").first()
    if newest and (newest.size, bytes(newest.root)) != (len(leaves), oracle.mth(leaves)):
        yield f"{log.origin}: the newest checkpoint is not the tree of all {len(leaves)} rows"
    if kept.pop("checkpoint", None) != (newest.note.encode() if newest else None):
        yield f"{log.origin}: checkpoint"
    needed = {tile.path: data for tile, data in _tree(leaves)}
    for path in {*needed, *kept}:
        if path not in kept or kept[path] != (needed.get(path) or _earlier(path, leaves)):
            yield f"{log.origin}: {path}"


def _earlier(path: str, leaves: list[bytes]) -> bytes | None:
    """What a partial tile held when the tree was smaller; None once its place is full, for then it is of no use."""
    _, level, rest = path.split("/", 2)
    place, partial, width = rest.partition(".p/")
    number = int(place.replace("x", "").replace("/", ""))
    entries = leaves[number * _WIDTH : (number + 1) * _WIDTH] if level == "entries" else leaves
    full = len(leaves) >> 8 * (0 if level == "entries" else int(level)) >= (number + 1) * _WIDTH
    if not partial or full:
        return None
    return _bundle(entries[: int(width)]) if level == "entries" else oracle.tile(int(level), number, int(width), leaves)


def _tree(leaves: list[bytes]) -> Iterator[tuple[Tile, bytes]]:
    """Every tile and bundle that a tree of these leaves has."""
    for number in range(-(-len(leaves) // _WIDTH)):
        entries = leaves[number * _WIDTH : (number + 1) * _WIDTH]
        yield Tile(None, number, len(entries)), _bundle(entries)
    level = 0
    while hashes := len(leaves) >> 8 * level:
        for number in range(-(-hashes // _WIDTH)):
            width = min(_WIDTH, hashes - number * _WIDTH)
            yield Tile(level, number, width), oracle.tile(level, number, width, leaves)
        level += 1


def _bundle(entries: list[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _leaves(log: Log) -> list[bytes]:
    entries = LogEntry.objects.filter(log=log).order_by("index").select_related("evidence")
    assert [entry.index for entry in entries] == list(range(len(entries)))
    return [entry.evidence.leaf() for entry in entries]


def _files(folder: str) -> dict[str, bytes]:
    store, files = blobs.store(), {}
    for entry in store.names(folder):
        with store.open(entry.name) as file:
            files[entry.name] = file.read()
    return files

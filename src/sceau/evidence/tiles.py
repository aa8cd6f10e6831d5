"""The tree as files: c2sp.org/tlog-tiles. Pure; the caller reads and writes.

A tile holds up to 256 hashes: leaf hashes at level 0, roots of full tiles of the level below above it. An entry
bundle holds the entries themselves. The same leaves always give the same octets, whoever writes them, however often.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sceau.core.errors import Malformed, NotFound
from sceau.evidence import tree

WIDTH = 256
_BITS = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: level None is the bundle of entries beside the tile of level 0."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """`tile/0/x001/x234/067`, `tile/entries/000.p/17`."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number(self.number)}{partial}"

    @property
    def full(self) -> "Tile":
        return Tile(self.level, self.number)

    def is_full_in(self, size: int) -> bool:
        """Does a tree of `size` leaves have all that this place can hold?"""
        return size >> _BITS * (self.level or 0) >= (self.number + 1) * WIDTH


Fetch = Callable[[Tile], bytes]  # raises NotFound


def _number(value: int) -> str:
    text = f"{value % 1000:03d}"
    while value := value // 1000:
        text = f"x{value % 1000:03d}/{text}"
    return text


def parse(path: str) -> Tile:
    """The tile of a `Tile.path`. Raises Malformed."""
    place, _, width = path.partition(".p/")
    try:
        _tile, level, *digits = place.split("/")
        number = int("".join(part.removeprefix("x") for part in digits))
        found = Tile(None if level == "entries" else int(level), number, int(width or WIDTH))
    except ValueError as error:
        raise Malformed from error
    if found.path != path:
        raise Malformed
    return found


def at_size(level: int | None, number: int, size: int) -> Tile:
    """The tile as a tree of `size` leaves has it. Raises ValueError when it is empty there."""
    hashes = size >> _BITS * (level or 0)
    width = min(hashes - number * WIDTH, WIDTH)
    if width <= 0:
        raise ValueError("the tree has no such tile")
    return Tile(level, number, width)


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: two octets of length before each entry of at most 65,535 octets."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries(data: bytes) -> list[bytes]:
    """What `bundle` joined. Raises Malformed."""
    found = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise Malformed
        found.append(data[at + 2 : end])
        at = end
    return found


def hashes(tile: Tile, data: bytes) -> list[bytes]:
    """The hashes of a tile. Raises Malformed for a wrong length."""
    if len(data) != tile.width * tree.HASH_SIZE:
        raise Malformed
    return [data[at : at + tree.HASH_SIZE] for at in range(0, len(data), tree.HASH_SIZE)]


class Reader:
    """A tree of one size, seen through its tiles; each tile is fetched once and kept.

    Every method raises NotFound for a tile that is missing and Malformed for one of a wrong length. Nothing is
    verified here: compare `root()` with a signed one.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = size
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def hashes(self, level: int, number: int) -> list[bytes]:
        key = level, number
        if key not in self._tiles:
            self._tiles[key] = self._read(at_size(level, number, self.size))
        return self._tiles[key]

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2^level leaves (tree.Nodes)."""
        tile_level, inner = divmod(level, _BITS)
        first = index << inner
        row = self.hashes(tile_level, first // WIDTH)
        at = first % WIDTH
        return tree.fold(row[at : at + (1 << inner)])

    def root(self) -> bytes:
        return tree.root(self.size, self.node)

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        return tree.inclusion(index, self.size, self.node)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        return tree.consistency(old, self.size, self.node)

    def edge(self) -> "Edge":
        """What is needed to grow the tree: its partial tiles, one a level at most."""
        edge = Edge()
        edge.size = self.size
        for level in range(edge.height()):
            count = self.size >> _BITS * level
            edge.levels.append(list(self.hashes(level, count // WIDTH)) if count % WIDTH else [])
        return edge

    def _read(self, tile: Tile) -> list[bytes]:
        try:
            return hashes(tile, self._fetch(tile))
        except NotFound:  # a partial tile may go once the full one exists
            if tile.width == WIDTH:
                raise
            return hashes(tile.full, self._fetch(tile.full))[: tile.width]


class Edge:
    """The right edge of a growing tree: what no full tile holds yet."""

    def __init__(self) -> None:
        self.size = 0
        self.levels: list[list[bytes]] = []

    def height(self) -> int:
        """How many levels of tiles a tree of this size has."""
        return max(0, -(-self.size.bit_length() // _BITS))

    def append(self, leaf: bytes) -> Iterator[tuple[Tile, bytes]]:
        """Add one leaf hash; the tiles it completes, lowest level first."""
        self.size += 1
        hash, level, number = leaf, 0, (self.size - 1) // WIDTH
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            row.append(hash)
            if len(row) < WIDTH:
                return
            yield Tile(level, number), b"".join(row)
            hash = tree.fold(row)
            row.clear()
            level, number = level + 1, number // WIDTH

    def partial(self) -> Iterator[tuple[Tile, bytes]]:
        """The tiles that a checkpoint of this size needs and that are not full."""
        for level, row in enumerate(self.levels):
            if row:
                yield at_size(level, (self.size >> _BITS * level) // WIDTH, self.size), b"".join(row)

    def root(self) -> bytes:
        """The root of the tree, from the edge alone."""
        computed = b""
        for row in self.levels:
            rest = len(row)
            while rest:  # complete subtrees within the tile, the smallest and rightmost first
                step = rest & -rest
                subtree = tree.fold(row[rest - step : rest])
                computed = tree.node_hash(subtree, computed) if computed else subtree
                rest -= step
        return computed or tree.EMPTY_ROOT

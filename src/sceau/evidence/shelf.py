"""Where a log's tiles, entry bundles and newest checkpoint stand in the blob store.

What has a name never changes: a second writer, or the same one after a crash, must bring the same octets.
"""

import hashlib
import re

from sceau import blobs
from sceau.core.errors import Malformed, NotFound
from sceau.evidence import tiles
from sceau.evidence.faults import LogForked
from sceau.evidence.tiles import Reader, Tile


class Shelf:
    """`log/<origin>/…` of one origin, laid out as c2sp.org/tlog-tiles wants it served."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._folder = f"log/{_slug(origin)}"
        self._store = blobs.store()

    def fetch(self, tile: Tile) -> bytes:
        """Raises NotFound."""
        return self._read(tile.path)

    def reader(self, size: int) -> Reader:
        return Reader(size, self.fetch)

    def entries(self, number: int, size: int) -> list[bytes]:
        """The entries of one bundle, as a tree of `size` leaves has it. Raises NotFound, Malformed."""
        tile = tiles.at_size(None, number, size)
        try:
            found = tiles.entries(self.fetch(tile))
        except NotFound:  # a partial bundle may go once the full one exists
            found = tiles.entries(self.fetch(tile.full))[: tile.width]
        if len(found) != tile.width:
            raise Malformed
        return found

    def keep(self, tile: Tile, data: bytes) -> None:
        """Durable when it returns. Raises LogForked when other octets have this name."""
        try:
            if self.fetch(tile) != data:
                raise LogForked(self.origin, tile.path)
        except NotFound:
            self._store.put(f"{self._folder}/{tile.path}", [data])

    def checkpoint(self) -> str | None:
        """The newest published note that was kept here."""
        try:
            return self._read("checkpoint").decode()
        except NotFound:
            return None
        except UnicodeDecodeError as error:
            raise Malformed from error

    def publish(self, note: str) -> None:
        self._store.put(f"{self._folder}/checkpoint", [note.encode()])

    def reaches_beyond(self, size: int) -> bool:
        """Does a tile hold a leaf that a tree of `size` leaves has not?"""
        number, width = divmod(size, tiles.WIDTH)
        full = f"{self._folder}/{Tile(0, number).path}"
        for entry in self._store.names(full):
            rest = entry.name.removeprefix(full)
            if not rest or (rest.startswith(".p/") and int(rest[3:]) > width):
                return True
        return False

    def drop_partials(self, tile: Tile) -> None:
        """Forget the partial versions of a tile that is full now."""
        for entry in list(self._store.names(f"{self._folder}/{tile.full.path}.p/")):
            self._store.delete(entry.name)

    def drop_stale_partials(self, size: int) -> int:
        """Forget every partial tile that is full in a tree of `size` leaves; how many. Lists the whole origin."""
        folder = f"{self._folder}/"
        names = [entry.name for entry in self._store.names(f"{folder}tile/") if ".p/" in entry.name]
        stale = [name for name in names if tiles.parse(name.removeprefix(folder)).is_full_in(size)]
        for name in stale:
            self._store.delete(name)
        return len(stale)

    def _read(self, path: str) -> bytes:
        with self._store.open(f"{self._folder}/{path}") as file:
            return file.read()


def _slug(origin: str) -> str:
    """A folder name of its own for each origin, still readable."""
    readable = re.sub(r"[^0-9a-z.-]+", "_", origin.lower()).strip("._-")[:80]
    return f"{readable}-{hashlib.sha256(origin.encode()).hexdigest()[:8]}"

"""Tiles against the example and the formula of c2sp.org/tlog-tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed, NotFound
from sceau.evidence import tiles, tree
from sceau.evidence.tiles import Edge, Reader, Tile
from tests.evidence import oracle


class Shelf:
    """Tiles kept in memory, as a log's writer leaves them at given sizes."""

    def __init__(self, entries: list[bytes], *sizes: int) -> None:
        self.kept: dict[str, bytes] = {}
        edge = Edge()
        for size in sizes:
            for entry in entries[edge.size : size]:
                self.keep(edge.append(tree.leaf_hash(entry)))
            self.keep(edge.partial())
        self.edge = edge

    def keep(self, written: "tiles.Iterable[tuple[Tile, bytes]]") -> None:
        for tile, data in written:
            assert self.kept.setdefault(tile.path, data) == data, "a tile changed"

    def fetch(self, tile: Tile) -> bytes:
        if tile.path not in self.kept:
            raise NotFound
        return self.kept[tile.path]


def some(count: int) -> list[bytes]:
    return [i.to_bytes(4, "big") for i in range(count)]


def test_the_example_of_the_standard() -> None:
    shelf = Shelf(some(70_000), 70_000)
    assert {f"tile/0/{i:03d}" for i in range(273)} | {
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    } == set(shelf.kept)


def test_a_tree_of_256_has_one_full_tile_and_one_of_width_one() -> None:
    assert set(Shelf(some(256), 256).kept) == {"tile/0/000", "tile/1/000.p/1"}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 0, 1), "tile/63/000.p/1"),
        (Tile(0, 1000, 255), "tile/0/x001/000.p/255"),
        (Tile(None, 7), "tile/entries/007"),
        (Tile(None, 999_999, 3), "tile/entries/x999/999.p/3"),
    ],
)
def test_paths_are_groups_of_three_digits(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse(path) == tile


@pytest.mark.parametrize(
    "path", ["", "tile", "tile/0/", "tile/0/1", "tile/0/0001", "tile/a/001", "tile/0/001.p/", "tile/0/001.p/256.p/1"]
)
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        tiles.parse(path)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537])
def test_tiles_hold_what_the_formula_says(size: int) -> None:
    entries = some(size)
    shelf = Shelf(entries, size)
    for path, data in shelf.kept.items():
        level, number = int(path.split("/")[1]), int(path.split("/")[2][:3])
        assert data == oracle.tile(level, number, len(data) // 32, entries)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 300, 512, 65_536, 65_537, 66_000])
def test_roots_and_proofs_come_from_tiles_alone(size: int) -> None:
    entries = some(size)
    shelf = Shelf(entries, size)
    root = oracle.mth(entries)
    reader = Reader(size, shelf.fetch)
    assert reader.root() == root == shelf.edge.root()
    for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        tree.verify_inclusion(tree.leaf_hash(entries[index]), index, size, reader.inclusion(index), root)
    for old in {1, 2, size // 2, size - 1, size} & set(range(1, size + 1)):
        tree.verify_consistency(old, size, oracle.mth(entries[:old]), root, reader.consistency(old))


@given(st.lists(st.integers(1, 1200), min_size=1, max_size=6).map(sorted))
def test_tiles_do_not_depend_on_how_often_somebody_signed(sizes: list[int]) -> None:
    """Writers that stopped at different sizes leave the same octets under the same names (E7)."""
    entries = some(sizes[-1])
    often, once = Shelf(entries, *sizes), Shelf(entries, sizes[-1])
    assert once.kept.items() <= often.kept.items()
    assert often.edge.root() == once.edge.root() == Reader(sizes[-1], often.fetch).root()


@given(st.integers(0, 1300), st.integers(1, 600))
def test_the_edge_read_from_tiles_grows_like_the_one_in_memory(size: int, more: int) -> None:
    entries = some(size + more)
    shelf = Shelf(entries, size)
    resumed = Reader(size, shelf.fetch).edge()
    assert (resumed.size, resumed.root()) == (size, oracle.mth(entries[:size]))
    for entry in entries[size:]:
        again, first = list(resumed.append(tree.leaf_hash(entry))), list(shelf.edge.append(tree.leaf_hash(entry)))
        assert again == first
    assert list(resumed.partial()) == list(shelf.edge.partial())
    assert resumed.root() == oracle.mth(entries)


def test_a_partial_tile_may_go_once_the_full_one_exists() -> None:
    entries = some(300)
    shelf = Shelf(entries, 200, 300)
    del shelf.kept["tile/0/000.p/200"]
    assert Reader(200, shelf.fetch).root() == oracle.mth(entries[:200])


def test_a_missing_or_short_tile_is_said() -> None:
    shelf = Shelf(some(300), 300)
    short = shelf.kept["tile/0/001.p/44"][:-1]
    shelf.kept["tile/0/001.p/44"] = short
    with pytest.raises(Malformed):
        Reader(300, shelf.fetch).root()
    del shelf.kept["tile/0/001.p/44"]
    with pytest.raises(NotFound):
        Reader(300, shelf.fetch).root()


def test_empty_tiles_do_not_exist() -> None:
    for level, number, size in [(0, 0, 0), (0, 1, 256), (1, 0, 255), (None, 1, 256)]:
        with pytest.raises(ValueError, match="no such tile"):
            tiles.at_size(level, number, size)


@given(st.lists(st.binary(max_size=70), max_size=256))
def test_bundles_come_apart_as_they_were_joined(entries: list[bytes]) -> None:
    assert tiles.entries(tiles.bundle(entries)) == entries


@given(st.binary(max_size=200))
def test_a_bundle_is_whole_or_malformed(data: bytes) -> None:
    try:
        entries = tiles.entries(data)
    except Malformed:
        return
    assert tiles.bundle(entries) == data


def test_an_entry_has_a_largest_size() -> None:
    assert len(tiles.bundle([bytes(65_535)])) == 65_537
    with pytest.raises(OverflowError):
        tiles.bundle([bytes(65_536)])

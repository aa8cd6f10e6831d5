"""What every blob store promises: one class, run against each implementation (see `sceau/blobs/port.py`)."""

import os
import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sceau.blobs import content_name
from sceau.blobs.port import BlobStore
from sceau.core.errors import Malformed, NotFound

MEBIBYTE = 2**20
NAME = "blobs/ab/abcdef0123456789abcdef0123456789"


class Unfinished(RuntimeError):
    """The source of a blob broke."""


def pieces(size: int, step: int = 65_541) -> Iterator[bytes]:
    """`size` octets that never repeat within a store's parts, made as they are asked for."""
    noise = random.Random(size).randbytes(step)
    for start in range(0, size, step):
        yield (start.to_bytes(8, "big") + noise)[: min(step, size - start)]


class BlobContract:
    """Subclasses bring a `store` fixture, empty at the start of each test."""

    @pytest.mark.parametrize("size", [0, 1, 10_000, 65_536, 6 * MEBIBYTE, 6 * MEBIBYTE + 1, 20 * MEBIBYTE])
    def test_what_was_put_comes_back_whole(self, store: BlobStore, size: int) -> None:
        store.put(NAME, pieces(size))
        with store.open(NAME) as file:
            assert file.read() == b"".join(pieces(size))
            assert file.read() == b""

    def test_empty_and_uneven_chunks_are_joined(self, store: BlobStore) -> None:
        store.put(NAME, [b"", b"a", b"", b"bc", bytes(3), b""])
        with store.open(NAME) as file:
            assert file.read() == b"abc\0\0\0"

    def test_a_reader_finds_any_place(self, store: BlobStore) -> None:
        content = b"".join(pieces(3 * MEBIBYTE))
        store.put(NAME, [content])
        chance = random.Random(7)
        with store.open(NAME) as file:
            for _ in range(40):
                start, count = chance.randrange(len(content) + 10), chance.choice([0, 1, 100, 65_536, 400_000])
                assert file.seek(start) == start
                assert file.read(count) == content[start : start + count]
                assert file.tell() == min(start + count, len(content)) or start > len(content)

    def test_a_reader_knows_its_end(self, store: BlobStore) -> None:
        store.put(NAME, pieces(100_000))
        with store.open(NAME) as file:
            assert file.seek(0, os.SEEK_END) == 100_000
            assert file.seek(-10, os.SEEK_CUR) == 99_990
            assert len(file.read()) == 10
            assert file.seekable()
            assert file.readable()
            with pytest.raises((ValueError, OSError)):
                file.seek(-1)

    def test_what_was_never_put_is_not_found(self, store: BlobStore) -> None:
        store.put(NAME, [b"x"])
        for name in ("blobs/ab/ab", "blobs/ab", "blobs", f"{NAME}/x", "absent"):
            with pytest.raises(NotFound):
                store.open(name)

    def test_a_second_put_replaces_the_first(self, store: BlobStore) -> None:
        store.put(NAME, pieces(9 * MEBIBYTE))
        store.put(NAME, [b"second"])
        with store.open(NAME) as file:
            assert file.read() == b"second"

    def test_a_deleted_blob_is_gone_and_may_be_deleted_again(self, store: BlobStore) -> None:
        store.put(NAME, [b"x"])
        store.delete(NAME)
        store.delete(NAME)
        store.delete("never/put")
        with pytest.raises(NotFound):
            store.open(NAME)
        assert list(store.names("")) == []

    @pytest.mark.parametrize("size", [0, 100_000, 9 * MEBIBYTE])
    def test_a_put_that_fails_keeps_nothing(self, store: BlobStore, size: int) -> None:
        def broken() -> Iterator[bytes]:
            yield from pieces(size)
            raise Unfinished

        with pytest.raises(Unfinished):
            store.put(NAME, broken())
        with pytest.raises(NotFound):
            store.open(NAME)
        assert list(store.names("")) == []
        assert store.sweep(before=datetime.now(UTC) + timedelta(days=1)) == 0

    def test_a_put_that_fails_leaves_what_was_there(self, store: BlobStore) -> None:
        def broken() -> Iterator[bytes]:
            yield from pieces(9 * MEBIBYTE)
            raise Unfinished

        store.put(NAME, [b"first"])
        with pytest.raises(Unfinished):
            store.put(NAME, broken())
        with store.open(NAME) as file:
            assert file.read() == b"first"

    def test_names_are_listed_by_prefix_with_size_and_time(self, store: BlobStore) -> None:
        start = datetime.now(UTC) - timedelta(seconds=2)
        sizes = {content_name(f"{n:032x}"): n for n in range(1, 13)} | {"log/tile/0/000": 5, "log/checkpoint": 6}
        for name, size in sizes.items():
            store.put(name, [bytes(size)])
        assert {entry.name: entry.size for entry in store.names("")} == sizes
        assert {entry.name for entry in store.names("log/")} == {"log/tile/0/000", "log/checkpoint"}
        assert {entry.name for entry in store.names("log/t")} == {"log/tile/0/000"}
        assert list(store.names("nothing/")) == []
        assert list(store.names("log/tile/0/0000")) == []
        assert all(start <= entry.modified <= start + timedelta(minutes=5) for entry in store.names(""))

    @pytest.mark.parametrize(
        "name",
        [
            *("", "/", "/etc/passwd", "a/", "a//b", "..", "a/../b", "../a", ".tmp-x", "a/.b"),
            *("A", "é", "a b", "a\n", "a\0b", "a\\b", "%2e%2e/a", "a" * 201, "/".join(["a" * 100] * 6)),
        ],
    )
    def test_a_name_that_is_not_ours_is_refused(self, store: BlobStore, name: str) -> None:
        with pytest.raises(Malformed):
            store.put(name, [b"x"])
        with pytest.raises(Malformed):
            store.open(name)
        with pytest.raises(Malformed):
            store.delete(name)

    @pytest.mark.parametrize("prefix", ["../", "/", "a/../", "A", ".tmp"])
    def test_a_prefix_that_is_not_ours_is_refused(self, store: BlobStore, prefix: str) -> None:
        with pytest.raises(Malformed):
            list(store.names(prefix))

    def test_names_may_be_deleted_while_they_are_listed(self, store: BlobStore) -> None:
        for n in range(30):
            store.put(content_name(f"{n:02x}{n:030x}"), [b"x"])
        for entry in store.names("blobs/"):
            store.delete(entry.name)
        assert list(store.names("")) == []


class BoundedMemory:
    """For stores that are not memory themselves."""

    def test_memory_stays_bounded_while_40_megabytes_pass(self, store: BlobStore) -> None:
        store.put(NAME, pieces(7 * MEBIBYTE))  # warms up what libraries keep
        tracemalloc.start()
        try:
            store.put(NAME, pieces(40 * MEBIBYTE))
            with store.open(NAME) as file:
                while file.read(65_536):
                    pass
            assert tracemalloc.get_traced_memory()[1] < 16 * MEBIBYTE
        finally:
            tracemalloc.stop()

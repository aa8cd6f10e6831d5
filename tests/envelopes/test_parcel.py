"""ZIPs whose octets are known beforehand: the same ones from any place on, read back by Python and Info-ZIP."""

import io
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.envelopes.parcel import Item, Parcel
from tests import parts

AT = datetime(2026, 11, 22, 15, 4, 6, tzinfo=timezone(timedelta(hours=1)))


def item(name: str, *pieces: bytes, folder: tuple[str, ...] = ()) -> Item:
    whole = b"".join(pieces)
    return Item(name, folder, AT, len(whole), zlib.crc32(whole), lambda: pieces)


def octets(parcel: Parcel, start: int = 0) -> bytes:
    return b"".join(parcel.chunks(start))


@given(st.lists(st.tuples(st.text(max_size=30), st.lists(st.binary(max_size=60), max_size=3)), max_size=5), st.data())
def test_it_is_what_it_announced_and_the_same_from_anywhere(
    documents: list[tuple[str, list[bytes]]], data: st.DataObject
) -> None:
    parcel = Parcel(item(name, *pieces) for name, pieces in documents)
    whole = octets(parcel)
    assert len(whole) == parcel.size
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert [archive.read(info) for info in archive.infolist()] == [b"".join(pieces) for _, pieces in documents]
    start = data.draw(st.integers(0, parcel.size))
    assert octets(parcel, start) == whole[start:]


def test_what_lies_wholly_before_is_not_read_again() -> None:
    read = []

    def chunks(name: str) -> Iterator[bytes]:
        read.append(name)
        yield b"12345"

    items = [Item(name, (), AT, 5, zlib.crc32(b"12345"), lambda name=name: chunks(name)) for name in "abc"]
    parcel = Parcel(items)
    first = (30 + 1 + 5) * 2 + 31 + 2
    assert octets(parcel, first).startswith(b"345")
    assert read == ["c"]


def test_names_stay_in_their_folders_and_say_when(tmp_path: Path) -> None:
    parcel = Parcel(
        [
            item("../été.eml", b"1", folder=("Dossiers", "a/b")),
            item("../été.eml", b"2", folder=("Dossiers", "a/b")),
            item("vide.eml", folder=("..",)),
        ]
    )
    with zipfile.ZipFile(io.BytesIO(octets(parcel))) as archive:
        assert archive.namelist() == ["Dossiers/a_b/_été.eml", "Dossiers/a_b/_été (2).eml", "document/vide.eml"]
        assert archive.infolist()[0].date_time == (2026, 11, 22, 15, 4, 6)
    (tmp_path / "a.zip").write_bytes(octets(parcel))
    tested = subprocess.run(
        [parts.need_program("unzip"), "-t", "a.zip"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout


def test_another_content_has_another_tag() -> None:
    tags = {Parcel([item("a", b"1")]).tag, Parcel([item("a", b"2")]).tag, Parcel([item("b", b"1")]).tag}
    assert len(tags) == 3
    assert Parcel([item("a", b"1")]).tag in tags


def test_what_no_parcel_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="too much"):
        Parcel([Item("a", (), datetime(2026, 1, 1, tzinfo=UTC), 2**32, 0, list)])

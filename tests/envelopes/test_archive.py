"""ZIPs read back by Python and by Info-ZIP, and names that mean harm."""

import io
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.envelopes import archive
from sceau.envelopes.archive import Entry
from sceau.envelopes.names import is_one_line
from tests import parts

AT = datetime(2026, 11, 22, 15, 4, 6, tzinfo=timezone(timedelta(hours=1)))
MEBIBYTE = 2**20


def packed(*entries: Entry) -> bytes:
    return b"".join(archive.write(entries))


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def names(*given_names: str, folder: str = "") -> list[str]:
    return opened(packed(*(Entry(name, AT, [b"x"], folder=folder) for name in given_names))).namelist()


@given(st.lists(st.tuples(st.text(max_size=40), st.lists(st.binary(max_size=100), max_size=4)), max_size=6))
def test_python_reads_back_what_went_in(documents: list[tuple[str, list[bytes]]]) -> None:
    found = opened(packed(*(Entry(name, AT, chunks) for name, chunks in documents)))
    assert found.testzip() is None
    assert [found.read(info) for info in found.infolist()] == [b"".join(chunks) for _, chunks in documents]
    assert len({info.filename.casefold() for info in found.infolist()}) == len(documents)


def test_info_zip_reads_it(tmp_path: Path) -> None:
    data = packed(
        Entry("Résultats d’été.pdf", AT, [b"%PDF", bytes(100_000)]),
        Entry("vide.txt", AT, []),
        Entry("cr.pdf", AT, [b"x"], folder="2026-11-22 Compte rendu"),
    )
    unzip = parts.need_program("unzip")
    (tmp_path / "a.zip").write_bytes(data)
    tested = subprocess.run([unzip, "-t", "a.zip"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout
    assert "No errors detected" in tested.stdout
    subprocess.run([unzip, "-q", "a.zip"], cwd=tmp_path, check=True, env={"LC_ALL": "C.UTF-8"})
    assert (tmp_path / "Résultats d’été.pdf").stat().st_size == 100_004
    assert (tmp_path / "2026-11-22 Compte rendu" / "cr.pdf").read_bytes() == b"x"


def test_an_empty_archive_is_one() -> None:
    assert opened(packed()).namelist() == []


def test_dates_are_kept_as_the_reader_sees_them_within_what_zip_can_say() -> None:
    found = opened(
        packed(
            Entry("a", AT, []),
            Entry("b", datetime(1970, 1, 1, tzinfo=UTC), []),
            Entry("c", datetime(2200, 1, 1, tzinfo=UTC), []),
        )
    )
    assert [info.date_time for info in found.infolist()] == [
        (2026, 11, 22, 15, 4, 6),
        (1980, 1, 1, 0, 0, 0),
        (2107, 12, 31, 23, 59, 58),
    ]


@pytest.mark.attack(19)
@pytest.mark.parametrize(
    "name", ["../../a", "/etc/passwd", "C:\\a", "..", "a/../../b", "\\\\host\\share", "a\0b", "con"]
)
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    (shown,) = names(name)
    assert "/" not in shown
    assert "\\" not in shown
    assert Path(tmp_path / shown).resolve().parent == tmp_path.resolve()
    (nested,) = names(name, folder=name)
    assert Path(tmp_path / nested).resolve().parent.parent == tmp_path.resolve()


@pytest.mark.attack(14)
def test_no_name_hides_its_kind() -> None:
    assert names("ordonnance\u202efdp.exe", "cr.pdf" + " " * 100 + ".exe") == ["ordonnancefdp.exe", "cr.pdf .exe"]
    assert all(map(is_one_line, names("a\u200b.pdf", "b\r\n.pdf")))


def test_doubles_get_a_number_even_where_case_does_not_count() -> None:
    assert names("cr.pdf", "CR.PDF", "cr.pdf", "cr (2).pdf", "notes", "notes", "é", "e\u0301") == [
        *("cr.pdf", "CR (2).PDF", "cr (3).pdf", "cr (2) (2).pdf", "notes", "notes (2)", "é", "é (2)")
    ]


def test_the_same_name_may_stand_in_two_folders() -> None:
    found = opened(packed(Entry("cr.pdf", AT, [], folder="un"), Entry("cr.pdf", AT, [], folder="deux")))
    assert found.namelist() == ["un/cr.pdf", "deux/cr.pdf"]


def test_it_streams_in_bounded_memory() -> None:
    chunk = bytes(65_536)

    def documents() -> Iterator[Entry]:
        for number in range(4):
            yield Entry(f"{number}.pdf", AT, (chunk for _ in range(160)))

    stream = archive.write(documents())
    assert next(stream).endswith(chunk)
    tracemalloc.start()
    try:
        assert sum(map(len, stream)) > 40_000_000
        assert tracemalloc.get_traced_memory()[1] < MEBIBYTE
    finally:
        tracemalloc.stop()


def test_a_document_that_breaks_off_breaks_the_archive_off() -> None:
    def broken() -> Iterable[bytes]:
        yield b"x" * 100
        raise ConnectionError

    stream = archive.write([Entry("a", AT, broken())])
    said = next(stream)
    with pytest.raises(ConnectionError):
        next(stream)
    with pytest.raises(zipfile.BadZipFile):
        opened(said + b"".join(stream))

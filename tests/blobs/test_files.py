"""The contract, and what the file store promises about disks: order, power cuts, full disks, leftovers."""

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sceau import blobs
from sceau.blobs.files import Files
from sceau.blobs.port import BlobStore
from sceau.core.errors import NotFound, StorageFull
from tests import parts
from tests.blobs.contract import NAME, BlobContract, BoundedMemory
from tests.blobs.unsynced import Luck, PowerCut, UnsyncedFiles, calls_of

OLD, NEW = [b"old " * 100], [b"new " * 30_000, b"and " * 30_000]
DAY = timedelta(days=1)


class TestFiles(BlobContract, BoundedMemory):
    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobStore:
        return Files(tmp_path / "store")


def content(store: BlobStore, name: str = NAME) -> bytes | None:
    try:
        with store.open(name) as file:
            return file.read()
    except NotFound:
        return None


@pytest.mark.attack(38)
@pytest.mark.parametrize("luck", Luck)
class TestPowerCut:
    def test_what_was_acknowledged_survives(self, tmp_path: Path, luck: Luck) -> None:
        store = UnsyncedFiles(tmp_path)
        store.put(NAME, NEW)
        assert content(store.power_cut(luck)) == b"".join(NEW)

    def test_at_every_call_it_leaves_nothing_or_the_whole(self, tmp_path: Path, luck: Luck) -> None:
        (tmp_path / "count").mkdir()
        calls = calls_of(tmp_path / "count", NAME, NEW)
        seen = set()
        for cut in range(len(calls)):
            disk = tmp_path / str(cut)
            disk.mkdir()
            store = UnsyncedFiles(disk, cut_before=cut)
            with pytest.raises(PowerCut):
                store.put(NAME, NEW)
            seen.add(content(store.power_cut(luck)))
        assert seen - {b"".join(NEW)} == {None}
        assert len(calls) > 10  # three folders, the file, their syncs

    def test_at_every_call_of_a_replacement_it_leaves_the_old_or_the_new(self, tmp_path: Path, luck: Luck) -> None:
        cut, replaced = 0, False
        while not replaced:
            disk = tmp_path / str(cut)
            disk.mkdir()
            store = UnsyncedFiles(disk)
            store.put(NAME, OLD)
            store.disk.cut_before = len(store.disk.calls) + cut
            with suppress(PowerCut):
                store.put(NAME, NEW)
                replaced = True
            kept = content(store.power_cut(luck))
            assert kept == b"".join(NEW) if replaced else kept in (b"".join(OLD), b"".join(NEW))
            cut += 1
        assert cut > 6

    def test_a_folder_that_another_process_made_is_settled_too(self, tmp_path: Path, luck: Luck) -> None:
        store = UnsyncedFiles(tmp_path)
        for folder in ("store", "store/blobs", "store/blobs/ab"):
            store.disk.mkdir(tmp_path / folder)  # made, not synced: its process is still busy
        store.put(NAME, NEW)
        assert content(store.power_cut(luck)) == b"".join(NEW)

    def test_a_deleted_blob_does_not_come_back(self, tmp_path: Path, luck: Luck) -> None:
        store = UnsyncedFiles(tmp_path)
        store.put(NAME, NEW)
        store.delete(NAME)
        assert content(store.power_cut(luck)) is None

    def test_leftovers_are_not_blobs_and_go_after_a_day(self, tmp_path: Path, luck: Luck) -> None:
        (tmp_path / "count").mkdir()
        calls = calls_of(tmp_path / "count", NAME, NEW)
        shutil.rmtree(tmp_path / "count")
        store = UnsyncedFiles(tmp_path, cut_before=calls.index("rename"))
        with pytest.raises(PowerCut):
            store.put(NAME, NEW)
        after = store.power_cut(luck)
        left = len(leftovers(tmp_path / "store"))
        assert left == (0 if luck is Luck.NOTHING else 1)
        assert list(after.names("")) == []
        assert after.sweep(before=datetime.now(UTC) - DAY) == 0
        assert after.sweep(before=datetime.now(UTC) + DAY) == left
        assert leftovers(tmp_path) == []


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob(".tmp-*"))


class TestOrder:
    def test_each_parent_is_synced_once_a_process(self, tmp_path: Path) -> None:
        store = UnsyncedFiles(tmp_path)
        store.put(NAME, [b"x"])
        before = len(store.disk.calls)
        store.put(f"{NAME[:-1]}0", [b"x"])
        assert store.disk.calls[before:] == ["open", "write", "fsync", "rename", "open", "fsync"]

    @pytest.mark.attack(38)
    def test_the_kernel_sees_file_sync_rename_folder_sync(self, tmp_path: Path) -> None:
        trace = tmp_path / "trace"
        code = (
            "import os, sys; from pathlib import Path; from sceau.blobs.files import Files;"
            f"Files(Path(sys.argv[1])).put('{NAME}', [b'x' * 70_000]); os.write(1, b'sealed')"
        )
        strace = [
            parts.need_program("strace"),
            "-f",
            "-y",
            "-o",
            str(trace),
            "-e",
            "trace=fsync,rename,renameat,renameat2,write,mkdir",
        ]
        subprocess.run(
            [*strace, sys.executable, "-c", code, str(tmp_path / "store")],
            check=True,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        steps = [step for line in trace.read_text().splitlines() if (step := _step(line, tmp_path))]
        assert steps == [
            "mkdir store", "fsync .",
            "mkdir store/blobs", "fsync store",
            "mkdir store/blobs/ab", "fsync store/blobs",
            "write TMP", "fsync TMP",
            f"rename store/{NAME}",
            "fsync store/blobs/ab",
            "answer",
        ]  # fmt: skip


def _step(line: str, root: Path) -> str | None:
    """One traced call in a word, paths below root; None for the interpreter's own business."""
    if re.search(r"write\(1<", line):
        return "answer"
    call = re.search(rf'(\w+)\(.*["<]{re.escape(str(root))}/?([^">]*)[">]', line)
    if call is None or call[2] == "trace":
        return None
    path = "TMP" if "/.tmp-" in call[2] else call[2] or "."
    return f"{call[1].removesuffix('at2').removesuffix('at')} {path}"


class Failing:
    """`os`, but one call fails with a given error number."""

    def __init__(self, call: str, number: int, *, skip: int = 0) -> None:
        self._call, self._number, self._skip = call, number, skip

    def __getattr__(self, name: str) -> object:
        if name != self._call:
            return getattr(os, name)
        return self._fail

    def _fail(self, *arguments: object) -> object:
        self._skip -= 1
        if self._skip < 0:
            raise OSError(self._number, os.strerror(self._number))
        return getattr(os, self._call)(*arguments)


class TestFullDisk:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    @pytest.mark.parametrize(("call", "skip"), [("mkdir", 0), ("write", 1), ("fsync", 3), ("rename", 0)])
    def test_it_says_so_and_leaves_no_trace(self, tmp_path: Path, call: str, skip: int, number: int) -> None:
        store = Files(tmp_path / "store", Failing(call, number, skip=skip))  # type: ignore[arg-type]  # stands for os
        with pytest.raises(StorageFull):
            store.put(NAME, NEW)
        assert leftovers(tmp_path) == []
        assert content(store) is None

    def test_another_error_is_not_disguised(self, tmp_path: Path) -> None:
        store = Files(tmp_path / "store", Failing("write", errno.EIO))  # type: ignore[arg-type]  # stands for os
        with pytest.raises(OSError, match="Input/output"):
            store.put(NAME, NEW)
        assert leftovers(tmp_path) == []

    def test_a_disk_that_takes_a_part_of_a_write_is_asked_again(self, tmp_path: Path) -> None:
        class Stingy(Failing):
            def __getattr__(self, name: str) -> object:
                if name == "write":
                    return lambda descriptor, data: os.write(descriptor, data[:1000])
                return getattr(os, name)

        store = Files(tmp_path / "store", Stingy("", 0))  # type: ignore[arg-type]  # stands for os
        store.put(NAME, NEW)
        assert content(store) == b"".join(NEW)

    def test_a_really_full_disk(self, small_disk: Path) -> None:
        store = Files(small_disk / "store")
        store.put("blobs/aa/first", [bytes(100_000)])
        with pytest.raises(StorageFull):
            store.put(NAME, (bytes(100_000) for _ in range(20)))
        assert leftovers(small_disk) == []
        assert content(store, "blobs/aa/first") == bytes(100_000)
        store.put(NAME, [bytes(100_000)])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    parts.need("a really full disk", "" if mounted else "the right to mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


class TestFolder:
    def test_only_the_service_may_read_it(self, tmp_path: Path) -> None:
        Files(tmp_path / "store").put(NAME, [b"x"])
        modes = {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "store").rglob("*") if path.is_dir()}
        assert modes == {"0o700"}
        assert (tmp_path / "store" / NAME).stat().st_mode & 0o777 == 0o600

    def test_a_missing_data_folder_is_not_made_up(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            Files(tmp_path / "unmounted" / "store").put(NAME, [b"x"])
        assert not (tmp_path / "unmounted").exists()

    def test_an_open_reader_keeps_what_it_opened(self, tmp_path: Path) -> None:
        store = Files(tmp_path / "store")
        store.put(NAME, OLD)
        with store.open(NAME) as file:
            store.put(NAME, NEW)
            store.delete(NAME)
            assert file.read() == b"".join(OLD)


class TestSettings:
    def test_the_store_is_one_a_process(self) -> None:
        assert blobs.store() is blobs.store()

    def test_a_content_name_fans_out_by_its_first_octet(self) -> None:
        assert blobs.content_name("abcdef0123456789abcdef0123456789") == NAME

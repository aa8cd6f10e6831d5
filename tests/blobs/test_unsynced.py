"""The double itself: a disk that kept too much would let every crash test pass."""

import os
from pathlib import Path

import pytest

from tests.blobs.unsynced import Luck, PowerCut, Unsynced


def write(disk: Unsynced, path: Path, *, sync: bool) -> None:
    descriptor = disk.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    disk.write(descriptor, memoryview(b"content"))
    if sync:
        disk.fsync(descriptor)
    disk.close(descriptor)


def sync_folder(disk: Unsynced, path: Path) -> None:
    descriptor = disk.open(path, os.O_RDONLY)
    disk.fsync(descriptor)
    disk.close(descriptor)


@pytest.mark.parametrize(
    ("file_synced", "folder_synced", "luck", "kept"),
    [
        (True, True, Luck.NOTHING, b"content"),
        (True, False, Luck.NOTHING, None),
        (False, True, Luck.NOTHING, b""),
        (True, False, Luck.NAMES, b"content"),
        (False, False, Luck.NAMES, b""),
        (False, False, Luck.ALL, b"content"),
    ],
)
def test_a_file_needs_its_own_sync_and_its_folders(
    tmp_path: Path, file_synced: bool, folder_synced: bool, luck: Luck, kept: bytes | None
) -> None:
    disk = Unsynced(tmp_path)
    write(disk, tmp_path / "a", sync=file_synced)
    if folder_synced:
        sync_folder(disk, tmp_path)
    disk.power_cut(luck)
    assert ((tmp_path / "a").read_bytes() if (tmp_path / "a").exists() else None) == kept


def test_a_rename_is_lost_without_a_sync_of_the_folder(tmp_path: Path) -> None:
    disk = Unsynced(tmp_path)
    write(disk, tmp_path / "a", sync=True)
    sync_folder(disk, tmp_path)
    disk.rename(tmp_path / "a", tmp_path / "b")
    disk.power_cut()
    assert [child.name for child in tmp_path.iterdir()] == ["a"]


def test_a_folder_is_lost_with_what_it_holds_unless_its_parent_was_synced(tmp_path: Path) -> None:
    disk = Unsynced(tmp_path)
    disk.mkdir(tmp_path / "folder")
    write(disk, tmp_path / "folder" / "a", sync=True)
    sync_folder(disk, tmp_path / "folder")
    disk.power_cut()
    assert list(tmp_path.iterdir()) == []


def test_an_unlink_is_undone_without_a_sync(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    disk = Unsynced(tmp_path)
    disk.unlink(tmp_path / "a")
    disk.power_cut()
    assert (tmp_path / "a").read_bytes() == b"old"


def test_the_power_goes_at_the_call_it_is_told(tmp_path: Path) -> None:
    disk = Unsynced(tmp_path, cut_before=1)
    with pytest.raises(PowerCut):
        write(disk, tmp_path / "a", sync=True)
    assert disk.calls == ["open"]

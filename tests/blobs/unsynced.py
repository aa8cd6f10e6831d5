"""A disk that forgets what was not synced: `power_cut` puts back only what an honest disk must have kept.

It stands in for `os` (see `sceau.blobs.files.System`): each call is carried out for real below `root`, and
beside it the double remembers, per file, the content of its last fsync and, per folder, its entries at its
last fsync. The promises are POSIX's own: a file's fsync keeps its content, not its name; a name is kept by the
fsync of its folder. Three kinds of luck: what was not synced is lost (NOTHING), names reached the disk but content
did not (NAMES: the zero-length files of delayed allocation), all had reached it (ALL: a mere `kill -9`).

`cut_before` numbers the call at which the power goes: that call and all later ones raise PowerCut.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from sceau.blobs.files import Files


class PowerCut(BaseException):
    """Not an Exception: nobody handles the loss of power."""


class Luck(Enum):
    NOTHING = "nothing unsynced survived"
    NAMES = "names survived, unsynced content did not"
    ALL = "everything survived"


@dataclass(eq=False)
class _File:
    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


@dataclass(eq=False)
class _Folder:
    entries: "dict[str, _File | _Folder]" = field(default_factory=dict)
    synced: "dict[str, _File | _Folder]" = field(default_factory=dict)


class Unsynced:
    """One disk, used by one process at a time. `calls` tells how often it was asked to do something."""

    def __init__(self, root: Path, *, cut_before: int | None = None) -> None:
        self.calls: list[str] = []
        self.cut_before = cut_before
        self._root = root
        self._tree = _read(root)  # what is there at the start is taken as durable
        self._open: dict[int, _File | _Folder] = {}

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        self._count("open")
        descriptor = os.open(path, flags, mode)
        if flags & os.O_CREAT:
            self._folder(path.parent).entries[path.name] = _File()
        self._open[descriptor] = self._find(path)
        return descriptor

    def write(self, descriptor: int, data: memoryview) -> int:
        self._count("write")
        written = os.write(descriptor, data)
        file = self._open[descriptor]
        assert isinstance(file, _File)
        file.content += data[:written]
        return written

    def fsync(self, descriptor: int) -> None:
        self._count("fsync")
        node = self._open[descriptor]
        if isinstance(node, _File):
            node.synced = bytes(node.content)
        else:
            node.synced = dict(node.entries)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)  # closing promises nothing, so the power may as well go before the next call
        del self._open[descriptor]

    def rename(self, source: Path, target: Path) -> None:
        self._count("rename")
        source.rename(target)
        self._folder(target.parent).entries[target.name] = self._folder(source.parent).entries.pop(source.name)

    def unlink(self, path: Path) -> None:
        self._count("unlink")
        path.unlink()
        del self._folder(path.parent).entries[path.name]

    def mkdir(self, path: Path, mode: int = 0o777) -> None:
        self._count("mkdir")
        path.mkdir(mode)
        self._folder(path.parent).entries[path.name] = _Folder()

    def power_cut(self, luck: Luck = Luck.NOTHING) -> None:
        """Put the folder back to what the next start finds. This disk must not be used any more."""
        for child in self._root.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        _write(self._root, self._tree, luck)

    def _count(self, call: str) -> None:
        if self.cut_before is not None and len(self.calls) >= self.cut_before:
            raise PowerCut
        self.calls.append(call)

    def _find(self, path: Path) -> _File | _Folder:
        node: _File | _Folder = self._tree
        for part in path.relative_to(self._root).parts:
            assert isinstance(node, _Folder)
            node = node.entries[part]
        return node

    def _folder(self, path: Path) -> _Folder:
        node = self._find(path)
        assert isinstance(node, _Folder)
        return node


class UnsyncedFiles(Files):
    """The product's file store on such a disk, below `folder`, which exists."""

    def __init__(self, folder: Path, *, cut_before: int | None = None) -> None:
        self.disk = Unsynced(folder, cut_before=cut_before)
        super().__init__(folder / "store", self.disk)

    def power_cut(self, luck: Luck = Luck.NOTHING) -> Files:
        """Cut the power; the store as the next start finds it."""
        self.disk.power_cut(luck)
        return Files(self.disk._root / "store")


def calls_of(folder: Path, name: str, chunks: Iterable[bytes]) -> list[str]:
    """The calls that one undisturbed put makes on an empty disk."""
    store = UnsyncedFiles(folder)
    store.put(name, chunks)
    return store.disk.calls


def _read(folder: Path) -> _Folder:
    tree = _Folder()
    for child in folder.iterdir():
        tree.entries[child.name] = (
            _read(child) if child.is_dir() else _File(bytearray(child.read_bytes()), child.read_bytes())
        )
    tree.synced = dict(tree.entries)
    return tree


def _write(place: Path, tree: _Folder, luck: Luck) -> None:
    for name, node in (tree.synced if luck is Luck.NOTHING else tree.entries).items():
        if isinstance(node, _Folder):
            (place / name).mkdir()
            _write(place / name, node, luck)
        else:
            (place / name).write_bytes(node.content if luck is Luck.ALL else node.synced)

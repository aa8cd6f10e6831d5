"""Several documents as one ZIP, written as a stream: bounded memory, no seek, no temporary file (V13).

Entries are stored, not compressed: PDFs and pictures would not shrink, and the first octet leaves at once.
Sizes and checksums follow each entry (APPNOTE 4.4.4, bit 3); ZIP64 only where the whole needs it: an
entry never does (Python before 3.11.4 would write it wrongly).
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sceau.envelopes.names import safe_name

__all__ = ["Entry", "dated", "named", "safe_name", "write"]

_REGULAR_FILE = 0o100644 << 16  # how ZIP carries a Unix mode


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One document. Its name and folders may be anything: the archive shows a safe form of them."""

    name: str
    modified: datetime  # ZIP keeps no zone: give the reader's own
    chunks: Iterable[bytes]  # taken once, when the entry's turn comes; below 2 GiB
    folder: str | tuple[str, ...] = ""  # several: one within the other


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The archive, in pieces of about the size of the entries' own chunks.

    Names never lead out of the folder that the reader unpacks into, deceive nobody about their kind
    (attacks 14, 19) and differ from each other even where case does not count: doubles get a number.
    """
    sink, taken = _Sink(), set[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            with archive.open(_described(entry, taken), "w") as file:
                for chunk in entry.chunks:
                    file.write(chunk)
                    yield sink.take()
    yield sink.take()


class _Sink:
    """Where zipfile writes. It has no `tell` or `seek`, and so zipfile does without."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing was opened."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def dated(modified: datetime) -> tuple[int, ...]:
    """Year to second, within what a ZIP can say."""
    return min(max(modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0)), (2107, 12, 31, 23, 59, 58))


def named(folder: str | tuple[str, ...], name: str, taken: set[str]) -> str:
    """The path of a document within the archive, "name (2).pdf" when another one has it; it is taken from now on."""
    folders = (folder,) if isinstance(folder, str) else folder
    place = "".join(f"{safe_name(each)}/" for each in folders if each)
    return place + _untaken(place, safe_name(name), taken)


def _described(entry: Entry, taken: set[str]) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = dated(entry.modified)
    described = zipfile.ZipInfo(named(entry.folder, entry.name, taken), (year, month, day, hour, minute, second))
    described.external_attr = _REGULAR_FILE
    return described


def _untaken(folder: str, name: str, taken: set[str]) -> str:
    """The name, or "name (2).pdf" when another entry of the folder has it, and so on."""
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    candidate, number = name, 1
    while (key := f"{folder}{candidate}".casefold()) in taken:
        number += 1
        candidate = f"{stem} ({number}){dot}{extension}"
    taken.add(key)
    return candidate

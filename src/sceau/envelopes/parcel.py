"""A ZIP of which every octet is known before the first one leaves: a download that was cut goes on where it stopped.

Entries are stored, their checksums stand before them, times and order are those of what they hold: the same documents
make the same octets, whichever process answers. No ZIP64: a parcel stays far below 4 GiB and 65,535 entries.
"""

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sceau.core.opaque import Opaque
from sceau.envelopes import archive

# APPNOTE 4.3.7, 4.3.12, 4.3.16
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
_VERSION, _MADE_BY, _UTF8, _STORED = 20, 0x031E, 0x0800, 0  # made by: Unix, for the mode
_REGULAR_FILE = 0o100644 << 16
_LARGEST, _MOST = 2**32 - 2**26, 2**16 - 1  # octets of content, which leaves room for what names it; entries


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One document. `chunks` gives exactly `size` octets of that CRC-32, each time it is called."""

    name: str
    folder: tuple[str, ...]
    modified: datetime  # in the reader's zone
    size: int
    crc: int
    chunks: Callable[[], Iterable[bytes]]


class Parcel(Opaque):
    """Items as one archive. Raises ValueError when they are too many or too large for one."""

    __slots__ = ("_headers", "_items", "_tail", "size", "tag")

    def __init__(self, items: Iterable[Item]) -> None:
        self._items, self._headers, directory, taken, offset = list(items), [], b"", set[str](), 0
        if len(self._items) > _MOST or sum(item.size for item in self._items) > _LARGEST:
            raise ValueError("too much for one parcel")
        for item in self._items:
            name = archive.named(item.folder, item.name, taken).encode()
            facts = (_UTF8, _STORED, *_moment(item.modified), item.crc, item.size, item.size, len(name), 0)
            header = _LOCAL.pack(b"PK\3\4", _VERSION, *facts) + name
            rest = (0, 0, 0, _REGULAR_FILE, offset)
            directory += _CENTRAL.pack(b"PK\1\2", _MADE_BY, _VERSION, *facts, *rest) + name
            self._headers.append(header)
            offset += len(header) + item.size
        count = len(self._items)
        self._tail = directory + _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), offset, 0)
        self.size = offset + len(self._tail)
        self.tag = hashlib.sha256(self._tail).hexdigest()[:32]  # names, sizes, times, checksums: all there is

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """The octets from `start` on; of what lies before, only the item that `start` falls into is read."""
        for header, item in zip(self._headers, self._items, strict=True):
            if start < len(header) + item.size:
                yield header[start:]
                yield from _from(item.chunks(), max(start - len(header), 0))
                start = 0
            else:
                start -= len(header) + item.size
        yield self._tail[start:]


def _from(chunks: Iterable[bytes], start: int) -> Iterator[bytes]:
    for chunk in chunks:
        if start < len(chunk):
            yield chunk[start:]
        start = max(start - len(chunk), 0)


def _moment(modified: datetime) -> tuple[int, int]:
    """Time and date as MS-DOS had them, to two seconds."""
    year, month, day, hour, minute, second = archive.dated(modified)
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day

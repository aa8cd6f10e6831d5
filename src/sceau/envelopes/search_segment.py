"""A piece of the search index: which words which copies hold, as octets (docs/format.md, *Search*). Pure.

Words are kept sorted, so that all that begin alike stand together, and with them the numbers of the copies that hold
them: looking for a beginning is two bisections and one slice.
"""

import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sceau.core.errors import Malformed

MOST = 500  # copies of one piece

_VERSION = b"\x01"
_SIZES = struct.Struct(">HII")  # numbers of copies and of words, octets of the words
_COPY = struct.Struct(">16sQ")  # id, time in milliseconds
_LARGEST = 1 << 27  # octets unpacked: MOST letters of nothing but different words
_LEVEL = 1  # numbers hardly compress; words do at any level
_LAST = b"\xff"  # behind every octet of UTF-8


@dataclass(frozen=True, slots=True)
class Entry:
    """One copy of a piece."""

    copy: UUID
    at_ms: int  # what lists sort by


class Piece:
    """At most MOST copies and their words. It is never changed: `with_` and `without` make another one."""

    __slots__ = ("_ends", "_held", "_postings", "_words")

    def __init__(self, held: bytes, words: list[bytes], ends: "array[int]", postings: "array[int]") -> None:
        self._held = held  # the entries, packed: a search looks at few of them
        self._words = words
        self._ends = ends  # where the postings of each word end
        self._postings = postings

    def __len__(self) -> int:
        return len(self._held) // _COPY.size

    def entry(self, number: int) -> Entry:
        id, at_ms = _COPY.unpack_from(self._held, number * _COPY.size)
        return Entry(UUID(bytes=id), at_ms)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(map(self.entry, range(len(self))))

    def beginning(self, term: str) -> set[int]:
        """The numbers of the entries with a word that begins so."""
        start = term.encode()
        return self._between(bisect_left(self._words, start), bisect_left(self._words, start + _LAST))

    def holding(self, word: str) -> set[int]:
        """The numbers of the entries with exactly this word."""
        exact = word.encode()
        first = bisect_left(self._words, exact)
        found = first < len(self._words) and self._words[first] == exact
        return self._between(first, first + 1) if found else set()

    def with_(self, added: Mapping[Entry, Collection[str]]) -> "Piece":
        """With these copies and their words, in the place of what it knew of them."""
        rest = self.without({entry.copy for entry in added})
        words = rest._by_word()
        for number, found in enumerate(added.values(), len(rest)):
            for word in found:
                words.setdefault(word.encode(), array("H")).append(number)
        return _built((*rest.entries, *added), words)

    def without(self, copies: Collection[UUID]) -> "Piece":
        """Without these copies: a word that only they had is gone as well."""
        entries = self.entries
        kept = [number for number, entry in enumerate(entries) if entry.copy not in copies]
        if len(kept) == len(entries):
            return self
        moved = {old: new for new, old in enumerate(kept)}
        words = {
            word: array("H", [moved[number] for number in numbers if number in moved])
            for word, numbers in self._by_word().items()
        }
        left = tuple(entries[number] for number in kept)
        return _built(left, {word: numbers for word, numbers in words.items() if numbers})

    def encode(self) -> bytes:
        vocabulary = b"\n".join(self._words)
        packed = b"".join(
            (
                _SIZES.pack(len(self), len(self._words), len(vocabulary)),
                self._held,
                vocabulary,
                _big_endian(self._ends),
                _big_endian(self._postings),
            )
        )
        return _VERSION + zlib.compress(packed, _LEVEL)

    @classmethod
    def decode(cls, data: bytes) -> "Piece":
        """Raises Malformed."""
        if data[:1] != _VERSION:
            raise Malformed
        try:
            return _parsed(_unpacked(data[1:]))
        except (zlib.error, struct.error, ValueError) as error:
            raise Malformed from error

    def _by_word(self) -> "dict[bytes, array[int]]":
        starts = [0, *self._ends]
        return {word: self._postings[starts[i] : starts[i + 1]] for i, word in enumerate(self._words)}

    def _between(self, first: int, end: int) -> set[int]:
        """The numbers of these words' postings; those of no entry are left out, whoever wrote them."""
        if first == end:
            return set()
        start = self._ends[first - 1] if first else 0
        return set(self._postings[start : self._ends[end - 1]]).intersection(range(len(self)))


EMPTY = Piece(b"", [], array("I"), array("H"))


def _built(entries: Iterable[Entry], by_word: "Mapping[bytes, array[int]]") -> Piece:
    words, ends, postings = sorted(by_word), array("I"), array("H")
    for word in words:
        postings.extend(by_word[word])
        ends.append(len(postings))
    return Piece(b"".join(_COPY.pack(entry.copy.bytes, entry.at_ms) for entry in entries), words, ends, postings)


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(data, _LARGEST)
    if not unpacking.eof or unpacking.unused_data:
        raise Malformed
    return unpacked


def _parsed(data: bytes) -> Piece:
    entries, count, size = _SIZES.unpack_from(data)
    words_at = _SIZES.size + entries * _COPY.size
    ends_at = words_at + size
    postings_at = ends_at + 4 * count
    held = data[_SIZES.size : words_at]
    words = data[words_at:ends_at].split(b"\n") if count else []
    ends = _read(array("I"), data[ends_at:postings_at])
    postings = _read(array("H"), data[postings_at:])
    if len(held) != entries * _COPY.size or len(words) != count or len(ends) != count:
        raise Malformed
    if (ends[-1] if count else 0) != len(postings):
        raise Malformed
    return Piece(held, words, ends, postings)


def _read(into: "array[int]", data: bytes) -> "array[int]":
    """Raises ValueError for half a number."""
    into.frombytes(data)
    if sys.byteorder == "little":
        into.byteswap()
    return into


def _big_endian(numbers: "array[int]") -> bytes:
    copied = numbers[:]
    if sys.byteorder == "little":
        copied.byteswap()
    return copied.tobytes()

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

    __slots__ = ("_postings", "_starts", "_words", "entries")

    def __init__(self, entries: tuple[Entry, ...], words: list[bytes], starts: list[int], postings: "array[int]"):
        self.entries = entries
        self._words = words
        self._starts = starts  # where the postings of each word begin; one more: their end
        self._postings = postings

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
        for number, found in enumerate(added.values(), len(rest.entries)):
            for word in found:
                words.setdefault(word.encode(), array("H")).append(number)
        return _built((*rest.entries, *added), words)

    def without(self, copies: Collection[UUID]) -> "Piece":
        """Without these copies: a word that only they had is gone as well."""
        kept = [number for number, entry in enumerate(self.entries) if entry.copy not in copies]
        if len(kept) == len(self.entries):
            return self
        moved = {old: new for new, old in enumerate(kept)}
        words = {
            word: array("H", [moved[number] for number in numbers if number in moved])
            for word, numbers in self._by_word().items()
        }
        entries = tuple(self.entries[number] for number in kept)
        return _built(entries, {word: numbers for word, numbers in words.items() if numbers})

    def encode(self) -> bytes:
        counts = array("H", [end - start for start, end in zip(self._starts, self._starts[1:], strict=False)])
        vocabulary = b"\n".join(self._words)
        packed = b"".join(
            (
                struct.pack(">HII", len(self.entries), len(self._words), len(vocabulary)),
                *(_COPY.pack(entry.copy.bytes, entry.at_ms) for entry in self.entries),
                vocabulary,
                _big_endian(counts),
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
        starts = self._starts
        return {word: self._postings[starts[i] : starts[i + 1]] for i, word in enumerate(self._words)}

    def _between(self, first: int, end: int) -> set[int]:
        return set(self._postings[self._starts[first] : self._starts[end]])


EMPTY = Piece((), [], [0], array("H"))


def _built(entries: tuple[Entry, ...], by_word: "Mapping[bytes, array[int]]") -> Piece:
    words, starts, postings = sorted(by_word), [0], array("H")
    for word in words:
        postings.extend(by_word[word])
        starts.append(len(postings))
    return Piece(entries, words, starts, postings)


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(data, _LARGEST)
    if not unpacking.eof or unpacking.unused_data:
        raise Malformed
    return unpacked


def _parsed(data: bytes) -> Piece:
    entries, count, size = struct.unpack_from(">HII", data)
    words_at = 10 + entries * _COPY.size
    counts_at = words_at + size
    postings_at = counts_at + 2 * count
    held = tuple(Entry(UUID(bytes=id), at_ms) for id, at_ms in _COPY.iter_unpack(data[10:words_at]))
    words = data[words_at:counts_at].split(b"\n") if count else []
    starts = _sums(_read(data[counts_at:postings_at]))
    postings = _read(data[postings_at:])
    if len(held) != entries or len(words) != count or starts[-1] != len(postings) or len(starts) != count + 1:
        raise Malformed
    if postings and max(postings) >= entries:
        raise Malformed
    return Piece(held, words, starts, postings)


def _sums(counts: Iterable[int]) -> list[int]:
    sums = [0]
    for count in counts:
        sums.append(sums[-1] + count)
    return sums


def _read(data: bytes) -> "array[int]":
    """Raises ValueError for half a number."""
    numbers = array("H")
    numbers.frombytes(data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _big_endian(numbers: "array[int]") -> bytes:
    copied = numbers[:]
    if sys.byteorder == "little":
        copied.byteswap()
    return copied.tobytes()

"""Reading a mail from its first octet to its last, once: the tree of its parts and where each one stands.

A push parser: octets go in as they arrive, nothing of a body is kept. Memory is bounded by the limits on
headers, time is linear: lines within bodies are found by one compiled pattern, not one by one.
"""

import re
from dataclasses import dataclass

from sceau.envelopes.mime import transfer
from sceau.envelopes.mime.entity import Entity
from sceau.envelopes.mime.oddities import LargeMail, Oddity

_PIECE = 65_536
_HEAD_LINE = 65_536  # octets of one line of a header
_LINE_COSTS = 16  # octets that a line of a header counts for besides its own
_DELIMITER_LINE = 1300  # octets of a line that may still turn out to be a boundary
_BLANK = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a mail may ask of us. Only `size` refuses it; beyond the others it is read more coarsely."""

    size: int = 40_000_000  # decoded octets of all parts together
    depth: int = 20
    parts: int = 250
    head: int = 262_144  # octets of one header
    heads: int = 2_000_000  # of all of them
    fields: int = 1000  # of one header

    @property
    def octets(self) -> int:
        """Of the mail as it is: base64 in lines of 76, quoted-printable of a text, headers."""
        return self.size * 3 // 2 + self.heads


class Scanner:
    """Feed it a mail; `close` gives the root. Raises LargeMail, and nothing else."""

    def __init__(self, limits: Limits) -> None:
        self.oddities: set[Oddity] = set()
        self.total = 0
        self._limits = limits
        self._buffer, self._at, self._base = b"", 0, 0  # what waits, from where on, where it stands in the mail
        self._open = [Entity()]  # from the root to what is being read
        self._root = self._open[0]
        self._default = ["text/plain"]
        self._state = self._read_head
        self._first_line = self._line_begins = True
        self._head_octets = self._heads = self._decoded = 0
        self._count = 1
        self._within: re.Pattern[bytes] | None = None  # a delimiter of what is open, within the text
        self._begins: re.Pattern[bytes] | None = None  # the same, where a line begins
        self._bare_cr: bool | None = None

    def feed(self, data: bytes) -> None:
        self.total += len(data)
        if self.total > self._limits.octets:
            raise LargeMail(self._limits.size)
        for start in range(0, len(data), _PIECE):
            self._take(data[start : start + _PIECE])

    def close(self) -> Entity:
        if self._bare_cr is None:
            self._bare_cr = False
        self._take(b"" if self._buffer.endswith(b"\n") else b"\n")  # the last line has an end; offsets never count it
        if self._state != self._read_body:
            self._at = len(self._buffer)
            self._begin_body()
        self._consume(len(self._buffer))
        if any(entity.is_multipart for entity in self._open):
            self.oddities.add(Oddity.UNFINISHED)
        self._close(0, self.total)
        return self._root

    def _take(self, piece: bytes) -> None:
        self._buffer, self._base, self._at = self._buffer[self._at :] + piece, self._base + self._at, 0
        if self._bare_cr is None and not self._knows_line_ends():
            return
        if self._bare_cr:
            self._buffer = self._buffer.replace(b"\r", b"\n")
        while self._state():
            pass

    def _knows_line_ends(self) -> bool:
        """The first line end decides whether CR alone ends lines."""
        first = re.search(rb"[\r\n]", self._buffer)
        if first is None or (first[0] == b"\r" and first.end() == len(self._buffer)):
            if len(self._buffer) < _PIECE:
                return False
            self._bare_cr = False
            return True
        self._bare_cr = first[0] == b"\r" and self._buffer[first.end()] != 0x0A
        if self._bare_cr:
            self.oddities.add(Oddity.BARE_CR)
        return True

    # Headers

    def _read_head(self) -> bool:
        """One line of a header; False when more octets are needed."""
        end = self._buffer.find(b"\n", self._at)
        if end < 0:
            if len(self._buffer) - self._at <= _HEAD_LINE:
                return False
            return self._cut_line()
        line = self._buffer[self._at : end].rstrip(b"\r")
        first, self._first_line = self._first_line, False
        if not line:
            self._at = end + 1
            self._begin_body()
        elif self._begins and self._begins.match(self._buffer, self._at):
            self._begin_body()
        elif first and line.startswith((b"From ", b">From ")):  # what mbox puts before a mail
            self._at = end + 1
        elif not self._open[-1].add(line):
            self.oddities.add(Oddity.BROKEN_HEAD)
            self._begin_body()
        else:
            self._at = end + 1
            self._check_head(len(line))
        return True

    def _cut_line(self) -> bool:
        """A line longer than any is taken as far as it goes, and its end is waited for."""
        self.oddities.add(Oddity.LARGE_HEAD)
        if not self._open[-1].add(self._buffer[self._at :]):
            self.oddities.add(Oddity.BROKEN_HEAD)
            self._begin_body()
            return True
        self._check_head(len(self._buffer) - self._at)
        if self._state == self._read_head:
            self._state = self._skip_line
        return True

    def _skip_line(self) -> bool:
        end = self._buffer.find(b"\n", self._at)
        self._at = len(self._buffer) if end < 0 else end + 1
        if end >= 0:
            self._state = self._read_head
        return end >= 0

    def _check_head(self, octets: int) -> None:
        self._head_octets += octets + _LINE_COSTS
        self._heads += octets + _LINE_COSTS
        limits, fields = self._limits, len(self._open[-1].fields)
        if self._head_octets > limits.head or self._heads > limits.heads or fields > limits.fields:
            self.oddities.add(Oddity.LARGE_HEAD)
            self._state = self._skip_head

    def _skip_head(self) -> bool:
        """To the empty line, whatever comes before it."""
        found = _BLANK.search(self._buffer, max(0, self._at - 1))  # with the end of the line that was taken
        if found is None:
            self._at = max(self._at, len(self._buffer) - 2)
            return False
        self._at = found.end()
        self._begin_body()
        return True

    # Bodies

    def _begin_body(self) -> None:
        entity, self._head_octets = self._open[-1], 0
        entity.offset = min(self._base + self._at, self.total)
        if entity is self._root and not entity.fields:
            self.oddities -= {Oddity.BROKEN_HEAD}
            self.oddities.add(Oddity.NO_HEAD)
        self.oddities.update(entity.understand(self._default[-1]))
        self._state, self._line_begins = self._read_body, True
        if (entity.is_multipart or entity.is_mail) and len(self._open) > self._limits.depth:
            self.oddities.add(Oddity.TOO_DEEP)
            entity.be_opaque()
        if entity.is_multipart:
            if any(outer.boundary == entity.boundary for outer in self._open[:-1]):
                self.oddities.add(Oddity.REPEATED_BOUNDARY)
            self._look_for_boundaries()
        elif entity.is_mail:
            self._begin("text/plain")
            return
        entity.decoder = transfer.decoder(entity.encoding)

    def _begin(self, default: str) -> None:
        """A part of what is open. Beyond the limit it is a document that takes all that follows."""
        part = Entity()
        self._open[-1].children.append(part)
        self._open.append(part)
        self._default.append(default)
        self._count += 1
        self._state = self._read_head
        if self._count > self._limits.parts:
            self.oddities.add(Oddity.TOO_MANY_PARTS)
            part.be_opaque()
            part.offset, part.decoder = min(self._base + self._at, self.total), transfer.decoder(part.encoding)
            self._within = self._begins = None
            self._state = self._read_body

    def _read_body(self) -> bool:
        """Up to the next delimiter; False when there is none in what has arrived."""
        found = None
        if self._begins and self._within:
            if self._line_begins:
                found = self._begins.match(self._buffer, self._at)
            found = found or self._within.search(self._buffer, self._at)
        if found is None:
            self._consume(self._safe())
            return False
        end = found.start()
        if end > self._at and self._buffer[end - 1] == 0x0D:
            end -= 1
        self._consume(end)
        self._delimit(found, min(self._base + end, self.total))
        return True

    def _safe(self) -> int:
        """How far there is certainly no delimiter: the last line end is kept back with what follows it."""
        if self._within is None:
            return len(self._buffer)
        cut = self._buffer.rfind(b"\n", self._at)
        if len(self._buffer) - max(cut, self._at) > _DELIMITER_LINE:  # a line too long to be one
            cut = len(self._buffer) - (1 if self._buffer.endswith(b"\r") else 0)
        elif cut < 0:
            return self._at
        elif cut > self._at and self._buffer[cut - 1] == 0x0D:
            cut -= 1
        return cut

    def _consume(self, to: int) -> None:
        """These octets belong to the body that is being read."""
        to = min(to, self.total - self._base)  # not the line end that `close` adds
        if to > self._at:
            entity, piece = self._open[-1], self._buffer[self._at : to]
            self._at, self._line_begins = to, False
            if entity.decoder is not None:
                self._decode(entity, entity.decoder.feed(piece))

    def _decode(self, entity: Entity, octets: bytes) -> None:
        entity.size += len(octets)
        self._decoded += len(octets)
        if self._decoded > self._limits.size:
            raise LargeMail(self._limits.size)

    def _delimit(self, found: re.Match[bytes], end: int) -> None:
        """A delimiter ends everything within its multipart; the innermost with that boundary counts."""
        depth = max(depth for depth, entity in enumerate(self._open) if entity.boundary == found[1])
        if any(entity.is_multipart for entity in self._open[depth + 1 :]):
            self.oddities.add(Oddity.UNFINISHED)
        self._close(depth + 1, end)
        self._at = found.end() + 1
        multipart = self._open[-1]
        multipart.decoder = None
        if found[2]:
            self._close(depth, end)
            self._at = found.end(2)  # the line end may belong to the next delimiter
            self._state, self._line_begins = self._read_body, False
            if not self._open:  # after the root there is nothing; what comes belongs to nobody
                self._open.append(Entity())
            return
        self._begin("message/rfc822" if multipart.kind == "multipart/digest" else "text/plain")

    def _close(self, depth: int, end: int) -> None:
        """Everything open from this depth on ends here."""
        for entity in reversed(self._open[depth:]):
            entity.end = max(entity.offset, end)
            if entity.decoder is not None:
                self._decode(entity, entity.decoder.end())
                if entity.decoder.damaged:
                    self.oddities.add(Oddity.DAMAGED_ENCODING)
            if entity.is_multipart and not entity.children:
                self.oddities.add(Oddity.NO_BOUNDARY)
                entity.kind, entity.boundary = "text/plain", b""
            entity.decoder = None
        del self._open[depth:], self._default[depth:]
        self._look_for_boundaries()

    def _look_for_boundaries(self) -> None:
        known = dict.fromkeys(re.escape(entity.boundary) for entity in reversed(self._open) if entity.boundary)
        self._within = self._begins = None
        if known and self._count <= self._limits.parts:
            delimiter = rb"--(" + b"|".join(known) + rb")(--)?[ \t\r]{0,200}(?=\n)"
            self._within, self._begins = re.compile(rb"\n" + delimiter), re.compile(delimiter)

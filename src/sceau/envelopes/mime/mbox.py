"""An mbox file as the mails in it, each a stream of its own; nothing of it is held.

A mail begins after a line `From …` with a time and a year, at the beginning of the file or after an empty line. That
line, and the empty one before it, belong to the file and not to a mail. All else stays as it is in the file, `>From `
too: whether a program had quoted it (mboxo, mboxrd) or a person wrote it cannot be told, and what is kept is what was
brought.
"""

import re
from collections.abc import Iterable, Iterator

_MARK = b"From "
_BETWEEN = re.compile(rb"\n(\r?\n)(?=From ([^\r\n]{0,500})(?:\r?\n|\Z))")
_TIME, _YEAR = re.compile(rb"\d\d:\d\d"), re.compile(rb"\d{4}")
_FIRST_LINE = re.compile(rb"From [^\n]*\n")
_LONGEST = 520  # octets of all that `_BETWEEN` looks at


def is_mbox(begins: bytes) -> bool:
    return begins.startswith(_MARK)


def split(chunks: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """Each mail, to be read before the next is asked for; what was not read of it is passed over."""
    file = _File(iter(chunks))
    while file.begins():
        mail = file.mail()
        yield mail
        for _ in mail:
            pass


def _between(buffer: bytes) -> re.Match[bytes] | None:
    """Where one mail ends and another begins; each question is asked alone, so that none takes long."""
    for found in _BETWEEN.finditer(buffer):
        time = _TIME.search(found[2])
        if time and _YEAR.search(found[2], time.end()):
            return found
    return None


class _File:
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._buffer, self._ended = chunks, b"", False

    def begins(self) -> bool:
        """Pass over the line before a mail; False when no mail follows."""
        while b"\n" not in self._buffer and not self._ended:
            self._more()
        self._buffer = _FIRST_LINE.sub(b"", self._buffer, count=1) if is_mbox(self._buffer) else self._buffer
        if not self._buffer and not self._ended:
            self._more()
        return bool(self._buffer)

    def mail(self) -> Iterator[bytes]:
        while True:
            if found := _between(self._buffer):
                mail, self._buffer = self._buffer[: found.start(1)], self._buffer[found.end() :]
                yield mail
                return
            if self._ended:
                last, self._buffer = self._buffer, b""
                yield _without_empty_line(last)
                return
            safe = max(0, len(self._buffer) - _LONGEST)
            piece, self._buffer = self._buffer[:safe], self._buffer[safe:]
            if piece:
                yield piece
            self._more()

    def _more(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            self._ended = True
        else:
            self._buffer += chunk


def _without_empty_line(end: bytes) -> bytes:
    """The file's last line is empty too."""
    for line in (b"\r\n", b"\n"):
        if end.endswith(b"\n" + line):
            return end[: -len(line)]
    return end

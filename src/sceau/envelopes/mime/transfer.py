"""Transfer encodings as mails really have them: junk is passed over, the end is where the standard sees it.

The one decoder for what a reader sees, what he downloads and what a scanner would be given (attack 13).
`base64.py` beside it is the strict one, for what we wrote ourselves.
"""

import binascii
from collections.abc import Iterable, Iterator
from typing import Protocol

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_SPACE = b" \t\r\n"
_JUNK = bytes(set(range(256)) - set(_ALPHABET))
_LINE = 1024  # octets that may wait for the end of their line

IDENTITY, BASE64, QUOTED_PRINTABLE = "identity", "base64", "quoted-printable"
_NAMES = {
    "": IDENTITY,
    "7bit": IDENTITY,
    "8bit": IDENTITY,
    "binary": IDENTITY,
    "base64": BASE64,
    "quoted-printable": QUOTED_PRINTABLE,
}


class Decoder(Protocol):
    damaged: bool  # something was passed over

    def feed(self, chunk: bytes) -> bytes: ...
    def end(self) -> bytes: ...


def known(name: str) -> str | None:
    """The encoding that a Content-Transfer-Encoding names; None for one that is not known."""
    return _NAMES.get(name.strip().strip("\"';").lower().replace("7-bit", "7bit").replace("8-bit", "8bit"))


def decoder(encoding: str) -> Decoder:
    """A fresh decoder, fed piece by piece; never raises, whatever it is fed."""
    if encoding == BASE64:
        return _Base64()
    return _QuotedPrintable() if encoding == QUOTED_PRINTABLE else _Identity()


def decode(encoding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decode a stream."""
    state = decoder(encoding)
    for chunk in chunks:
        yield state.feed(chunk)
    yield state.end()


class _Identity:
    damaged = False

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def end(self) -> bytes:
        return b""


class _Base64:
    """RFC 2045 §6.8: what is not in the alphabet is ignored; "=" is taken as the end, so nothing hides behind it."""

    def __init__(self) -> None:
        self.damaged = self._ended = False
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        text = chunk.translate(None, _JUNK)
        if len(text) != len(chunk) and len(text) != len(chunk.translate(None, _SPACE)):
            self.damaged = True
        if self._ended:
            self.damaged = self.damaged or bool(text.strip(b"="))
            return b""
        text = self._rest + text
        end = text.find(b"=")
        if end >= 0:
            self._ended = True
            self.damaged = self.damaged or bool(text[end:].strip(b"="))
            return self._last(text[:end])
        whole = len(text) // 4 * 4
        self._rest = text[whole:]
        return binascii.a2b_base64(text[:whole])

    def end(self) -> bytes:
        return b"" if self._ended else self._last(self._rest)

    def _last(self, text: bytes) -> bytes:
        if len(text) % 4 == 1:  # six bits are not an octet
            self.damaged, text = True, text[:-1]
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


class _QuotedPrintable:
    """RFC 2045 §6.7; what is no encoding stays as it is, which the standard recommends."""

    damaged = False

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        text = self._rest + chunk
        cut = text.rfind(b"\n") + 1
        if len(text) - cut > _LINE:
            cut = len(text)
            if (start := text.find(b"=", len(text) - 3)) >= 0:
                cut = start
        self._rest = text[cut:]
        return binascii.a2b_qp(text[:cut])

    def end(self) -> bytes:
        return binascii.a2b_qp(self._rest)

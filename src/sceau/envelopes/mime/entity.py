"""One entity of a mail while it is being read, and what its header says of it (RFC 2045).

Every question has one answer here, and every reader of the mail asks here: of two fields the first counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sceau.envelopes.mime import parameters, transfer, words
from sceau.envelopes.mime.oddities import Oddity
from sceau.envelopes.mime.parameters import Value
from sceau.envelopes.mime.transfer import Decoder

OCTETS = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,47}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_BOUNDARY_LIMIT = 1000
_MAIL = ("message/rfc822", "message/global", "message/news")


@dataclass(slots=True, eq=False, repr=False)
class Entity:
    """Offsets count from the mail's first octet; `end` is where the body ends."""

    fields: list[tuple[str, bytearray]] = field(default_factory=list)  # name in lower case, value as written
    kind: str = "text/plain"
    charset: str = ""
    disposition: str = ""  # "attachment", "inline", or nothing
    name: str = ""
    cid: str = ""
    encoding: str = transfer.IDENTITY
    boundary: bytes = b""
    offset: int = 0
    end: int = 0
    size: int = 0  # decoded octets of a body without parts
    children: list["Entity"] = field(default_factory=list)
    decoder: Decoder | None = None  # of a body that is being read

    @property
    def is_multipart(self) -> bool:
        return bool(self.boundary)

    @property
    def is_mail(self) -> bool:
        """A mail within the mail, whose parts are read too."""
        return self.kind in _MAIL and self.encoding == transfer.IDENTITY

    def add(self, line: bytes) -> bool:
        """Take one line of the header, without its end; False when it is none."""
        if line[:1] in (b" ", b"\t") and self.fields:
            value = self.fields[-1][1]
            value += b"\n" + line
            return True
        if found := _FIELD.match(line):
            self.fields.append((found[1].decode("ascii").lower(), bytearray(line[found.end() :])))
            return True
        return False

    def all(self, name: str) -> Iterator[str]:
        """The values of a field, encoded-words as they are."""
        return (words.header(value) for given, value in self.fields if given == name)

    def first(self, name: str) -> str:
        return next(self.all(name), "")

    def understand(self, default: str) -> Iterator[Oddity]:
        """Read what the header says of the body; `default`: its type when it says none."""
        for name in ("content-type", "content-transfer-encoding"):
            if len([given for given, _ in self.fields if given == name]) > 1:
                yield Oddity.REPEATED_TYPE
        value = parameters.parse(self.first("content-type"))
        self._name(value)
        if value.name("name")[1] or parameters.parse(self.first("content-disposition")).name("filename")[1]:
            yield Oddity.TWO_NAMES
        self.kind = self._kind(value, default)
        self.charset = value.token("charset")[:40]
        self.cid = words.seen(self.first("content-id"))[0].strip("<> ")[:200]
        yield from self._encoding()
        if self.kind.startswith("multipart/"):
            self.boundary = value.given.get("boundary", "").rstrip().encode("utf-8", "replace")[:_BOUNDARY_LIMIT]
            if not self.boundary:
                yield Oddity.NO_BOUNDARY
                self.kind = "text/plain"

    def be_opaque(self) -> None:
        """A document whose inside is not looked at."""
        self.kind, self.boundary, self.encoding = OCTETS, b"", transfer.IDENTITY

    def _kind(self, value: Value, default: str) -> str:
        if not value.text:
            return default
        if _TYPE.fullmatch(value.text):
            return value.text
        return OCTETS if self.name else "text/plain"

    def _name(self, kind: Value) -> None:
        disposition = parameters.parse(self.first("content-disposition"))
        self.disposition = disposition.text if disposition.text in ("attachment", "inline") else ""
        if disposition.text and not self.disposition:
            self.disposition = "attachment"  # RFC 2183 §2.8
        self.name = disposition.name("filename")[0] or kind.name("name")[0]

    def _encoding(self) -> Iterator[Oddity]:
        known = transfer.known(self.first("content-transfer-encoding").partition("(")[0])
        self.encoding = known or transfer.IDENTITY
        if known is None:
            yield Oddity.UNKNOWN_ENCODING
        elif known != transfer.IDENTITY and (self.kind in _MAIL or self.kind.startswith("multipart/")):
            yield Oddity.ENCODED_PARTS
            if self.kind.startswith("multipart/"):
                self.encoding = transfer.IDENTITY  # forbidden, and everybody ignores it (RFC 2045 §6.4)

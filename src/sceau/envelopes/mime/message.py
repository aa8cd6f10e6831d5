"""Writing a letter as one message whose size and part offsets are known before its first octet leaves.

A letter without attachments is one text/plain part; with attachments it is multipart/mixed and the
text is its first part. Where it has formatting, a multipart/alternative of text and HTML stands in the
text's place. All parts are base64: lines of 76 that no transport has a reason to touch.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sceau.core.errors import Malformed
from sceau.envelopes.mime import headers
from sceau.envelopes.mime.base64 import encoded_size
from sceau.envelopes.mime.letter import Attachment, Letter, attachment

_BOUNDARY = re.compile(r"[0-9A-Za-z'+_=-]{1,58}")  # of RFC 2046 §5.1.1, what fits one line with its parameter
_REFERENCES_LIMIT = 200


class Role(StrEnum):
    """What a part is to its reader."""

    TEXT = "text"  # the letter, or a piece of it
    HTML = "html"  # the same with its formatting
    INLINE = "inline"  # a picture that the HTML shows
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """Where a part stands in the message.

    `number`: of what we write, as IMAP counts (RFC 3501 §6.4.5); of an import, 1, 2, 3… as its parts come.
    """

    number: str
    content_type: str
    name: str | None
    encoding: str
    offset: int  # of its first encoded octet in the message
    encoded_size: int
    size: int
    sha256: bytes  # of the decoded octets; empty for an import, about which nothing is proved
    role: Role = Role.DOCUMENT
    charset: str = "utf-8"  # as declared, of a text
    cid: str = ""  # Content-ID without its brackets: what HTML calls it


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    size: int
    parts: tuple[Part, ...]
    _pieces: tuple[bytes | Attachment, ...]

    def chunks(self) -> Iterator[bytes]:
        """The message; the same octets each time.

        Raises Malformed on the way when an attachment does not bring as many octets as it announced:
        a message whose offsets are wrong must not be sealed.
        """
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from _measured(piece)


@dataclass(frozen=True, slots=True, repr=False)
class _Piece:
    """One part before it has its place: `before` are the octets between the body that precedes it and its own."""

    before: bytes
    body: Attachment
    number: str
    role: Role


def write(letter: Letter, boundary: str) -> Message:
    """Lay the letter out. The same letter and boundary give the same octets.

    `boundary` is secret random (E10); it cannot occur in a part, because no line of base64 begins with "-".
    Raises Malformed for a header that cannot be written as it is: see `headers`.
    """
    if not _BOUNDARY.fullmatch(boundary) or not (letter.to or letter.cc):
        raise Malformed
    pieces, tail = _laid_out(letter, boundary)
    parts, offset = [], 0
    for piece in pieces:
        offset += len(piece.before)
        parts.append(_part(piece, offset))
        offset += piece.body.encoded_size
    octets = (each for piece in pieces for each in (piece.before, piece.body))
    return Message(offset + len(tail), tuple(parts), (*octets, tail))


def _laid_out(letter: Letter, boundary: str) -> tuple[list[_Piece], bytes]:
    """The parts in their order, and what ends the message. A body's last CRLF belongs to what follows."""
    if not letter.attachments:
        pieces, tail = _body(letter, boundary, "")
        return [replace(pieces[0], before=_head(letter) + pieces[0].before), *pieces[1:]], tail
    pieces, tail = _body(letter, f"a_{boundary}", "1")  # no boundary begins with another one
    line = _delimiter(boundary)
    before = _head(letter) + _multipart("mixed", boundary) + line + pieces[0].before
    documents = []
    for number, each in enumerate(letter.attachments, 2):
        head = tail + line + _part_head(headers.document(each.content_type, each.name))
        documents.append(_Piece(head, each, str(number), Role.DOCUMENT))
        tail = b""
    return [replace(pieces[0], before=before), *pieces[1:], *documents], f"--{boundary}--\r\n".encode("ascii")


def _body(letter: Letter, boundary: str, number: str) -> tuple[list[_Piece], bytes]:
    """The text alone, or text and HTML as alternatives, the better one last (RFC 2046 §5.1.4)."""
    text = _part_head(headers.parameters("Content-Type", "text/plain", "charset=utf-8"))
    if letter.html is None:
        return [_Piece(text, _octets(letter.text, "text/plain"), number or "1", Role.TEXT)], b""
    html = _part_head(headers.parameters("Content-Type", "text/html", "charset=utf-8"))
    within, line = f"{number}." if number else "", _delimiter(boundary)
    pieces = [
        _Piece(
            _multipart("alternative", boundary) + line + text,
            _octets(letter.text, "text/plain"),
            f"{within}1",
            Role.TEXT,
        ),
        _Piece(line + html, _octets(letter.html, "text/html"), f"{within}2", Role.HTML),
    ]
    return pieces, f"--{boundary}--\r\n".encode("ascii")


def _octets(text: str, content_type: str) -> Attachment:
    try:
        octets = re.sub(r"\r\n|\r|\n", "\r\n", text).encode()
    except UnicodeEncodeError as error:  # a lone surrogate
        raise Malformed from error
    return attachment("", content_type, octets)


def _delimiter(boundary: str) -> bytes:
    return f"--{boundary}\r\n".encode("ascii")


def _multipart(kind: str, boundary: str) -> bytes:
    return headers.parameters("Content-Type", f"multipart/{kind}", f'boundary="{boundary}"') + b"\r\n"


def _head(letter: Letter) -> bytes:
    if len(letter.references) > _REFERENCES_LIMIT:
        raise Malformed
    return b"".join(
        [
            headers.date("Date", letter.date),
            headers.mailboxes("From", [letter.sender]),
            headers.mailboxes("To", letter.to),
            headers.mailboxes("Cc", letter.cc),
            headers.text("Subject", letter.subject),
            headers.message_ids("Message-ID", [letter.message_id]),
            headers.message_ids("In-Reply-To", [letter.in_reply_to] if letter.in_reply_to else []),
            headers.message_ids("References", letter.references),
            b"Auto-Submitted: auto-replied\r\n" if letter.automatic else b"",
            b"MIME-Version: 1.0\r\n",
        ]
    )


def _part_head(fields: bytes) -> bytes:
    return fields + b"Content-Transfer-Encoding: base64\r\n\r\n"


def _part(piece: _Piece, offset: int) -> Part:
    body = piece.body
    if body.encoded_size != encoded_size(body.size):
        raise Malformed
    return Part(
        number=piece.number,
        content_type=headers.declared_type(body.content_type),
        name=body.name or None,
        encoding="base64",
        offset=offset,
        encoded_size=body.encoded_size,
        size=body.size,
        sha256=body.sha256,
        role=piece.role,
    )


def _measured(body: Attachment) -> Iterator[bytes]:
    left = body.encoded_size
    for chunk in body.encoded():
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise Malformed

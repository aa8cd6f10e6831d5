"""Writing a letter as one message whose size and part offsets are known before its first octet leaves.

A letter without attachments is one text/plain part; with attachments it is multipart/mixed and the
text is its first part. All parts are base64: lines of 76 that no transport has a reason to touch.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sceau.core.errors import Malformed
from sceau.envelopes.mime import headers
from sceau.envelopes.mime.base64 import encoded_size
from sceau.envelopes.mime.letter import Attachment, Letter, attachment

_BOUNDARY = re.compile(r"[0-9A-Za-z'+_=-]{1,60}")  # of RFC 2046 §5.1.1, what fits one line with its parameter
_REFERENCES_LIMIT = 200


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """Where a part stands in the message; `number` as IMAP counts (RFC 3501 §6.4.5), "1" is the text."""

    number: str
    content_type: str
    name: str | None
    encoding: str
    offset: int  # of its first encoded octet in the message
    encoded_size: int
    size: int
    sha256: bytes  # of the decoded octets


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


def write(letter: Letter, boundary: str) -> Message:
    """Lay the letter out. The same letter and boundary give the same octets.

    `boundary` is secret random (E10); it cannot occur in a part, because no line of base64 begins with "-".
    Raises Malformed for a header that cannot be written as it is: see `headers`.
    """
    if not _BOUNDARY.fullmatch(boundary) or not (letter.to or letter.cc):
        raise Malformed
    bodies = [_text(letter), *letter.attachments]
    heads, tail = _heads(letter, boundary)
    parts, offset = [], 0
    for number, (head, body) in enumerate(zip(heads, bodies, strict=True), 1):
        offset += len(head)
        parts.append(_part(number, body, offset))
        offset += body.encoded_size
    pieces = (piece for pair in zip(heads, bodies, strict=True) for piece in pair)
    return Message(offset + len(tail), tuple(parts), (*pieces, tail))


def _text(letter: Letter) -> Attachment:
    try:
        octets = re.sub(r"\r\n|\r|\n", "\r\n", letter.text).encode()
    except UnicodeEncodeError as error:  # a lone surrogate
        raise Malformed from error
    return attachment("", "text/plain", octets)


def _heads(letter: Letter, boundary: str) -> tuple[list[bytes], bytes]:
    """What stands before each body, and what ends the message. A body's last CRLF belongs to what follows."""
    text = headers.parameters("Content-Type", "text/plain", "charset=utf-8")
    documents = [headers.document(each.content_type, each.name) for each in letter.attachments]
    if not documents:
        return [_head(letter) + _part_head(text)], b""
    line = f"--{boundary}\r\n".encode("ascii")
    kind = headers.parameters("Content-Type", "multipart/mixed", f'boundary="{boundary}"')
    first = _head(letter) + kind + b"\r\n" + line + _part_head(text)
    return [first, *(line + _part_head(head) for head in documents)], f"--{boundary}--\r\n".encode("ascii")


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
            b"MIME-Version: 1.0\r\n",
        ]
    )


def _part_head(fields: bytes) -> bytes:
    return fields + b"Content-Transfer-Encoding: base64\r\n\r\n"


def _part(number: int, body: Attachment, offset: int) -> Part:
    if body.encoded_size != encoded_size(body.size):
        raise Malformed
    kind = headers.declared_type(body.content_type)
    return Part(str(number), kind, body.name or None, "base64", offset, body.encoded_size, body.size, body.sha256)


def _measured(body: Attachment) -> Iterator[bytes]:
    left = body.encoded_size
    for chunk in body.encoded():
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise Malformed

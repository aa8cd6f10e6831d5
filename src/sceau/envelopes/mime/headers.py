"""Header fields: folded at 76, 7-bit, and unable to carry anything but what they name (attacks 7, 14).

Texts are refused, not repaired, when they hold a line break, a control or an invisible character:
`names.one_line` and `names.safe_name` repair at the entrance, where somebody can still see the result.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime

from sceau.core.errors import Malformed
from sceau.envelopes.mime.letter import Mailbox
from sceau.envelopes.names import is_one_line

_WIDTH = 76
_WORD = 64  # what fits beside any of our field names, and on any line
_TEXT_LIMIT = 1000  # characters of a subject or a display name
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOM = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_MESSAGE_ID_LIMIT = 900  # a line ends at 998 octets (RFC 5322 §2.1.1), and an identifier cannot be folded
_TYPE = re.compile(r"([a-z0-9][a-z0-9!#$&^_.+-]{0,47})/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")
_NAME_LIMIT = 255  # octets of UTF-8
_NAME_CHARACTERS = r"0-9A-Za-z!#$%&'()+,.=@^_`{}~\[\]-"  # which nobody reads as anything else between quotes
_NAME_PLAIN = re.compile(rf"(?=.{{1,60}}$)[{_NAME_CHARACTERS}]+(?: [{_NAME_CHARACTERS}]+)*")
_ATTRIBUTE_CHARACTER = re.compile(rb"[0-9A-Za-z!#$&+.^_`{|}~-]")  # RFC 2231 §7


def text(field: str, value: str) -> bytes:
    """An unstructured field (RFC 5322 §2.2.1)."""
    return _folded(field, _words(value))


def mailboxes(field: str, values: Sequence[Mailbox]) -> bytes:
    """An address list (RFC 5322 §3.4); nothing at all when it is empty."""
    last = len(values) - 1
    tokens = (token for index, value in enumerate(values) for token in _mailbox(value, "," if index < last else ""))
    return _folded(field, tokens) if values else b""


def date(field: str, value: datetime) -> bytes:
    """A date with its zone (RFC 5322 §3.3). A time without one is Malformed."""
    if value.tzinfo is None:
        raise Malformed
    return _folded(field, [format_datetime(value)])


def message_ids(field: str, values: Iterable[str]) -> bytes:
    """Identifiers in angle brackets (RFC 5322 §3.6.4); nothing at all when there are none."""
    identifiers = list(values)
    if not all(_MESSAGE_ID.fullmatch(value) and len(value) <= _MESSAGE_ID_LIMIT for value in identifiers):
        raise Malformed
    return _folded(field, identifiers) if identifiers else b""


def parameters(field: str, value: str, *given: str) -> bytes:
    """A field of RFC 2045 §5.1: a value, then `name=value` parameters already in their wire form."""
    *before, last = value, *given
    return _folded(field, [*(f"{token};" for token in before), last])


def document(content_type: str, name: str) -> bytes:
    """Content-Type and Content-Disposition of an attachment.

    The true name stands in one place: `filename`, or RFC 2231 `filename*` when it needs more than plain ASCII.
    `name` of Content-Type repeats it in ASCII for old readers, so no field names two files (attack 13).
    """
    if not name or not is_one_line(name) or set(name) & set("/\\") or len(name.encode()) > _NAME_LIMIT:
        raise Malformed
    return parameters("Content-Type", declared_type(content_type), f'name="{_ascii_name(name)}"') + parameters(
        "Content-Disposition", "attachment", *_file_name(name)
    )


def declared_type(content_type: str) -> str:
    """The media type that may stand in a message.

    Composite types never: base64 is forbidden for them (RFC 2045 §6.4), and readers that take such a part
    apart all the same see another message than those that do not.
    """
    match = _TYPE.fullmatch(content_type.strip().lower())
    return match[0] if match and match[1] not in ("multipart", "message") else "application/octet-stream"


def _folded(field: str, tokens: Iterable[str]) -> bytes:
    """Tokens with a space or a fold between them. One that is longer than a line has a line of its own."""
    lines, line, empty = [], f"{field}:", True
    for token in tokens:
        if not empty and len(line) + 1 + len(token) > _WIDTH:
            lines.append(line)
            line = ""
        line, empty = f"{line} {token}", False
    return "\r\n".join([*lines, line, ""]).encode("ascii")


def _words(value: str) -> list[str]:
    """The text as words of plain ASCII, or all of it as encoded-words (RFC 2047)."""
    if len(value) > _TEXT_LIMIT or not is_one_line(value):
        raise Malformed
    if not value:
        return []
    words = value.split(" ")
    if _PLAIN.fullmatch(value) and "=?" not in value and max(map(len, words)) <= _WORD:
        return words
    return _encoded_words(value)


def _encoded_words(value: str) -> list[str]:
    return [f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(value, (_WORD - 12) // 4 * 3)]


def _mailbox(value: Mailbox, comma: str) -> list[str]:
    if not _ADDRESS.fullmatch(value.address) or len(value.address) > 254:
        raise Malformed
    if not value.name:
        return [f"{value.address}{comma}"]
    words = _words(value.name)
    if not words[0].startswith("=?"):
        quoted = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", value.name))
        # Within quotes a fold may change the spaces, and encoded-words mean nothing (RFC 2047 §5).
        words = [quoted] if len(quoted) <= _WORD else _encoded_words(value.name)
    return [*words, f"<{value.address}>{comma}"]


def _pieces(value: str, limit: int) -> Iterator[bytes]:
    """The text in UTF-8, in pieces of whole characters."""
    piece = b""
    for character in value:
        octets = character.encode()
        if len(piece) + len(octets) > limit:
            yield piece
            piece = b""
        piece += octets
    yield piece


def _file_name(name: str) -> list[str]:
    """The `filename` parameter in the simplest form that carries it: quoted, extended, or extended in parts."""
    if _NAME_PLAIN.fullmatch(name):
        return [f'filename="{name}"']
    encoded = ["".join(map(_percent, character.encode())) for character in name]
    whole = f"filename*=utf-8''{''.join(encoded)}"
    if len(whole) < _WIDTH - 1:
        return [whole]
    pieces, piece = [], "utf-8''"
    for character in encoded:
        if len(piece) + len(character) > _WIDTH - len(" filename*00*=;"):
            pieces.append(piece)
            piece = ""
        piece += character
    return [f"filename*{number}*={piece}" for number, piece in enumerate([*pieces, piece])]


def _percent(octet: int) -> str:
    return chr(octet) if _ATTRIBUTE_CHARACTER.fullmatch(bytes([octet])) else f"%{octet:02X}"


def _ascii_name(name: str) -> str:
    """The name without accents, anything else as `_`; its last 60 characters, which keep the extension."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(rf"[^ {_NAME_CHARACTERS}]", "_", bare)[-60:].strip() or "_"

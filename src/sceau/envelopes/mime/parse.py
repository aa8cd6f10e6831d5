"""A mail that somebody else wrote, read once and safely: who, when, what about, and where each part stands.

The raw octets are the truth and are never written anew; this only says where things are in them. One result
serves the pages, the search, the downloads and whoever scans: nobody looks again in another way (attacks 12, 13).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sceau.envelopes.mime import addresses, transfer, words
from sceau.envelopes.mime.addresses import Written
from sceau.envelopes.mime.entity import Entity
from sceau.envelopes.mime.message import Part, Role
from sceau.envelopes.mime.oddities import EmptyMail, NoMail, Oddity
from sceau.envelopes.mime.scan import Limits, Scanner
from sceau.envelopes.names import safe_name

LIMITS = Limits()
_BEGINNING = 8  # octets by which a file of another kind is known
_OTHER_KINDS = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
_ONCE = ("from", "sender", "reply-to", "date", "subject", "message-id", "to", "cc")  # RFC 5322 §3.6
_SUBJECT_LIMIT = 1000  # characters
_PEOPLE_LIMIT = 200
_REFERENCES_LIMIT = 20
_EXTENSIONS = {
    "message/rfc822": "eml",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
}
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>")
_SHOWN = {"text/plain": 1_000_000, "text/html": 2_000_000}  # decoded octets that are worth a page


@dataclass(frozen=True, slots=True, repr=False)
class Parsed:
    """A mail as it says of itself; nobody vouches for any of it. Texts are decoded and hold nothing hidden.

    `sender` counts, whatever else From and Sender hold. `parts`: letter, formatted letter, pictures and documents,
    each numbered, with its place in the raw octets; together they are everything that can be reached.
    """

    sender: Written | None
    senders: tuple[Written, ...]  # all of From
    to: tuple[Written, ...]
    cc: tuple[Written, ...]
    date: datetime | None
    subject: str
    message_id: str  # empty unless well formed
    references: tuple[str, ...]  # what it answers, oldest first
    parts: tuple[Part, ...]
    oddities: tuple[Oddity, ...]
    size: int  # octets of the mail as it is

    def of(self, role: Role) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.role == role)


class Parser:
    """A mail as it arrives: `feed` it, then `close`. Keeps headers only, never a body."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._scanner = Scanner(limits)
        self._begins = b""

    def feed(self, data: bytes) -> None:
        """Raises LargeMail."""
        if len(self._begins) < _BEGINNING:
            self._begins += data[:_BEGINNING]
        self._scanner.feed(data)

    def close(self) -> Parsed:
        """Raises EmptyMail, NoMail, LargeMail."""
        if not self._scanner.total:
            raise EmptyMail
        root = self._scanner.close()
        if not root.fields and self._begins.startswith(_OTHER_KINDS):
            raise NoMail
        return _parsed(root, self._scanner)


def parse(raw: bytes, limits: Limits = LIMITS) -> Parsed:
    """Raises EmptyMail, NoMail, LargeMail, and never anything else, whatever the octets."""
    parser = Parser(limits)
    parser.feed(raw)
    return parser.close()


def content(raw: bytes, part: Part) -> bytes:
    """A part's decoded octets, from a mail that is wholly in memory."""
    return b"".join(transfer.decode(part.encoding, [raw[part.offset : part.offset + part.encoded_size]]))


def _parsed(root: Entity, scanner: Scanner) -> Parsed:
    odd = scanner.oddities
    people = {name: _people(root, name, odd) for name in ("from", "sender", "to", "cc")}
    date = _date(root.first("date"))
    if date is None:
        odd.add(Oddity.BAD_DATE)
    if any(len([given for given, _ in root.fields if given == name]) > 1 for name in _ONCE):
        odd.add(Oddity.REPEATED_FIELD)
    sender = next(iter((*people["from"], *people["sender"])), None)
    if sender is None or not sender.address:
        odd.add(Oddity.NO_SENDER)
    if len(people["from"]) > 1:
        odd.add(Oddity.MANY_SENDERS)
    parts = tuple(_parts(root, odd))
    return Parsed(
        sender=sender,
        senders=people["from"],
        to=people["to"],
        cc=people["cc"],
        date=date,
        subject=_line(root.first("subject"), odd)[:_SUBJECT_LIMIT],
        message_id=next(iter(_MESSAGE_ID.findall(root.first("message-id"))), ""),
        references=_references(root),
        parts=parts,
        oddities=tuple(sorted(odd)),
        size=scanner.total,
    )


def _people(root: Entity, name: str, odd: set[Oddity]) -> tuple[Written, ...]:
    found = tuple(addresses.parse(root.first(name))[:_PEOPLE_LIMIT])
    if any(one.deceiving for one in found):
        odd.add(Oddity.DECEIVING_NAME)
    if any(one.hidden for one in found):
        odd.add(Oddity.HIDDEN_CHARACTERS)
    if any(one.foreign for one in found):
        odd.add(Oddity.FOREIGN_LETTERS)
    return found


def _line(value: str, odd: set[Oddity]) -> str:
    shown, hidden = words.seen(words.decoded(value))
    if hidden:
        odd.add(Oddity.HIDDEN_CHARACTERS)
    return shown


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value[:100])
        # A date without zone is taken as UTC (RFC 5322 §3.3, "-0000").
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # what Python raises for dates that are none
        return None
    return found if found.year >= 1970 else None


def _references(root: Entity) -> tuple[str, ...]:
    found = _MESSAGE_ID.findall(f"{root.first('references')} {root.first('in-reply-to')}")
    return tuple(dict.fromkeys(found))[-_REFERENCES_LIMIT:]


# Parts


def _parts(root: Entity, odd: set[Oddity]) -> Iterator[Part]:
    """Every body that the mail has, with what it is to the reader; numbered as they come."""
    leaves = list(_leaves(root, root))
    html = next((leaf for leaf in leaves if _is_text(leaf, "text/html")), None)
    if any(_is_said(leaf, kind) and leaf.body.size > most for leaf in leaves for kind, most in _SHOWN.items()):
        odd.add(Oddity.LONG_TEXT)
    for number, leaf in enumerate(leaves, 1):
        yield _part(number, leaf, _role(leaf, html), odd)


@dataclass(frozen=True, slots=True)
class _Leaf:
    body: Entity
    choice: Entity | None  # the multipart/alternative that it is a form of
    within: bool  # a mail within the mail
    alone: bool  # the mail has no other


def _leaves(entity: Entity, root: Entity, choice: Entity | None = None, within: bool = False) -> Iterator[_Leaf]:
    if entity.is_mail:
        yield _Leaf(entity, None, within, False)
        for child in entity.children:
            yield from (leaf for leaf in _leaves(child, root, None, True) if _is_document(leaf.body))
    elif entity.children:
        if entity.kind == "multipart/alternative":
            choice = entity
        for child in entity.children:
            yield from _leaves(child, root, choice, within)
    elif not entity.is_multipart:
        yield _Leaf(entity, choice, within, entity is root)


def _is_document(body: Entity) -> bool:
    """Of a mail within the mail, what is worth a line besides the mail itself."""
    return bool(body.name) or body.disposition == "attachment" or not body.kind.startswith("text/")


def _is_said(leaf: _Leaf, kind: str) -> bool:
    """Part of what the mail itself says, not a document."""
    body = leaf.body
    named = bool(body.name) and not leaf.alone
    return body.kind == kind and not (leaf.within or named or body.disposition == "attachment")


def _is_text(leaf: _Leaf, kind: str) -> bool:
    return _is_said(leaf, kind) and leaf.body.size <= _SHOWN[kind]


def _role(leaf: _Leaf, html: _Leaf | None) -> Role:
    if leaf is html:
        return Role.HTML
    if _is_text(leaf, "text/plain"):
        # Beside a formatted letter, a text that is not another form of it would not be seen.
        said_again = html is None or (html.choice is not None and html.choice is leaf.choice)
        return Role.TEXT if said_again else Role.DOCUMENT
    body = leaf.body
    if body.cid and body.kind.startswith("image/") and body.disposition != "attachment" and not leaf.within:
        return Role.INLINE
    return Role.DOCUMENT


def _part(number: int, leaf: _Leaf, role: Role, odd: set[Oddity]) -> Part:
    body = leaf.body
    name = body.name or (_title(body) if body.is_mail else "")
    if name and words.seen(name)[1]:
        odd.add(Oddity.HIDDEN_CHARACTERS)
    if role in (Role.TEXT, Role.HTML) and words.codec(body.charset) is None:
        odd.add(Oddity.UNKNOWN_CHARSET)
    length = max(0, body.end - body.offset)
    return Part(
        number=str(number),
        content_type=body.kind,
        name=safe_name(name) if name else _unnamed(body.kind, role),
        encoding=body.encoding,
        offset=body.offset,
        encoded_size=length,
        size=length if body.is_mail else body.size,
        sha256=b"",
        role=role,
        charset=body.charset,
        cid=body.cid,
    )


def _unnamed(kind: str, role: Role) -> str | None:
    """What a document without a name is called where a program has to choose how to open it."""
    extension = _EXTENSIONS.get(kind) if role in (Role.DOCUMENT, Role.INLINE) else None
    return f"document.{extension}" if extension else None


def _title(mail: Entity) -> str:
    """What a mail within the mail may be called: by its subject."""
    subject = mail.children[0].first("subject") if mail.children else ""
    shown = words.seen(words.decoded(subject))[0][:100]
    return f"{shown}.eml" if shown else ""


def read(chunks: Iterable[bytes], limits: Limits = LIMITS) -> Parsed:
    """The same for a mail that comes in pieces."""
    parser = Parser(limits)
    for chunk in chunks:
        parser.feed(chunk)
    return parser.close()

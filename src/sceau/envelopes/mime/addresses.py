"""Address lists (RFC 5322 §3.4) as mails really have them.

Split before anything is decoded, so that no encoded-word can bring a comma, a bracket or an address of its own
(attack 11). An address is never decoded either: what is shown is what was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from sceau.envelopes.mime import words

_LIMIT = 500
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"?|<([^<>]*)>?|([,;:()])|([^",;:<>()]+)|(.)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")
_LOOKS_LIKE_ADDRESS = re.compile(r"[@＠﹫]")
_ADDRESS_LIMIT, _NAME_LIMIT = 320, 200


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody as a mail names him. `name` is empty where it would deceive; `address` may be, or may be none at all.

    `deceiving`: the name looked like another address; `hidden`: characters that cannot be seen were taken out;
    `foreign`: the address is not of ASCII letters alone: its domain is shown in A-labels.
    """

    name: str
    address: str
    deceiving: bool = False
    hidden: bool = False
    foreign: bool = False


def parse(value: str) -> list[Written]:
    """Everybody in a list, groups laid open; at most 500."""
    written = (each for each in map(_written, _entries(value)) if each is not None)
    return list(islice(written, _LIMIT))


@dataclass(slots=True)
class _Entry:
    phrase: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None

    @property
    def is_named_only(self) -> bool:
        return self.angle is None and not any("@" in piece for piece in self.phrase)


def _entries(value: str) -> Iterator[_Entry]:
    entry, depth = _Entry(), 0
    for found in _TOKEN.finditer(value):
        mark = found[3]
        if mark in ("(", ")"):
            depth = max(0, depth + (1 if mark == "(" else -1))
        elif depth:
            entry.comments.append(found[0])
        elif mark == ":" and entry.is_named_only:
            entry = _Entry()  # the name of a group
        elif mark == ";" or (mark == "," and not entry.is_named_only):
            yield entry
            entry = _Entry()
        else:
            _add(entry, found)  # the comma of an unquoted « Benali, Marc <…> » too
    yield entry


def _add(entry: _Entry, found: re.Match[str]) -> None:
    quoted, bracketed = found[1], found[2]
    if quoted is not None:
        entry.phrase.append(_ESCAPED.sub(r"\1", quoted))
    elif bracketed is not None and entry.angle is None:
        entry.angle = bracketed
    elif entry.angle is None or found[0].strip():
        entry.phrase.append(found[0])  # a second address is seen as the deceit it is


def _written(entry: _Entry) -> Written | None:
    text, address = "".join(entry.phrase).strip(" ,"), entry.angle
    if address is None and "@" in text:
        pieces = text.split()
        address = pieces.pop(max(at for at, piece in enumerate(pieces) if "@" in piece))
        text = " ".join(pieces)
    if not text and not address:
        return None
    return _shown(text or " ".join(entry.comments), (address or "").rpartition(":")[2])


def _shown(name: str, address: str) -> Written:
    read, hidden = words.seen(words.decoded(name))
    plain, hidden_too = words.seen(address)
    plain = plain.replace(" ", "")[:_ADDRESS_LIMIT]
    deceiving = bool(_LOOKS_LIKE_ADDRESS.search(read)) and read.casefold() != plain.casefold()
    if deceiving or read.casefold() == plain.casefold():
        read = ""
    return Written(read[:_NAME_LIMIT], _visible(plain), deceiving, hidden or hidden_too, not plain.isascii())


def _visible(address: str) -> str:
    """The domain in A-labels (RFC 5890): letters that imitate others are seen to be others (attack 14)."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        shown = domain.encode("idna").decode()
    except UnicodeError:
        shown = domain.encode("ascii", "backslashreplace").decode()
    return f"{local}{at}{shown}"

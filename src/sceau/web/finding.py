"""What a search found, as its page shows it; and how what was typed travels (decision 0012)."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound, Unreadable
from sceau.envelopes import names, search_words
from sceau.envelopes.search import Hit, Results
from sceau.vault import lists
from sceau.web import panes
from sceau.web.pages import Row

LONGEST = 200  # characters of a question

_PURPOSE = "question"
_ADDRESS = re.compile(r"([1-9][0-9]{0,8})\.([\w-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a text: found, or what stands around it."""

    text: str
    found: bool


_Marked = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FoundRow:
    row: Row
    who: _Marked
    subject: _Marked
    details: tuple[
        _Marked, ...
    ]  # addresses, file names, a line of the letter: whatever made it found and shows nowhere
    place: str  # "Corbeille"; empty for the usual ones


@dataclass(frozen=True, slots=True)
class Found:
    """The page of a search."""

    question: str
    rows: tuple[FoundRow, ...]
    count: str  # "12 enveloppes"
    older: str  # path of the next page
    again: str  # path that goes on reading; empty once everything was read
    progress: str  # "6 000 enveloppes sur 10 000 relues"
    done: int
    total: int


def seal(question: str, *, by: Actor) -> str:
    """A question as the page's address carries it: only this mailbox's readers can read it again."""
    epoch, key = lists.current(by.keys, by.mailbox.id)
    sealed = key.seal(_PURPOSE, question.encode(), by.mailbox.id)
    return f"{epoch}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def unseal(address: str, *, by: Actor) -> str:
    """What was asked; nothing when it is not one of this mailbox's questions. Raises UnsignedKey."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return ""
    epoch, sealed = parts.groups()
    try:
        octets = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return lists.of(by.keys, by.mailbox.id, int(epoch)).open(_PURPOSE, octets, by.mailbox.id).decode()
    except (binascii.Error, NotFound, Unreadable):
        return ""


def asked(typed: str) -> str:
    """A question as it is looked for: one line, not endless."""
    return names.one_line(typed)[:LONGEST].strip()


def page(question: str, results: Results, *, here: str, by: Actor, now: datetime) -> Found:
    """`here`: the page's own path, sealed question included."""
    rows = tuple(_rows(results, by=by, now=now))
    number = len(rows)
    count = ngettext("%(count)s enveloppe", "%(count)s enveloppes", number) % {"count": number}
    return Found(
        question=question,
        rows=rows,
        count=_("les %(count)s plus récentes") % {"count": number} if results.older else count if rows else "",
        older=f"{here}&avant={results.older}" if results.older else "",
        again="" if results.is_complete else here,
        progress=_("%(done)s enveloppes sur %(total)s relues")
        % {"done": _number(results.indexed), "total": _number(results.total)},
        done=results.indexed,
        total=results.total,
    )


def _rows(results: Results, *, by: Actor, now: datetime) -> Iterator[FoundRow]:
    for hit in results.hits:
        row = panes.row(hit.line, by=by, now=now)
        yield FoundRow(
            row=row,
            who=_marked(row.who, results.terms),
            subject=_marked(row.subject, results.terms),
            details=tuple(_marked(text, results.terms) for text in _details(hit, row, results.terms)),
            place=_("Corbeille") if hit.line.folder == "trash" else "",
        )


def _number(value: int) -> str:
    """ "10 000" """
    return str(formats.number_format(value, use_l10n=True, force_grouping=True))


def _details(hit: Hit, row: Row, terms: tuple[str, ...]) -> Iterator[str]:
    """What made it found and the row does not show."""
    for party in hit.parties[:2]:
        if not search_words.ranges(party.name, terms):
            yield party.address
        elif party.name not in row.who:
            yield party.name
    yield from hit.files[:3]
    if hit.excerpt:
        yield hit.excerpt


def _marked(text: str, terms: tuple[str, ...]) -> _Marked:
    """Marks are made by the template, from ranges: no word of anybody becomes markup."""
    pieces, end = [], 0
    for start, stop in search_words.ranges(text, terms):
        pieces += [Piece(text[end:start], False), Piece(text[start:stop], True)]
        end = stop
    return tuple(piece for piece in (*pieces, Piece(text[end:], False)) if piece.text)

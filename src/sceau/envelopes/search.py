"""Search over everything that a mailbox may read: who, subject, label, names of documents, and opened letters (V4).

Every word that was typed must begin a word of the envelope, whatever case and accents. An unopened envelope is found by
what its row shows, never by its letter, and no line of it is shown.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Error
from sceau.envelopes import listing, search_index, search_words
from sceau.envelopes.listing import Line, Place
from sceau.envelopes.models import Copy, Folder
from sceau.envelopes.reading import Unsealed
from sceau.envelopes.search_segment import Piece
from sceau.envelopes.summaries import Party
from sceau.notify import labels

PATIENCE = timedelta(milliseconds=1200)  # how long one request builds the index before it answers
AROUND = 60  # characters of the letter shown on each side of what was found


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """One envelope, and where in it the words are."""

    line: Line
    excerpt: str  # of the letter, around what was found there; empty when the row shows every word
    files: tuple[str, ...]  # names of documents that match
    parties: tuple[Party, ...]  # who matches, by name or by address


@dataclass(frozen=True, slots=True, repr=False)
class Results:
    terms: tuple[str, ...]  # the folded words that were looked for
    hits: tuple[Hit, ...]  # newest first, a page at most
    older: UUID | None  # the copy to go on after
    indexed: int  # copies that the index knows
    total: int  # copies that can be searched

    @property
    def is_complete(self) -> bool:
        return self.indexed >= self.total


def find(text: str, *, by: Actor, at: datetime, place: Place | None = None, before: UUID | None = None) -> Results:
    """The newest page of what holds these words, or the one older than the copy `before`.

    Takes at most PATIENCE to build what the index lacks: `Results` says how far it came; asking again goes on.
    """
    now, wanted = clock.running(at), search_words.terms(text)
    waiting = search_index.build(by, at=at, until=lambda: now() - at >= PATIENCE)
    total = search_index.alive(by).count() if waiting else 0
    if not wanted:
        return Results((), (), None, total - waiting, total)
    found = _newest_first(_matches(wanted, by), before)
    lines, older = _page(found, _visible(place, at), by)
    hits = tuple(_hit(line, wanted, by) for line in lines)
    return Results(wanted, hits, older, total - waiting, total)


def _matches(wanted: Sequence[str], by: Actor) -> Iterator[tuple[int, UUID, UUID]]:
    """Of each copy: when, which, and the piece that says so."""
    codes = {term: _labels(term) for term in wanted}
    for stored in search_index.pieces(by):
        for number in _in_piece(stored.piece, wanted, codes):
            entry = stored.piece.entry(number)
            yield entry.at_ms, entry.copy, stored.row.id


def _in_piece(piece: Piece, wanted: Sequence[str], codes: dict[str, list[str]]) -> set[int]:
    each = (
        piece.beginning(term).union(*(piece.holding(search_index.label_word(code)) for code in codes[term]))
        for term in wanted
    )
    found = next(each)
    for numbers in each:
        found &= numbers
    return found


def _labels(term: str) -> list[str]:
    """Labels whose name, in the reader's language, has a word that begins so."""
    return [code for code in labels.CODES if search_words.matched([labels.name(code)], [term])]


def _newest_first(matches: Iterator[tuple[int, UUID, UUID]], before: UUID | None) -> list[tuple[UUID, UUID]]:
    """Copy and piece; those after `before`, when it is among them."""
    found = [(copy, piece) for _at, copy, piece in sorted(matches, reverse=True)]
    start = next((number for number, (copy, _) in enumerate(found, 1) if copy == before), 0)
    return found[start:]


def _visible(place: Place | None, at: datetime) -> Callable[[Line], bool]:
    """What a piece knows may have been moved, or its hour may have come, since it was written."""

    def is_there(line: Line) -> bool:
        if isinstance(place, Folder):
            return line.filed_in == place.id and line.folder == Copy.Folder.FILED
        return place is None or line.folder == place

    return lambda line: not line.withdrawn_at and not line.is_destroyed(at) and is_there(line)


def _page(
    found: Sequence[tuple[UUID, UUID]], visible: Callable[[Line], bool], by: Actor
) -> tuple[list[Line], UUID | None]:
    """As many lines as a page takes. A copy counts only where its row says that this piece knows it (attack 31)."""
    lines: list[Line] = []
    for start in range(0, len(found), listing.PAGE):
        pieces = dict(found[start : start + listing.PAGE])
        for line in listing.by_ids(list(pieces), by=by):
            if line.segment != pieces[line.id] or not visible(line):
                continue
            if len(lines) == listing.PAGE:
                return lines, lines[-1].id
            lines.append(line)
    return lines, None


def _hit(line: Line, wanted: Sequence[str], by: Actor) -> Hit:
    card = line.card
    if card is None:
        return Hit(line, "", (), ())
    parties = tuple(
        party for party in (card.sender, *card.to) if search_words.ranges(f"{party.name} {party.address}", wanted)
    )
    files = tuple(name for name in card.files if search_words.ranges(name, wanted))
    shown = [card.subject, labels.name(card.label), *files]
    shown += [text for party in parties for text in (party.name, party.address)]
    missing = [term for term in wanted if term not in search_words.matched(shown, wanted)]
    return Hit(line, _excerpt(line, missing, by) if missing else "", files, parties)


def _excerpt(line: Line, terms: Sequence[str], by: Actor) -> str:
    """The letter around the first of these words; nothing of a letter that this mailbox has not opened."""
    if not search_index.has_text(line.role, line.opened_at):
        return ""
    copy = Copy.objects.select_related("envelope").get(id=line.id, mailbox=by.mailbox)
    try:
        text = " ".join(Unsealed(copy, keys=by.keys).text()[: search_index.TEXT_LIMIT].split())
    except Error:
        return ""
    first = next(iter(search_words.ranges(text, terms)), None)
    return _around(text, *first) if first else ""


def _around(text: str, start: int, end: int) -> str:
    """Cut between words."""
    begin = text.rfind(" ", 0, max(0, start - AROUND)) + 1
    stop = text.find(" ", min(len(text), end + AROUND))
    stop = len(text) if stop < 0 else stop
    return f"{'… ' if begin else ''}{text[begin:stop]}{' …' if stop < len(text) else ''}"

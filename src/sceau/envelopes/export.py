"""Taking content along: one envelope's documents as a ZIP that streams, or all that somebody may read, in parcels.

A parcel is read twice: first to the end, which tells checksums and what does not open; then it leaves. So the whole is
announced before its first octet, a cut download goes on (`parcel`), and nothing is left out without a word.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound, Unreadable
from sceau.envelopes import archive, handover, receipts
from sceau.envelopes.archive import Entry
from sceau.envelopes.models import Copy, Opening
from sceau.envelopes.parcel import Item, Parcel
from sceau.envelopes.reading import Stream, Unsealed
from sceau.envelopes.receipts import NotYetPublished
from sceau.envelopes.rules import Destroyed
from sceau.evidence.faults import LogFault

PARCEL = 200_000_000  # octets of messages; a single larger one makes a parcel of its own
MANY = 5_000  # messages of one parcel
PROOFS = 500  # receipts of one archive: each takes a signature
_BATCH = 50  # copies in memory at once
_ZIP = "application/zip"

Place = Copy.Folder | UUID  # received, sent, trash, or a folder of one's own
Word = Callable[[list[str]], str]  # what is said, in the reader's language, of the messages that do not open


@dataclass(frozen=True, slots=True)
class Wish:
    """What to take: by place, and by when it was sealed. `until` fixes it: what comes later changes no parcel."""

    places: tuple[Place, ...]
    until: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a wish comes to. Nothing was opened or read for it."""

    parcels: tuple[tuple[UUID, ...], ...]  # copies, oldest first
    sizes: tuple[int, ...]  # octets of the messages of each
    proofs: tuple[tuple[UUID, ...], ...]  # copies of which a receipt can be made
    closed: int  # received envelopes that stay out because this person has not opened them

    @property
    def count(self) -> int:
        return sum(map(len, self.parcels))


def documents(letter: Unsealed, *, name: str, at: datetime) -> Stream:
    """The documents of one envelope. `at`: when they were sealed, in the reader's zone."""
    entries = (Entry(each.name, at, each.chunks) for each in letter.documents())
    return Stream(name, _ZIP, None, archive.write(entries))


def plan(wish: Wish, *, by: Actor, at: datetime) -> Plan:
    """Two queries, whatever the size of the mailbox."""
    wanted = _wanted(wish, by, at)
    readable = wanted.filter(_readable(wish, by)).order_by("sort_at", "id")
    rows = list(readable.values_list("id", "envelope__size", "role"))
    parcels = tuple(_parcels((id, size) for id, size, _role in rows))
    sizes = {id: size for id, size, _role in rows}
    proved = [id for id, _size, role in rows if role != Copy.Role.KEPT]  # about an import nothing is proved
    return Plan(
        parcels=parcels,
        sizes=tuple(sum(sizes[id] for id in parcel) for parcel in parcels),
        proofs=tuple(tuple(proved[start : start + PROOFS]) for start in range(0, len(proved), PROOFS)),
        closed=wanted.exclude(_readable(wish, by)).count(),
    )


def parcel(
    ids: tuple[UUID, ...],
    wish: Wish,
    *,
    by: Actor,
    paths: Mapping[Place, tuple[str, ...]],
    note: str,
    word: Word,
    now: Callable[[], datetime],
) -> Parcel:
    """The messages of these copies, below the path of their place; what does not open is named in the file `note`.

    Each message whose last octet leaves is a handover. The file is there only when `word` has something to say.
    """
    zone, closed = ZoneInfo(by.person.zone), list[str]()
    items = list(_items(ids, by, paths, zone, closed, now))
    if text := word(closed).encode():
        items.append(Item(note, (), wish.until.astimezone(zone), len(text), zlib.crc32(text), lambda: [text]))
    return Parcel(items)


def proofs(
    ids: tuple[UUID, ...],
    wish: Wish,
    *,
    by: Actor,
    name: str,
    paths: Mapping[Place, tuple[str, ...]],
    note: str,
    word: Word,
    now: Callable[[], datetime],
) -> Stream:
    """The receipts of these copies: made as they leave, since what happened meanwhile is in them."""
    return Stream(name, _ZIP, None, archive.write(_receipts(ids, by, paths, note, word, now)))


def _wanted(wish: Wish, by: Actor, at: datetime) -> QuerySet[Copy]:
    system = [place for place in wish.places if isinstance(place, Copy.Folder)]
    own = [place for place in wish.places if isinstance(place, UUID)]
    held = Copy.objects.filter(
        Q(folder__in=system) | Q(folder=Copy.Folder.FILED, filed_in__in=own),
        mailbox=by.mailbox,
        destroyed_at=None,
        destroy_at__gt=at,
        sort_at__lte=wish.until,
    )
    return held.filter(sort_at__gte=wish.since) if wish.since else held


def _readable(wish: Wish, by: Actor) -> Q:
    """What needs no opening, or what this person had opened when he wished: taking it along opens nothing."""
    opened = Opening.objects.filter(copy=OuterRef("pk"), person=by.person, at__lte=wish.until)
    return Q(role__in=[Copy.Role.FROM, Copy.Role.KEPT]) | Q(Exists(opened))


def _parcels(rows: Iterable[tuple[UUID, int]]) -> Iterator[tuple[UUID, ...]]:
    ids, total = list[UUID](), 0
    for id, size in rows:
        if ids and (total + size > PARCEL or len(ids) == MANY):
            yield tuple(ids)
            ids, total = [], 0
        ids.append(id)
        total += size
    if ids:
        yield tuple(ids)


def _copies(ids: tuple[UUID, ...], by: Actor) -> Iterator[tuple[Copy, Opening | None]]:
    """Those that are still there, in this order, with this person's opening of what he received."""
    by.keys.prefetch(by.mailbox.id)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        copies = Copy.objects.select_related("envelope__mailbox", "mailbox").filter(id__in=batch, destroyed_at=None)
        found = {copy.id: copy for copy in copies}
        opened = {opening.copy_id: opening for opening in Opening.objects.filter(copy__in=found, person=by.person)}
        yield from ((found[id], opened.get(id)) for id in batch if id in found)


def _items(
    ids: tuple[UUID, ...],
    by: Actor,
    paths: Mapping[Place, tuple[str, ...]],
    zone: ZoneInfo,
    closed: list[str],
    now: Callable[[], datetime],
) -> Iterator[Item]:
    for copy, opening in _copies(ids, by):
        try:
            yield _item(copy, opening, _path(copy, paths), zone, by, now)
        except (Unreadable, NotFound, Destroyed):
            closed.append(_title(copy, zone))  # it must not hold back the others, and must not be missed


def _item(
    copy: Copy,
    opening: Opening | None,
    path: tuple[str, ...],
    zone: ZoneInfo,
    by: Actor,
    now: Callable[[], datetime],
) -> Item:
    """Reads the whole message once. Raises Unreadable, NotFound, Destroyed."""
    letter, crc, size = Unsealed(copy, keys=by.keys), 0, 0
    for chunk in letter.message().chunks:
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    name = f"{_title(copy, zone)} {letter.summary.subject}".strip()
    chunks = partial(_watched, letter, copy, opening, by=by, now=now)
    return Item(f"{name}.eml", path, copy.sort_at.astimezone(zone), size, crc, chunks)


def _watched(
    letter: Unsealed, copy: Copy, opening: Opening | None, *, by: Actor, now: Callable[[], datetime]
) -> Iterator[bytes]:
    return handover.watched(letter.message().chunks, copy, opening, "eml", by=by, now=now)


def _receipts(
    ids: tuple[UUID, ...],
    by: Actor,
    paths: Mapping[Place, tuple[str, ...]],
    note: str,
    word: Word,
    now: Callable[[], datetime],
) -> Iterator[Entry]:
    zone, missing = ZoneInfo(by.person.zone), list[str]()
    for copy, _opening in _copies(ids, by):
        title = _title(copy, zone)
        try:
            octets = receipts.pdf(receipts.build(copy, by=by, at=now()))
        except (NotYetPublished, Unreadable, LogFault):  # sealed a second ago; changed by somebody
            missing.append(title)
        else:
            yield Entry(f"{title}.pdf", copy.sort_at.astimezone(zone), [octets], _path(copy, paths))
    if text := word(missing):
        yield Entry(note, now().astimezone(zone), [text.encode()])


def _path(copy: Copy, paths: Mapping[Place, tuple[str, ...]]) -> tuple[str, ...]:
    if copy.folder == Copy.Folder.FILED and copy.filed_in_id and copy.filed_in_id in paths:
        return paths[copy.filed_in_id]
    return paths.get(Copy.Folder(copy.folder), ())


def _title(copy: Copy, zone: ZoneInfo) -> str:
    return f"{copy.sort_at.astimezone(zone):%Y-%m-%d %H.%M.%S}"

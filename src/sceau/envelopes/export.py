"""Taking content along: one envelope's documents, or everything that somebody may read, as a ZIP that streams."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sceau.accounts.actor import Actor
from sceau.core.errors import NotFound, Unreadable
from sceau.envelopes import archive, handover, reading, receipts
from sceau.envelopes.archive import Entry
from sceau.envelopes.models import Copy, Opening
from sceau.envelopes.reading import Stream, Unsealed
from sceau.envelopes.receipts import NotYetPublished
from sceau.envelopes.rules import Destroyed
from sceau.evidence.faults import LogFault

_BATCH = 50  # copies in memory at once
_ZIP = "application/zip"


def documents(letter: Unsealed, *, name: str, at: datetime) -> Stream:
    """The documents of one envelope. `at`: when they were sealed, in the reader's zone."""
    entries = (Entry(each.name, at, each.chunks) for each in letter.documents())
    return Stream(name, _ZIP, None, archive.write(entries))


def everything(
    *,
    by: Actor,
    name: str,
    folders: Mapping[Copy.Folder, str],
    proofs: str,
    notes: Mapping[str, str],
    now: Callable[[], datetime],
) -> Stream:
    """Every envelope this person has opened or sent, as .eml in a folder named by `folders`, receipts in `proofs`.

    What nobody opened stays closed: taking it along would be opening it. `notes` are texts to put beside, by
    name. Each message that has left wholly is a handover.
    """
    return Stream(name, _ZIP, None, archive.write(_entries(by, folders, proofs, notes, now)))


def left_closed(by: Actor, *, at: datetime) -> int:
    """How many received envelopes `everything` leaves out because this person has not opened them."""
    return _held(by, at).exclude(role=Copy.Role.FROM).exclude(openings__person=by.person).count()


def _entries(
    by: Actor,
    folders: Mapping[Copy.Folder, str],
    proofs: str,
    notes: Mapping[str, str],
    now: Callable[[], datetime],
) -> Iterator[Entry]:
    zone = ZoneInfo(by.person.zone)
    for title, text in notes.items():
        yield Entry(title, now().astimezone(zone), [text.encode()])
    by.keys.prefetch(by.mailbox.id)
    ids = list(_held(by, now()).order_by("folder", "sort_at").values_list("id", flat=True))
    for start in range(0, len(ids), _BATCH):
        for copy, opening in _batch(ids[start : start + _BATCH], by):
            # One that does not open, or that was destroyed meanwhile, must not hold back the others.
            with suppress(Unreadable, NotFound, Destroyed):
                yield _entry(copy, opening, folders[Copy.Folder(copy.folder)], zone, by, now)
            with suppress(NotYetPublished, Unreadable, LogFault):
                yield _receipt(copy, proofs, zone, by, now())


def _batch(ids: list[UUID], by: Actor) -> Iterator[tuple[Copy, Opening | None]]:
    """Those that this person may read, with his opening; None for what he sent."""
    copies = Copy.objects.select_related("envelope__mailbox", "mailbox").filter(id__in=ids, destroyed_at=None)
    found = {copy.id: copy for copy in copies}
    opened = {opening.copy_id: opening for opening in Opening.objects.filter(copy__in=found, person=by.person)}
    for id in ids:
        if id in found and (id in opened or found[id].role == Copy.Role.FROM):
            yield found[id], opened.get(id)


def _entry(
    copy: Copy, opening: Opening | None, folder: str, zone: ZoneInfo, by: Actor, now: Callable[[], datetime]
) -> Entry:
    """Raises Unreadable, NotFound, Destroyed."""
    letter, at = Unsealed(copy, keys=by.keys), copy.sort_at.astimezone(zone)
    message = reading.begun(letter.message())
    chunks = handover.watched(message.chunks, copy, opening, "eml", by=by, now=now)
    name = f"{at:%Y-%m-%d %H.%M} {letter.summary.subject}.eml"
    return Entry(name, at, chunks, folder)


def _receipt(copy: Copy, folder: str, zone: ZoneInfo, by: Actor, at: datetime) -> Entry:
    """Raises NotYetPublished, for what was sealed a second ago; Unreadable, LogFault for what somebody changed."""
    octets = receipts.pdf(receipts.build(copy, by=by, at=at))
    return Entry(f"{copy.sort_at.astimezone(zone):%Y-%m-%d %H.%M}.pdf", at.astimezone(zone), [octets], folder)


def _held(by: Actor, at: datetime) -> QuerySet[Copy]:
    return Copy.objects.filter(mailbox=by.mailbox, destroyed_at=None, destroy_at__gt=at)

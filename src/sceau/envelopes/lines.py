"""What a list shows of a copy without its seal: one small record a row, under the list key (V4).

The first listing of a copy opens its seal (a KEM), then keeps what it found as `Copy.line`; later ones open that.
A line is bound to its copy and its envelope: moved to another row it does not open, and is made anew from the seal.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import OperationalError

from sceau.core import canonical
from sceau.core.errors import Error, Malformed, NotFound, Unreadable
from sceau.envelopes import summaries
from sceau.envelopes.models import Copy
from sceau.envelopes.summaries import ContentKey, Party, Summary
from sceau.vault import lists
from sceau.vault.keyring import Keys
from sceau.vault.lists import ListKey

NAMED = 8  # recipients, and documents, that a line names; it counts the others

_PURPOSE = "line"
_VERSION = 1


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What a row shows of an envelope's content."""

    sender: Party
    to: tuple[Party, ...]  # the first NAMED recipients, copies included
    others: int  # recipients beyond these
    subject: str
    label: str
    files: tuple[str, ...]  # names of the first NAMED documents

    @classmethod
    def of(cls, summary: Summary) -> Self:
        to = (*summary.to, *summary.cc)
        files = tuple(part.name or "" for part in summary.documents[:NAMED])
        return cls(summary.sender, to[:NAMED], max(0, len(to) - NAMED), summary.subject, summary.label, files)


@dataclass(frozen=True, slots=True, repr=False)
class Stored:
    """One row's record, as the database holds it."""

    copy: UUID
    envelope: UUID
    mailbox: UUID
    epoch: int
    line: bytes | None


def cards(stored: Sequence[Stored], keys: Keys) -> dict[UUID, Card]:
    """What these copies show, by their ids; those that do not open, line or seal, are missing.

    Destroyed copies are not asked for. One statement, and another to keep the new ones, when some have no line that
    opens.
    """
    found: dict[UUID, Card] = {}
    opened: dict[tuple[UUID, int], ListKey] = {}
    for row in stored:
        if row.line is None:
            continue
        with suppress(Unreadable, Malformed, NotFound):
            place = row.mailbox, row.epoch
            if place not in opened:
                opened[place] = lists.of(keys, *place)
            found[row.copy] = _decode(opened[place].open(_PURPOSE, row.line, row.copy, row.envelope))
    missing = [row.copy for row in stored if row.copy not in found]
    if missing:
        found |= _listed_first(missing, keys)
    return found


def _listed_first(copies: Iterable[UUID], keys: Keys) -> dict[UUID, Card]:
    """From the seals. One row that does not open must not hide the others."""
    found: dict[UUID, Card] = {}
    rows = Copy.objects.select_related("envelope").filter(id__in=copies, destroyed_at=None, withdrawn_at=None)
    written = []
    for copy in rows:
        with suppress(Error):
            key = summaries.content_key(copy, keys)
            card = Card.of(key.open_summary(bytes(copy.envelope.summary or b"")))
            copy.line = _seal(copy, key, card, keys)
            found[copy.id] = card
            written.append(copy)
    _keep(written)
    return found


def _keep(copies: list[Copy]) -> None:
    """A line holds the content key: never written over a destruction that came in between.

    A list is shown all the same when the database takes nothing: the next one will try again.
    """
    alive = Copy.objects.filter(destroyed_at=None, withdrawn_at=None)
    with suppress(OperationalError):
        alive.bulk_update(copies, ["line"])


def _seal(copy: Copy, key: ContentKey, card: Card, keys: Keys) -> bytes:
    under = lists.of(keys, copy.mailbox_id, copy.epoch)
    return under.seal(_PURPOSE, _encode(key, card), copy.id, copy.envelope_id)


def _encode(key: ContentKey, card: Card) -> bytes:
    return canonical.dumps(
        {
            "version": _VERSION,
            "key": key.octets.hex(),
            "from": [card.sender.name, card.sender.address],
            "to": [[party.name, party.address] for party in card.to],
            "others": card.others,
            "subject": card.subject,
            "label": card.label,
            "files": list(card.files),
        }
    )


def _decode(data: bytes) -> Card:
    """Raises Malformed."""
    value = canonical.loads(data)
    try:
        if value["version"] != _VERSION:
            raise Malformed
        return Card(
            sender=Party(*value["from"]),
            to=tuple(Party(*party) for party in value["to"]),
            others=value["others"],
            subject=value["subject"],
            label=value["label"],
            files=tuple(value["files"]),
        )
    except (KeyError, TypeError) as error:
        raise Malformed from error

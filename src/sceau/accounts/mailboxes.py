"""Mailboxes: who has one, and which public key seals to it now."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sceau.accounts.models import Mailbox, Person
from sceau.core.errors import Refused
from sceau.core.values import Address
from sceau.database.queries import PreparedQuery
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.vault import epochs, principals
from sceau.vault.epochs import EpochKey
from sceau.vault.signer import UnsignedKey


class OldEpoch(Refused):
    """The stored epoch is lower than one already in evidence: somebody put an old key back (V9)."""

    code = "old-epoch"


def personal(person: Person) -> Mailbox:
    """The mailbox that has the account's own address."""
    return Mailbox.objects.get(owner=person, address=person.email)


def find_all(addresses: Iterable[Address]) -> dict[Address, Mailbox]:
    """Those that exist and whose owner's account is not closed, in one query; the others are absent."""
    asked = {str(address): address for address in addresses}
    rows = _BY_ADDRESS.objects(addresses=list(asked))
    return {asked[row.address]: row for row in rows if row.owner is None or row.owner.is_active}


def _all_with(addresses: list[str]) -> QuerySet[Mailbox]:
    return Mailbox.objects.select_related("owner").filter(address__in=addresses)


_BY_ADDRESS = PreparedQuery(_all_with, addresses=[str])


def keys_for(mailboxes: Iterable[Mailbox]) -> dict[UUID, EpochKey]:
    """The key that seals to each mailbox, in two queries. Raises OldEpoch, or the vault's UnsignedKey."""
    asked = list(mailboxes)
    keys = epochs.current(mailbox.id for mailbox in asked)
    for mailbox in asked:
        if mailbox.id in keys:
            keys[mailbox.id].require(mailbox.address)  # the address is signed too: our table alone proves nothing
    # Numbers follow one another, so that a higher epoch in evidence means that the next one is there.
    if log.happened(("epoch", key.mailbox, key.number + 1) for key in keys.values()):
        raise OldEpoch
    return keys


def owner(mailbox: Mailbox) -> Person:
    """Whose it is. Every mailbox is somebody's, until those of organisations come."""
    if mailbox.owner is None:
        raise NotImplementedError("organisational mailboxes come with delegation")
    return mailbox.owner


def roll(mailbox: Mailbox, *, at: datetime, by: UUID | None = None) -> EpochKey:
    """Open the mailbox's next epoch for its owner and put it in evidence. Inside the act's transaction.

    Needs public keys only: nobody has to be signed in. Raises UnsignedKey when the signer never saw this owner under
    this address: whoever writes to the tables could name himself, and be granted what arrives from then on.
    """
    principal = owner(mailbox).principal
    if mailbox.address not in principals.signed(principal).addresses:
        raise UnsignedKey
    key = epochs.open_next(mailbox.id, [mailbox.address], [principal], at=at, by=by)
    content = {"mailbox": str(key.mailbox), "epoch": key.number, "public_key": key.public_key.hex()}
    reader = records.Reader(key.mailbox, key.number, key.public_key)
    facts = records.seal(content, [reader], envelope=None, at=at)
    log.record(log.Fact(Event.MAILBOX_EPOCH, facts=facts, once=("epoch", key.mailbox, key.number)), at=at)
    return key

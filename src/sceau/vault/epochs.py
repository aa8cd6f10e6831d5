"""Mailbox epochs (V2, V9): the key pair that receives, and who is granted its private half.

Opening the next epoch needs public keys and the signer, no secret of anybody: a worker can do it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from sceau.core import hpke, random
from sceau.core.errors import Busy
from sceau.database.queries import PreparedQuery
from sceau.vault import principals, signer
from sceau.vault.models import Grant, MailboxEpoch, Principal
from sceau.vault.signer import UnsignedKey
from sceau.vault.statements import Statement

_TYPE = "mailbox"
OWNER = sum(Grant.Right)


@dataclass(frozen=True, slots=True)
class EpochKey:
    """The verified key that seals to a mailbox."""

    mailbox: UUID
    number: int
    public_key: bytes
    addresses: tuple[str, ...] = ()

    def require(self, address: str) -> None:
        """Raises UnsignedKey unless the signer saw this mailbox under this address: the table of addresses is only a
        table, and whoever writes there could send one person's mail to another."""
        if address not in self.addresses:
            raise UnsignedKey


def open_next(
    mailbox: UUID, addresses: list[str], to: Sequence[Principal], *, at: datetime, by: UUID | None = None
) -> EpochKey:
    """Open epoch 1, or the next one, and grant it with every right to each of `to`.

    `addresses` are what the caller knows to be this mailbox's, not what a sealed or received message says. Raises
    UnsignedKey for a principal whose key was changed; Busy when another act opened the same epoch first.
    """
    seed, last = random.key(), MailboxEpoch.objects.filter(mailbox=mailbox).aggregate(Max("number"))["number__max"]
    key = EpochKey(mailbox, (last or 0) + 1, hpke.public_key(seed), tuple(addresses))
    grants = [_grant(principal, key, seed, at, by) for principal in to]
    statement, signature = signer.sign(Statement(_TYPE, mailbox, key.public_key, at, key.addresses, key.number))
    epoch = MailboxEpoch(
        mailbox=mailbox,
        number=key.number,
        public_key=key.public_key,
        statement=statement,
        signature=signature,
        not_before=at,
    )
    for grant in grants:
        grant.epoch = epoch
    try:
        with transaction.atomic():
            epoch.save(force_insert=True)
            Grant.objects.bulk_create(grants)
    except IntegrityError as error:
        raise Busy from error
    return key


def current(mailboxes: Iterable[UUID]) -> dict[UUID, EpochKey]:
    """The newest key of each mailbox that has one, in one statement. Raises UnsignedKey if any was changed."""
    # A mailbox has few epochs: reading them all costs half of what asking the database for the newest does.
    found = _EPOCHS.objects(mailboxes=list(set(mailboxes)))
    newest = {row.mailbox: row for row in sorted(found, key=lambda row: row.number)}
    return {mailbox: verified(row) for mailbox, row in newest.items()}


def _epochs(mailboxes: list[UUID]) -> QuerySet[MailboxEpoch]:
    return MailboxEpoch.objects.filter(mailbox__in=mailboxes)


_EPOCHS = PreparedQuery(_epochs, mailboxes=[UUID])


def verified(epoch: MailboxEpoch) -> EpochKey:
    """What the signer signed, if the row still says the same. Raises UnsignedKey (attack 32)."""
    statement = signer.verify(bytes(epoch.statement), bytes(epoch.signature))
    if (statement.type, statement.subject, statement.epoch) != (_TYPE, epoch.mailbox, epoch.number):
        raise UnsignedKey
    if statement.public_key != bytes(epoch.public_key):
        raise UnsignedKey
    return EpochKey(statement.subject, statement.epoch, statement.public_key, statement.addresses)


def read_by_the_same(mailbox: UUID, number: int, *, at: datetime) -> list[int]:
    """The older epochs that each live reader of epoch `number` reads as well: what lies there may move to it (V10)."""
    readers: dict[int, set[UUID]] = defaultdict(set)
    for grant in Grant.objects.filter(epoch__mailbox=mailbox, epoch__number__lte=number).select_related("epoch"):
        if grant.lets_read(at):
            readers[grant.epoch.number].add(grant.principal_id)
    newest = readers.pop(number, set())
    return sorted(older for older, those in readers.items() if newest and newest <= those)


def settle(mailbox: UUID, number: int, *, at: datetime) -> None:
    """Nothing is left to move to this epoch: nobody needs to look again until the next one opens.

    Not within an hour of its opening: somebody may be sealing to the older key that he read before.
    """
    rolled = MailboxEpoch.objects.filter(mailbox=mailbox, number=number, not_before__lt=at - timedelta(hours=1))
    rolled.update(settled=True)


def grant_info(mailbox: UUID, number: int, principal: UUID) -> bytes:
    """What a grant's sealed seed is bound to: copied to another row, it opens nothing."""
    return hpke.info("grant", mailbox, number, principal)


def _grant(principal: Principal, key: EpochKey, seed: bytes, at: datetime, by: UUID | None) -> Grant:
    info = grant_info(key.mailbox, key.number, principal.id)
    sealed = hpke.seal(principals.public_key(principal), seed, info=info)
    return Grant(principal=principal, rights=OWNER, sealed_seed=sealed, since=at, by=by)

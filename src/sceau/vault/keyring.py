"""What an authenticated person can open, for as long as one request runs (V6)."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sceau.core import hpke
from sceau.core.encoding import Part
from sceau.core.errors import NotFound
from sceau.core.opaque import Opaque
from sceau.database.queries import PreparedQuery
from sceau.vault import epochs, format
from sceau.vault.models import Grant
from sceau.vault.signer import UnsignedKey


def _of(principal: UUID, mailbox: UUID) -> QuerySet[Grant]:
    return Grant.objects.filter(principal_id=principal, epoch__mailbox=mailbox).select_related("epoch")


_GRANTS = PreparedQuery(_of, principal=UUID, mailbox=UUID)


class Keys(Opaque):
    """One principal's way to its mailboxes. Never stored, never in a job, never in a log: it holds the seed.

    Mailbox keys are opened when first asked for and kept until the object goes. `at` decides which grants
    are live; without it, only those without an end are.
    """

    __slots__ = ("_at", "_fetched", "_grants", "_opened", "_own", "_seed", "principal_id")

    def __init__(self, principal_id: UUID, seed: bytes, *, at: datetime | None = None) -> None:
        self.principal_id = principal_id
        self._seed = seed
        self._at = at
        self._own: hpke.PrivateKey | None = None  # expanded when needed: most requests open nothing
        self._grants: dict[tuple[UUID, int], Grant] = {}
        self._fetched: set[UUID] = set()  # mailboxes of which every grant is there
        self._opened: dict[tuple[UUID, int], tuple[bytes, hpke.PrivateKey]] = {}

    def mailbox_seed(self, mailbox: UUID, epoch: int) -> bytes:
        """Raises NotFound without a live grant to read; UnsignedKey or Unreadable when rows were changed."""
        return self._mailbox(mailbox, epoch)[0]

    def open(self, mailbox: UUID, epoch: int, sealed: bytes, *, info: bytes) -> bytes:
        """What was sealed to that epoch of the mailbox. Raises Unreadable, and as `mailbox_seed` does."""
        return self._mailbox(mailbox, epoch)[1].open(sealed, info=info)

    def open_record(self, mailbox: UUID, epoch: int, purpose: str, sealed: bytes, *context: Part) -> bytes:
        """What `format.seal_record` sealed to that epoch. Raises Unreadable, and as `mailbox_seed` does."""
        return format.open_record(self._mailbox(mailbox, epoch)[1], purpose, sealed, *context)

    def prefetch(self, mailbox: UUID) -> None:
        """Fetch the grants of every epoch of the mailbox in one statement, before a list is read; once is enough."""
        if mailbox not in self._fetched:
            self._fetch(mailbox)

    def newest_epoch(self, mailbox: UUID) -> int:
        """The highest number among the mailbox's epochs that may be read. Raises NotFound when none may."""
        self.prefetch(mailbox)
        numbers = [number for held, number in self._grants if held == mailbox]
        if not numbers:
            raise NotFound
        return max(numbers)

    def is_settled(self, mailbox: UUID) -> bool:
        """Has all that may move to the newest epoch moved (V10)? Raises NotFound when none may be read."""
        return self._grants[mailbox, self.newest_epoch(mailbox)].epoch.settled

    def own_seed(self) -> bytes:
        """The principal's seed, to wrap it anew under another way in (V8). Nothing else needs it."""
        return self._seed

    def _mailbox(self, mailbox: UUID, epoch: int) -> tuple[bytes, hpke.PrivateKey]:
        place = mailbox, epoch
        if place not in self._opened:
            if place not in self._grants:
                self._fetch(mailbox)
            if place not in self._grants:
                raise NotFound
            self._opened[place] = self._unseal(self._grants[place])
        return self._opened[place]

    def _fetch(self, mailbox: UUID) -> None:
        for grant in _GRANTS.objects(principal=self.principal_id, mailbox=mailbox):
            if grant.lets_read(self._at):
                self._grants[mailbox, grant.epoch.number] = grant
        self._fetched.add(mailbox)

    def _unseal(self, grant: Grant) -> tuple[bytes, hpke.PrivateKey]:
        key = epochs.verified(grant.epoch)
        if self._own is None:
            self._own = hpke.PrivateKey(self._seed)
        info = epochs.grant_info(key.mailbox, key.number, self.principal_id)
        seed = self._own.open(bytes(grant.sealed_seed), info=info)
        opened = hpke.PrivateKey(seed)
        # Anybody can seal a seed of his own to a public key: it must be the one behind the signed key (attack 32).
        if opened.public != key.public_key:
            raise UnsignedKey
        return seed, opened

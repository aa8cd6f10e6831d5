"""The list key of a mailbox epoch (V4): a reader's own records, opened without a KEM.

What a list shows of a copy, the pieces of the search index and the names of folders are small records under it. It is
derived from the epoch's seed, which only the epoch's readers hold: a key sealed to the public half could have been put
there by anybody who writes to the tables, and would then read what lies under it (decision 0011).
"""

from uuid import UUID

from sceau.core import kdf
from sceau.core.encoding import Part, labelled
from sceau.core.opaque import Opaque
from sceau.vault import format
from sceau.vault.keyring import Keys


class ListKey(Opaque):
    """The symmetric key of one epoch's lists, in memory while a request runs."""

    __slots__ = ("_key",)

    def __init__(self, seed: bytes, mailbox: UUID, epoch: int) -> None:
        """`seed`: the epoch's, 32 octets."""
        self._key = kdf.derive(seed, labelled(b"sceau/list/1", "list-key", mailbox, epoch))

    def seal(self, purpose: str, plaintext: bytes, *context: Part) -> bytes:
        """A small record; `context` says which row it is for, so that it opens in no other."""
        return format.seal_small(self._key, purpose, plaintext, *context)

    def mark(self, purpose: str, *parts: Part) -> bytes:
        """32 octets by which the same parts are known again, and which tell nothing without this key."""
        return kdf.derive(self._key, labelled(b"sceau/list/1", purpose, *parts))

    def open(self, purpose: str, sealed: bytes, *context: Part) -> bytes:
        """The plaintext. Raises Unreadable."""
        return format.open_small(self._key, purpose, sealed, *context)


def of(keys: Keys, mailbox: UUID, epoch: int) -> ListKey:
    """The list key of one epoch. `keys` keeps the seed it comes from; asking again costs three microseconds.

    Raises NotFound without a live grant, UnsignedKey or Unreadable when rows were changed.
    """
    return ListKey(keys.mailbox_seed(mailbox, epoch), mailbox, epoch)


def current(keys: Keys, mailbox: UUID) -> tuple[int, ListKey]:
    """The newest epoch that these keys may read, and its list key: what new records are sealed under.

    Raises as `of` does.
    """
    epoch = keys.newest_epoch(mailbox)
    return epoch, of(keys, mailbox, epoch)

"""Key custody (V5): the keys that open without their owner, for recovery and for courts."""

from typing import Protocol

PURPOSES = ("recovery", "evidence")


class KeyCustody(Protocol):
    """Holds one X-Wing key a purpose and never gives it away.

    Every use is evidence: whoever calls `open` records it in the same transaction.
    """

    def open(self, purpose: str, sealed: bytes, *, info: bytes) -> bytes:
        """What was sealed to the purpose's public key, now or before a rotation.

        Raises Unreadable, also for a purpose that is not in PURPOSES; TryLater when the keys cannot be
        reached.
        """
        ...

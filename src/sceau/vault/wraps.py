"""Ways in to a private seed (V5): under a password, a recovery code, or the other half of a session. Pure.

Each wrap is bound to the principal whose seed it holds: moved to another row, it opens nothing.
"""

from uuid import UUID

from sceau.core import box, password_box
from sceau.core.encoding import Part, labelled
from sceau.core.password_box import Cost
from sceau.vault import recovery_code

# The cost of one guess at a password, in new wraps. Old wraps carry their own.
COST = Cost()

_LABEL = b"sceau/wrap/1"
_SEED = 32


def seal_with_password(password: str, seed: bytes, principal: UUID, *, purpose: str = "password") -> bytes:
    """About 95 ms. Raises Busy when more than four are under way in this process for too long."""
    return password_box.seal(password, seed, info=labelled(_LABEL, purpose, principal), cost=COST)


def open_with_password(password: str, wrap: bytes | None, principal: UUID, *, purpose: str = "password") -> bytes:
    """The seed. Raises Unreadable for a wrong password, and for no wrap at all after the same work; Malformed, Busy."""
    wrap = password_box.decoy(COST, _SEED) if wrap is None else wrap
    return password_box.open(password, wrap, info=labelled(_LABEL, purpose, principal))


def seal_with_code(code: str, seed: bytes, principal: UUID) -> bytes:
    """Under HKDF alone: 160 random bits need no stretching. Raises Malformed."""
    return box.seal(recovery_code.read(code), seed, info=labelled(_LABEL, "recovery-code", principal))


def open_with_code(code: str, wrap: bytes, principal: UUID) -> bytes:
    """The seed. Raises Malformed for what is no code, Unreadable for another code."""
    return box.open(recovery_code.read(code), wrap, info=labelled(_LABEL, "recovery-code", principal))


def seal_with_key(key: bytes, seed: bytes, purpose: str, *context: Part) -> bytes:
    """Under a 32-octet key: a session's half (V6)."""
    return box.seal(key, seed, info=labelled(_LABEL, purpose, *context))


def open_with_key(key: bytes, wrap: bytes, purpose: str, *context: Part) -> bytes:
    """The seed. Raises Unreadable."""
    return box.open(key, wrap, info=labelled(_LABEL, purpose, *context))

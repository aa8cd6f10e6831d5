"""Principals: who owns a key pair, and the ways into its private half (V2, V5).

A person's seed is wrapped under the password, under a recovery code printed once, and to custody (managed accounts).
Opening a wrap is the check: no other verifier is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sceau import custody
from sceau.core import hpke, ids, random
from sceau.core.errors import Malformed, Refused, Unreadable
from sceau.core.opaque import Opaque
from sceau.vault import recovery_code, signer, wraps
from sceau.vault.models import Principal, Wrap
from sceau.vault.signer import UnsignedKey
from sceau.vault.statements import Statement

_NOBODY = UUID(int=0)


class WrongPassword(Refused):
    code = "wrong-password"


class WrongRecoveryCode(Refused):
    code = "wrong-recovery-code"


@dataclass(frozen=True, slots=True, repr=False)
class NewPrincipal(Opaque):
    """What sign-up hands on: the code is shown once, the seed opens the first session."""

    principal: Principal
    seed: bytes
    recovery_code: str


def create(subject: UUID, password: str, *, addresses: Sequence[str] = (), at: datetime) -> NewPrincipal:
    """A person's principal with its three ways in. Stretches the password: 95 ms, best outside a transaction.

    `addresses`: those that this person proved to read; the signer vouches for them with the key.

    Raises IntegrityError when the subject has a principal already; Busy.
    """
    seed, code, kind = random.key(), recovery_code.new(), Principal.Kind.PERSON
    public_key = hpke.public_key(seed)
    statement, signature = signer.sign(Statement(kind.value, subject, public_key, at, tuple(addresses)))
    principal = Principal(
        id=ids.new(),
        kind=kind,
        subject=subject,
        public_key=public_key,
        statement=statement,
        signature=signature,
        created_at=at,
    )
    ways_in = {
        Wrap.Kind.PASSWORD: wraps.seal_with_password(password, seed, principal.id),
        Wrap.Kind.RECOVERY: wraps.seal_with_code(code, seed, principal.id),
        Wrap.Kind.CUSTODY: hpke.seal(custody.public_key("recovery"), seed, info=custody_info(principal)),
    }
    with transaction.atomic():
        principal.save(force_insert=True)
        Wrap.objects.bulk_create(
            Wrap(principal=principal, kind=kind, sealed=sealed, created_at=at) for kind, sealed in ways_in.items()
        )
    return NewPrincipal(principal, seed, code)


def check_password(principal: Principal | None, password: str) -> bytes:
    """The seed that the password opens.

    Nobody, or somebody without a password, costs the same statement and the same work as a wrong password.
    Raises WrongPassword; UnsignedKey when the rows were changed; Busy.
    """
    owner = principal.id if principal else _NOBODY
    try:
        seed = wraps.open_with_password(password, _sealed(owner, Wrap.Kind.PASSWORD), owner)
    except Unreadable as error:
        raise WrongPassword from error
    return proven(principal, seed)


def way_in(principal: Principal | None) -> bytes:
    """Octets that change whenever the password does; they open nothing and tell nothing of it."""
    return _sealed(principal.id if principal else _NOBODY, Wrap.Kind.PASSWORD) or b""


def change_password(principal: Principal, seed: bytes, password: str, *, at: datetime) -> None:
    """From now on this password opens the seed and no other does. The caller ends the sessions. Raises Busy."""
    set_wrap(principal, Wrap.Kind.PASSWORD, wraps.seal_with_password(password, seed, principal.id), at=at)


def open_with_recovery_code(principal: Principal | None, code: str) -> bytes:
    """The seed that the code opens. Raises WrongRecoveryCode; UnsignedKey when the rows were changed."""
    owner = principal.id if principal else _NOBODY
    try:
        seed = wraps.open_with_code(code, _sealed(owner, Wrap.Kind.RECOVERY) or b"", owner)
    except (Malformed, Unreadable) as error:
        raise WrongRecoveryCode from error
    return proven(principal, seed)


def new_recovery_code(principal: Principal, seed: bytes, *, at: datetime) -> str:
    """A fresh code, shown once; the older one opens nothing any more."""
    code = recovery_code.new()
    set_wrap(principal, Wrap.Kind.RECOVERY, wraps.seal_with_code(code, seed, principal.id), at=at)
    return code


def public_key(principal: Principal) -> bytes:
    """The principal's public key, as the signer signed it. Raises UnsignedKey (attack 32)."""
    return signed(principal).public_key


def signed(principal: Principal) -> Statement:
    """What the signer signed about this principal, if the row still says the same. Raises UnsignedKey."""
    statement = signer.verify(bytes(principal.statement), bytes(principal.signature))
    if (statement.type, statement.subject) != (principal.kind, principal.subject):
        raise UnsignedKey
    if statement.public_key != bytes(principal.public_key):
        raise UnsignedKey
    return statement


def proven(principal: Principal | None, seed: bytes) -> bytes:
    """The seed itself, if it is the one behind the principal's signed key: another's wrap, put in the place of his,
    signs nobody in. Raises UnsignedKey."""
    if principal is None or hpke.public_key(seed) != public_key(principal):
        raise UnsignedKey
    return seed


def set_wrap(principal: Principal, kind: Wrap.Kind, sealed: bytes, *, at: datetime) -> None:
    """Replace one way in."""
    Wrap.objects.update_or_create(principal=principal, kind=kind, defaults={"sealed": sealed, "created_at": at})


def custody_info(principal: Principal) -> bytes:
    """What the custody wrap is bound to."""
    return hpke.info("custody-wrap", principal.id)


def _sealed(principal: UUID, kind: Wrap.Kind) -> bytes | None:
    row = Wrap.objects.filter(principal_id=principal, kind=kind).values_list("sealed", flat=True).first()
    return None if row is None else bytes(row)

"""« Accès perdu » without a recovery code (V8): custody opens, the worker hands over, the new password receives.

    prepare    web     a fresh key pair; its seed under the new password; its public key in a signed statement
    release    operator  signs that this very key may receive: a state in a table would be anybody's who writes there
    hand_over  worker  after the delay: the person's seed, out of the custody wrap, sealed to that public key
    finish     web     at the next login: the new password opens the pair, the pair opens the seed

So no web process ever holds custody, and nothing can be read before the new password is given again.
"""

import base64
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import transaction

from sceau.core import canonical, hpke, random
from sceau.core.errors import Malformed, NotFound, Refused, Unreadable
from sceau.custody.port import KeyCustody
from sceau.vault import principals, signer, wraps
from sceau.vault.models import Principal, Wrap
from sceau.vault.signer import UnsignedKey
from sceau.vault.statements import Statement

_TYPE, _RELEASE = "reception", "release"


class TooEarly(Refused):
    """The person still has time to refuse."""

    code = "too-early"


@dataclass(frozen=True, slots=True)
class Reception:
    """What a RECEPTION wrap holds: canonical JSON, octets in base 64.

    `release` is the signature of an operator's release, `sealed` the seed, once handed over.
    """

    statement: bytes
    signature: bytes
    wrap: bytes
    release: bytes | None = None
    sealed: bytes | None = None

    def encode(self) -> bytes:
        return canonical.dumps(
            {
                "version": 1,
                "statement": _text(self.statement),
                "signature": _text(self.signature),
                "wrap": _text(self.wrap),
                "release": None if self.release is None else _text(self.release),
                "sealed": None if self.sealed is None else _text(self.sealed),
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises Malformed for what does not encode to the same octets again."""
        value = canonical.loads(data)
        try:
            reception = cls(
                statement=_octets(value["statement"]),
                signature=_octets(value["signature"]),
                wrap=_octets(value["wrap"]),
                release=None if value["release"] is None else _octets(value["release"]),
                sealed=None if value["sealed"] is None else _octets(value["sealed"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed from error
        if reception.encode() != data:
            raise Malformed
        return reception


def prepare(principal: Principal, password: str, *, at: datetime) -> None:
    """Make the place that will receive the seed under the new password; an earlier one is forgotten. Raises Busy."""
    keep(principal, place(principal, password, at=at), at=at)


def place(principal: Principal, password: str, *, at: datetime) -> bytes:
    """A place to receive the seed, not kept yet. Stretches the password: outside the transaction. Raises Busy."""
    seed = random.key()
    statement, signature = signer.sign(Statement(_TYPE, principal.subject, hpke.public_key(seed), at))
    wrap = wraps.seal_with_password(password, seed, principal.id, purpose=_TYPE)
    return Reception(statement, signature, wrap).encode()


def keep(principal: Principal, place: bytes, *, at: datetime) -> None:
    """From now on this place receives, and no earlier one: in the transaction of the act that asks for it."""
    principals.set_wrap(principal, Wrap.Kind.RECEPTION, place, at=at)


def release(principal: Principal) -> None:
    """An operator found that the person is who asks: the place that is prepared now, and no other, may receive.

    Raises NotFound (nothing prepared, or prepared anew meanwhile), UnsignedKey.
    """
    row, reception = _prepared(principal)
    _, signature = signer.sign(_released(_statement(principal, reception)))
    _replace(row, replace(reception, release=signature))


def hand_over(principal: Principal, custody: KeyCustody, *, at: datetime) -> None:
    """Seal the person's seed, out of custody, to the place that was released. Doing it twice is fine.

    The delay counts from the signed time, so that whoever writes to the database cannot shorten it; the key that
    receives is the one that was signed, and so is its release. The caller records the use of custody in the same
    transaction. Raises NotFound (nothing prepared, or a personal account without custody), TooEarly, UnsignedKey (also
    when nobody released it), Unreadable.
    """
    row, reception = _prepared(principal)
    if reception.sealed is not None:
        return
    statement = _statement(principal, reception)
    signer.verify(_released(statement).encode(), reception.release or b"")
    if at < statement.not_before + timedelta(hours=settings.SCEAU_RECOVERY_HOURS):
        raise TooEarly
    seed = _out_of_custody(principal, custody)
    sealed = hpke.seal(statement.public_key, seed, info=_info(principal))
    _replace(row, replace(reception, sealed=sealed))


def finish(principal: Principal, password: str, *, at: datetime) -> bytes | None:
    """The seed, when it was handed over and this is the new password, which from now on opens it alone.

    None otherwise: the caller then checks the password as at any login. Raises UnsignedKey, Busy.
    """
    try:
        _, reception = _prepared(principal)
        if reception.sealed is None:
            return None
        place = wraps.open_with_password(password, reception.wrap, principal.id, purpose=_TYPE)
    except (NotFound, Unreadable):
        return None
    seed = principals.proven(principal, hpke.open(place, reception.sealed, info=_info(principal)))
    wrap = wraps.seal_with_password(password, seed, principal.id)
    with transaction.atomic():
        principals.set_wrap(principal, Wrap.Kind.PASSWORD, wrap, at=at)
        cancel(principal)
    return seed


def cancel(principal: Principal) -> None:
    """The person refused, or found the way in again: what was prepared receives nothing any more."""
    Wrap.objects.filter(principal=principal, kind=Wrap.Kind.RECEPTION).delete()


def _prepared(principal: Principal) -> tuple[Wrap, Reception]:
    row = Wrap.objects.filter(principal=principal, kind=Wrap.Kind.RECEPTION).first()
    if row is None:
        raise NotFound
    return row, Reception.decode(bytes(row.sealed))


def _replace(row: Wrap, reception: Reception) -> None:
    """Raises NotFound when a second `prepare` replaced the row meanwhile: then nothing goes anywhere."""
    if not Wrap.objects.filter(id=row.id, sealed=row.sealed).update(sealed=reception.encode()):
        raise NotFound


def _statement(principal: Principal, reception: Reception) -> Statement:
    """What was signed about the place that was prepared. Raises UnsignedKey."""
    statement = signer.verify(reception.statement, reception.signature)
    if (statement.type, statement.subject) != (_TYPE, principal.subject):
        raise UnsignedKey
    return statement


def _released(statement: Statement) -> Statement:
    """What a release signs: the same key of the same person, prepared at the same time."""
    return replace(statement, type=_RELEASE)


def _out_of_custody(principal: Principal, custody: KeyCustody) -> bytes:
    row = Wrap.objects.filter(principal=principal, kind=Wrap.Kind.CUSTODY).first()
    if row is None:
        raise NotFound
    seed = custody.open("recovery", bytes(row.sealed), info=principals.custody_info(principal))
    return principals.proven(principal, seed)


def _info(principal: Principal) -> bytes:
    return hpke.info("reception", principal.id)


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _octets(text: Any) -> bytes:  # TypeError for what is no text
    return base64.b64decode(text, validate=True)

"""Browser sessions (V6, V7): the row holds a wrapped seed, the cookie the key that unwraps it.

    cookie  c, 32 random octets          row id  SHA-256("sid" ‖ c)          key  HKDF(c, "kek")

                 begin                complete               idle, 12 h, lock
    (no row) ──────────▶ pending ──────────────▶ open ──────────────────────▶ locked
                         10 minutes   new c,      ▲      the wrapped seed        │
                                      new row     └────────── unlock ────────────┘
                                                        password, same c, ≤ 12 h

Every step is one conditional statement: of two requests that race, one wins and the other finds nothing. What makes
a session and what ends all of them wait for each other: none that is being opened outlives the end of all.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from sceau.core import clock, kdf, random
from sceau.core.errors import Refused, Unreadable
from sceau.database.queries import PreparedQuery
from sceau.vault import principals, wraps
from sceau.vault.keyring import Keys
from sceau.vault.models import Principal, Session

COOKIE = "__Host-sceau"
PENDING = timedelta(minutes=10)
DAY = timedelta(hours=12)  # how long a full login counts: then a session locks, and the password alone does not unlock

_HUMAN = timedelta(seconds=20)  # how precisely the last human act is kept: a statement less a click


class Assurance(IntEnum):
    """How surely we know who it is; each access function names the level it needs."""

    NONE = 0
    PASSWORD = 1
    CODE = 2  # password and mailed code
    STRONG = 3  # passkey, Pro Santé Connect
    CARD = 4


class SessionGone(Refused):
    """Ended, expired, never ours, or beyond what was asked of it: a full login is needed."""

    code = "session-gone"


@dataclass(frozen=True, slots=True)
class Found:
    """A session that exists; `keys` only while it is open."""

    session: Session
    keys: Keys | None


@dataclass(frozen=True, slots=True, repr=False)
class Mark:
    """A row that is open has this id, was acted in and fully logged in to after these times."""

    id: bytes
    acted_after: datetime
    strong_after: datetime


def begin(principal: Principal, seed: bytes, *, device: str, at: datetime) -> str:
    """A pending session: the password was right, the code is awaited for 10 minutes. Returns the cookie.

    The caller, in the same transaction, asks once more afterwards whether the password is still the one that was right
    (`principals.way_in`): from then on whoever changes it finds this session, and ends it.
    """
    session = Session(
        principal=principal,
        state=Session.State.PENDING,
        assurance=Assurance.PASSWORD,
        device=device[:80],
        created_at=at,
        acted_at=at,
    )
    with transaction.atomic():
        _hold(principal.id)
        return _insert(session, seed)


def complete(cookie: str, *, assurance: Assurance, at: datetime) -> str:
    """Trade a pending session for an open one, under a new cookie. Of two at once, one wins.

    Raises SessionGone.
    """
    half = _half(cookie)
    with transaction.atomic():
        pending = _pending(at).filter(id=_row_id(half)).select_related("principal").first()
        if pending:
            _hold(pending.principal_id)
        # The DELETE decides: who removed the row may go on (PostgreSQL reads the same row twice before).
        if pending is None or not _pending(at).filter(id=pending.id).delete()[0]:
            raise SessionGone
        session = Session(
            principal=pending.principal,
            state=Session.State.OPEN,
            assurance=assurance,
            device=pending.device,
            created_at=at,
            strong_at=at,
            acted_at=at,
        )
        return _insert(session, _unwrap(pending, half))


def find(cookie: str, *, at: datetime, human: bool) -> Found | None:
    """The session of a cookie, or None. One that is idle, or older than 12 hours, is locked on the way.

    `human` says that a person acts (V7): navigation, submit, typing, not a poll or a prefetch.
    """
    try:
        half = _half(cookie)
    except SessionGone:
        return None
    session = _lookup(half, at)
    if session and _is_overdue(session, at):
        _lock(_overdue(at).filter(id=session.id))
        session = _lookup(half, at)  # again: another tab may just have been used, or have left
    if session is None:
        return None
    if session.state != Session.State.OPEN or (human and not _act(session, at)):
        return Found(session, None)
    try:
        return Found(session, Keys(session.principal_id, _unwrap(session, half), at=at))
    except Unreadable:
        return None  # the row was changed: it opens nothing, and says nothing


def mark(cookie: str, *, at: datetime) -> Mark:
    """What tells the open session of a cookie in a statement of one's own. Raises SessionGone."""
    return Mark(_row_id(_half(cookie)), at - _patience(), at - DAY)


def unlock(cookie: str, password: str, *, at: datetime) -> Found:
    """Open a locked session again in the same browser, within 12 hours of its full login.

    Raises SessionGone, WrongPassword, Busy.
    """
    half = _half(cookie)
    session = _unlockable(at).filter(id=_row_id(half)).select_related("principal").first()
    if session is None:
        raise SessionGone
    seed = principals.check_password(session.principal, password)
    session.state, session.acted_at = Session.State.OPEN, at
    session.wrapped_key = _wrap(session, half, seed)
    changes = {"state": session.state, "wrapped_key": session.wrapped_key, "acted_at": at}
    if not _unlockable(at).filter(id=session.id).update(**changes):
        raise SessionGone  # ended while the password was being checked
    return Found(session, Keys(session.principal_id, seed, at=at))


def lock(session: Session) -> None:
    """Forget the wrapped seed: row and cookie together open nothing any more."""
    _lock(Session.objects.filter(id=session.id))
    session.state, session.wrapped_key = Session.State.LOCKED, None


def end(session: Session) -> None:
    Session.objects.filter(id=session.id).delete()


def end_all(principal: Principal, *, but: Session | None = None) -> int:
    """End every session of the principal, pending ones included; how many."""
    others = Session.objects.filter(principal=principal)
    if but is not None:
        others = others.exclude(id=but.id)
    with transaction.atomic():
        _hold(principal.id)
        return others.delete()[0]


def lock_idle(*, at: datetime) -> int:
    """Lock every session that is idle, or older than 12 hours; how many. For the worker, each minute."""
    return _lock(_overdue(at))


def purge(*, at: datetime) -> int:
    """Delete what can open nothing any more; how many.

    A locked session outlives its last unlock while it was used in the meantime: its page may still save what
    was being typed (V7).
    """
    expired = Q(state=Session.State.PENDING, created_at__lte=at - PENDING)
    useless = Q(state=Session.State.LOCKED, strong_at__lte=at - DAY, acted_at__lte=at - DAY)
    return Session.objects.filter(expired | useless).delete()[0]


def _hold(principal: UUID) -> None:
    """Until the transaction ends nobody else makes a session of this principal, or ends them all.

    For PostgreSQL; SQLite has one writer anyway.
    """
    Principal.objects.select_for_update(no_key=True).filter(id=principal).values_list("id").first()


def _insert(session: Session, seed: bytes) -> str:
    """Save the session under a fresh cookie, which is returned."""
    half = random.key()
    session.id = _row_id(half)
    session.wrapped_key = _wrap(session, half, seed)
    session.save(force_insert=True)
    return _cookie(half)


def _half(cookie: str) -> bytes:
    """The 32 octets of a cookie. Raises SessionGone for what we never wrote."""
    try:
        half = base64.b64decode(cookie + "=", altchars="-_", validate=True)
    except (binascii.Error, ValueError) as error:  # the second: not ASCII
        raise SessionGone from error
    if len(half) != 32 or _cookie(half) != cookie:
        raise SessionGone
    return half


def _cookie(half: bytes) -> str:
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def _row_id(half: bytes) -> bytes:
    return hashlib.sha256(b"sid" + half).digest()


def _wrap(session: Session, half: bytes, seed: bytes) -> bytes:
    return wraps.seal_with_key(kdf.derive(half, b"kek"), seed, *_bound(session))


def _unwrap(session: Session, half: bytes) -> bytes:
    """The seed. Raises Unreadable."""
    return wraps.open_with_key(kdf.derive(half, b"kek"), bytes(session.wrapped_key or b""), *_bound(session))


def _bound(session: Session) -> tuple[str, UUID, int, int]:
    """What a wrapped seed is bound to: whoever writes to the table cannot turn a right password into a full login."""
    strong = 0 if session.strong_at is None else clock.milliseconds(session.strong_at)
    purpose = "session-pending" if session.state == Session.State.PENDING else "session"
    return purpose, session.principal_id, session.assurance, strong


def _lookup(half: bytes, at: datetime) -> Session | None:
    """The row of a cookie, unless it is a pending one whose time is over."""
    session = _ROW.first(id=_row_id(half))
    if session and session.state == Session.State.PENDING and session.created_at <= at - PENDING:
        return None
    return session


def _row(id: bytes) -> QuerySet[Session]:
    return Session.objects.filter(id=id)


_ROW = PreparedQuery(_row, id=bytes)  # each request asks


def _pending(at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(state=Session.State.PENDING, created_at__gt=at - PENDING)


def _unlockable(at: datetime) -> QuerySet[Session]:
    # An open one too: another tab may have unlocked it while this one was being typed into.
    return Session.objects.filter(state__in=[Session.State.LOCKED, Session.State.OPEN], strong_at__gt=at - DAY)


def _overdue(at: datetime) -> QuerySet[Session]:
    """Those that must lock. `_is_overdue` says the same of a row in hand, for a request that need not write."""
    return Session.objects.filter(Q(acted_at__lte=at - _patience()) | Q(strong_at__lte=at - DAY))


def _is_overdue(session: Session, at: datetime) -> bool:
    if session.state != Session.State.OPEN or session.strong_at is None:
        return False
    return session.acted_at <= at - _patience() or session.strong_at <= at - DAY


def _patience() -> timedelta:
    return timedelta(minutes=settings.SCEAU_IDLE_MINUTES)


def _lock(sessions: QuerySet[Session]) -> int:
    return sessions.filter(state=Session.State.OPEN).update(state=Session.State.LOCKED, wrapped_key=None)


def _act(session: Session, at: datetime) -> bool:
    """Keep the time of a human act; False when the session was locked or ended meanwhile."""
    if at - session.acted_at < _HUMAN:
        return True
    if not Session.objects.filter(id=session.id, state=Session.State.OPEN).update(acted_at=at):
        session.state, session.wrapped_key = Session.State.LOCKED, None
        return False
    session.acted_at = at
    return True

"""Coming in: address and password, then the six digits mailed to that address, then a known device.

An unknown address, a wrong password and a closed account are one answer, after the same work and the same rows.
Every attempt is counted before it is tried (attack 24).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from sceau.accounts import codes, devices, journal, people, rates, recovery
from sceau.accounts.codes import NoTriesLeft, WrongCode
from sceau.accounts.models import Person
from sceau.accounts.telling import tell, tell_of_device
from sceau.core.values import Address
from sceau.notify.kinds import Kind
from sceau.vault import principals, sessions
from sceau.vault.models import Session
from sceau.vault.principals import WrongPassword
from sceau.vault.sessions import Assurance, SessionGone

_PURPOSE = "login"
_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: Person
    cookie: str = field(repr=False)
    device_token: str = field(repr=False)  # for the browser to keep; the one it had, or a new one


@dataclass(frozen=True, slots=True)
class Pending:
    """What the code page shows."""

    person: Person
    tries_left: int
    resends_left: int
    minutes_left: int


def begin(address: Address, password: str, *, network: str, device: str, at: datetime) -> str:
    """Check the password, mail a code, and return the cookie of a pending session (ten minutes).

    Raises WrongPassword or TooMany.
    """
    _count(address, network, at)
    person = people.find(address)
    try:
        seed, way_in = _seed(address, person, password, device, at)
        if person is None:  # a key without a person cannot be: kept for the types, and for a closed account
            raise WrongPassword
    except WrongPassword:
        journal.write(journal.Kind.SIGN_IN_FAILED, person, at=at, device=device)
        raise
    rates.hit("code", str(address), limit=30, window=_DAY, at=at)
    with transaction.atomic():
        cookie = sessions.begin(person.principal, seed, device=device, at=at)
        if principals.way_in(person.principal) != way_in:
            raise WrongPassword  # changed since it was checked, and all sessions were ended before this one began
        session = _pending(cookie, at)
        digits = codes.issue(_PURPOSE, bytes(session.id), at=at)
        _mail(person, digits, codes.LIFETIME, at)
    return cookie


def pending(cookie: str, *, at: datetime) -> Pending:
    """What stands beside the code field. Raises SessionGone or CodeGone."""
    session = _pending(cookie, at)
    state = codes.state(_PURPOSE, bytes(session.id), at=at)
    return Pending(_person(session), state.tries_left, state.resends_left, _minutes(state.expires_at - at))


def resend(cookie: str, *, at: datetime) -> None:
    """Mail another code in place of the last. Raises SessionGone, CodeGone, NoResendLeft or TooMany."""
    session = _pending(cookie, at)
    person = _person(session)
    rates.hit("code", person.email, limit=30, window=_DAY, at=at)
    with transaction.atomic():
        digits = codes.reissue(_PURPOSE, bytes(session.id), at=at)
        state = codes.state(_PURPOSE, bytes(session.id), at=at)
        _mail(person, digits, state.expires_at - at, at)


def finish(cookie: str, digits: str, *, device_token: str, device: str, at: datetime) -> SignedIn:
    """Check the code, open the session under a new cookie, tell the person of a new device.

    Raises WrongCode, NoTriesLeft (the pending session is over), CodeGone or SessionGone. Not inside a transaction:
    a wrong try stays spent.
    """
    session = _pending(cookie, at)
    person = _person(session)
    try:
        codes.check(_PURPOSE, bytes(session.id), digits, at=at)
    except (WrongCode, NoTriesLeft) as refusal:
        journal.write(journal.Kind.CODE_FAILED, person, at=at, device=device)
        # Who spent the last try ends the session; who found none left does not: a right one may be on its way in.
        if isinstance(refusal, NoTriesLeft) or refusal.tries_left:
            raise
        sessions.end(session)
        raise NoTriesLeft from refusal
    with transaction.atomic():
        opened = sessions.complete(cookie, assurance=Assurance.CODE, at=at)
        token = device_token or devices.new_token()
        known = devices.remember(person, token, at=at)
        journal.write(journal.Kind.SIGNED_IN if known else journal.Kind.NEW_DEVICE, person, at=at, device=device)
        if not known:
            tell_of_device(person, Kind.NEW_DEVICE, device=device, at=at)
    return SignedIn(person, opened, token)


def unlock(session: Session, cookie: str, password: str, *, at: datetime) -> None:
    """Quick unlock (V7): the password alone, in the browser that was locked.

    Raises WrongPassword, SessionGone or TooMany.
    """
    person = _person(session)
    rates.hit("unlock", session.handle.hex, limit=10, window=_QUARTER, at=at)
    rates.hit("unlock-account", person.email, limit=50, window=_HOUR, at=at)
    try:
        sessions.unlock(cookie, password, at=at)
    except WrongPassword:
        journal.write(journal.Kind.UNLOCK_FAILED, person, at=at, device=session.device)
        raise
    journal.write(journal.Kind.UNLOCKED, person, at=at, device=session.device)


def leave(session: Session, *, at: datetime) -> None:
    """End the session; what it wrapped is gone."""
    with transaction.atomic():
        if session.state != Session.State.PENDING:
            journal.write(journal.Kind.SIGNED_OUT, _person(session), at=at, device=session.device)
        sessions.end(session)


def _count(address: Address, network: str, at: datetime) -> None:
    """A hospital behind one address signs in at eight o'clock: the network's limit is wide, the account's is not.

    The account's own hourly limit is wider than the one of a pair, so that a stranger cannot easily shut somebody out.
    """
    rates.hit("login-network", network, limit=600, window=_QUARTER, at=at)
    rates.hit("login-pair", f"{address} {network}", limit=10, window=_QUARTER, at=at)
    rates.hit("login", str(address), limit=100, window=_HOUR, at=at)


def _seed(address: Address, person: Person | None, password: str, device: str, at: datetime) -> tuple[bytes, bytes]:
    """The seed, and the way in that opened it. One evaluation of Argon2, whoever asks: on the wrap, on a released
    recovery, or on nobody's."""
    handed = recovery.handed_over(address)
    if handed and person:
        return recovery.finish(handed, person, password, device=device, at=at), principals.way_in(person.principal)
    principal = person.principal if person else None
    way_in = principals.way_in(principal)  # first: were it changed between the two, the password would be wrong
    return principals.check_password(principal, password), way_in


def _pending(cookie: str, at: datetime) -> Session:
    found = sessions.find(cookie, at=at, human=True)
    if found is None or found.session.state != Session.State.PENDING:
        raise SessionGone
    return found.session


def _person(session: Session) -> Person:
    return Person.objects.select_related("principal").get(id=session.principal.subject)


def _mail(person: Person, digits: str, life: timedelta, at: datetime) -> None:
    tell(person, Kind.CODE, at=at, code=digits, minutes=_minutes(life))


def _minutes(life: timedelta) -> int:
    return max(1, -(-life // timedelta(minutes=1)))

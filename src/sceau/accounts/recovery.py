"""« Accès perdu » (V8): a mailed link, then a second proof, then a new password.

The second proof is the recovery code, or a session of the same person still open in this browser, or an operator's
release after a delay during which the person is told and can refuse. A link alone never opens stored mail. Every way
ends all sessions, rolls the mailbox's epoch and leaves evidence. Nothing is lost under managed custody.

The slow way, state by state: ASKED → (new password chosen) WAITING → (operator) RELEASED → (worker, custody) HANDED →
(next login with the new password) DONE; or REFUSED from any of them. The old password works until HANDED, so that
the rightful owner can come in and refuse.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sceau import custody
from sceau.accounts import hashing, journal, links, mailboxes, passwords, people, rates
from sceau.accounts.actor import Actor
from sceau.accounts.journal import Kind as Line
from sceau.accounts.models import Person, Recovery
from sceau.accounts.telling import tell
from sceau.core import random
from sceau.core.clock import milliseconds
from sceau.core.errors import NotFound, Refused
from sceau.core.values import Address
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.jobs import outbox
from sceau.notify import notices
from sceau.notify.kinds import Kind
from sceau.vault import principals, sessions, wraps
from sceau.vault import recovery as reception
from sceau.vault.models import Wrap

LIFETIME = timedelta(hours=1)
WAITS_FOR = timedelta(days=30)  # an operator may release this long after the asking
_HOUR = timedelta(hours=1)
_State = Recovery.State
_UNDER_WAY = (_State.WAITING, _State.RELEASED, _State.HANDED)


class RecoveryGone(Refused):
    """The link was used, is too old, or was never ours; or the recovery is over."""

    code = "recovery-gone"


class StillRefusable(Refused):
    """The delay in which the person may refuse runs until `until`."""

    code = "recovery-still-refusable"

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


def ask(address: Address, *, language: str, network: str, at: datetime) -> None:
    """Mail a link to `address`, or a word that nobody has an account there: same answer, work and rows.

    Raises TooMany.
    """
    rates.hit("recovery-network", network, limit=60, window=_HOUR, at=at)
    rates.hit("recovery", str(address), limit=3, window=_HOUR, at=at)
    token = random.token()
    person = people.find(address)
    with transaction.atomic():
        Recovery.objects.create(token_hash=_asked(token), person=person, asked_at=at, expires_at=at + LIFETIME)
        journal.write(Line.RECOVERY_ASKED, person, at=at)
        if person:
            tell(person, Kind.RECOVERY, at=at, link=links.recover(token), minutes=LIFETIME // timedelta(minutes=1))
        else:
            notices.queue(Kind.RECOVERY_UNKNOWN, str(address), language, {"link": links.sign_up()}, at=at)


def read(token: str, *, at: datetime) -> Person:
    """Whose access a link can give back. Consumes nothing (attack 25). Raises RecoveryGone."""
    row = Recovery.objects.select_related("person__principal").filter(token_hash=_asked(token)).first()
    if row is None or row.person is None or row.state != _State.ASKED or row.expires_at <= at:
        raise RecoveryGone
    return row.person


def with_code(token: str, code: str, password: str, *, device: str, at: datetime) -> str:
    """Set a new password at once, by the recovery code. Returns the code that replaces it.

    Raises RecoveryGone, WrongRecoveryCode, WeakPassword or TooMany.
    """
    person = _choosing(token, password, at)
    rates.hit("recovery-code", person.id.hex, limit=5, window=_HOUR, at=at)
    try:
        seed = principals.open_with_recovery_code(person.principal, code)
    except principals.WrongRecoveryCode:
        journal.write(Line.RECOVERY_FAILED, person, at=at, device=device)
        raise
    return _set_at_once(token, person, seed, password, way="code", device=device, at=at)


def with_session(token: str, password: str, *, by: Actor | None, device: str, at: datetime) -> str:
    """Set a new password at once, by a session of the same person. Returns a new recovery code.

    Raises RecoveryGone (also when the session is somebody else's) or WeakPassword.
    """
    person = _choosing(token, password, at)
    if by is None or by.person.id != person.id:
        raise RecoveryGone
    return _set_at_once(token, person, by.keys.own_seed(), password, way="session", device=device, at=at)


def wait(token: str, password: str, *, device: str, at: datetime) -> datetime:
    """Choose a new password that will work once an operator has released it. Returns when he may.

    Raises RecoveryGone or WeakPassword.
    """
    person = _choosing(token, password, at)
    place = reception.place(person.principal, password, at=at)  # first, because it stretches a password
    refusal = random.token()
    with transaction.atomic():
        _take(token, at, state=_State.WAITING, waiting_since=at, expires_at=at + WAITS_FOR,
              refusal_hash=_refusing(refusal))  # fmt: skip
        _under_way(person).exclude(token_hash=_asked(token)).update(state=_State.REFUSED, ended_at=at)
        reception.keep(person.principal, place, at=at)
        _shake(person, at)
        _record(Event.ACCOUNT_RECOVERY_ASKED, person, at=at, way="custody")
        journal.write(Line.RECOVERY_WAITING, person, at=at, device=device)
        hours = settings.SCEAU_RECOVERY_HOURS
        tell(person, Kind.RECOVERY_WAITING, at=at, name=person.name, link=links.refuse(refusal), hours=hours)
    return at + _delay()


def under_way(person: Person) -> Recovery | None:
    """The recovery that waits on this person's account, for the banner that offers to refuse it."""
    return _under_way(person).order_by("-waiting_since").first()


def read_refusal(token: str) -> Person:
    """Whose recovery a refusal link can stop. Consumes nothing. Raises RecoveryGone."""
    return _person(_by_refusal(token))


def refuse(token: str, *, device: str, at: datetime) -> None:
    """Stop a recovery, by the link in the mail that told of it. Raises RecoveryGone."""
    _refuse(_by_refusal(token), device, at)


def refuse_own(person: Person, *, device: str, at: datetime) -> None:
    """Stop a recovery, from an open session. Raises RecoveryGone."""
    row = under_way(person)
    if row is None:
        raise RecoveryGone
    _refuse(row, device, at)


def expire(row: Recovery, *, at: datetime) -> None:
    """Nobody released it in time. Does nothing when it has gone on meanwhile."""
    live = Recovery.objects.filter(id=row.id, state=_State.WAITING, expires_at__lte=at)
    if live.update(state=_State.REFUSED, ended_at=at):
        reception.cancel(_person(row).principal)


def release(address: Address, *, at: datetime) -> Person:
    """An operator's act: let the worker hand the key over. Raises NotFound or StillRefusable."""
    person = people.find(address)
    if person is None:
        raise NotFound
    row = _under_way(person).filter(state=_State.WAITING, expires_at__gt=at).first()
    if row is None or row.waiting_since is None:
        raise NotFound
    if at < row.waiting_since + _delay():
        raise StillRefusable(row.waiting_since + _delay())
    with transaction.atomic():
        if not Recovery.objects.filter(id=row.id, state=_State.WAITING).update(state=_State.RELEASED):
            raise NotFound  # refused a moment ago
        reception.release(person.principal)
        _record(Event.ACCOUNT_RECOVERY_RELEASED, person, at=at, way="custody")
        journal.write(Line.RECOVERY_RELEASED, person, at=at)
        outbox.queue("hand-over", row.id, due=at)
    return person


def hand_over(recovery_id: UUID, *, at: datetime) -> None:
    """The worker's job: take the key from custody to the new password. Idempotent; a refused one stays refused."""
    row = Recovery.objects.select_related("person__principal").filter(id=recovery_id, state=_State.RELEASED).first()
    if row is None:
        return
    person = _person(row)
    keeper = custody.load()
    with transaction.atomic():
        if not Recovery.objects.filter(id=row.id, state=_State.RELEASED).update(state=_State.HANDED):
            return
        reception.hand_over(person.principal, keeper, at=at)
        _record(Event.CUSTODY_USED, person, at=at, way="custody")
        tell(person, Kind.RECOVERY_DONE, at=at, name=person.name, link=links.sign_in(), device="")


def handed_over(address: Address) -> Recovery | None:
    """The recovery that a login at this address must be checked against, instead of the old password."""
    return Recovery.objects.filter(person__email=str(address), state=_State.HANDED).first()


def finish(row: Recovery, person: Person, password: str, *, device: str, at: datetime) -> bytes:
    """The first login with the new password makes it the password. Returns the seed. Raises WrongPassword."""
    # The password is stretched inside the transaction, rarely enough: a crash must not leave half of this behind.
    with transaction.atomic():
        # The recovery's row before the principal's wraps, as everywhere here: a refusal at this moment waits its turn.
        live = Recovery.objects.filter(id=row.id, state=_State.HANDED).update(state=_State.DONE, ended_at=at)
        seed = reception.finish(person.principal, password, at=at) if live else None
        if seed is None:
            raise principals.WrongPassword
        sessions.end_all(person.principal)  # somebody may have come in with the old password meanwhile
        _record(Event.ACCOUNT_RECOVERY_DONE, person, at=at, way="custody")
        journal.write(Line.RECOVERY_DONE, person, at=at, device=device)
    return seed


def _choosing(token: str, password: str, at: datetime) -> Person:
    person = read(token, at=at)
    about = people.words(people.identity_of(person), person.email)
    passwords.require(password, length=settings.SCEAU_PASSWORD_LENGTH, about=about)
    return person


def _set_at_once(token: str, person: Person, seed: bytes, password: str, *, way: str, device: str, at: datetime) -> str:
    wrap = wraps.seal_with_password(password, seed, person.principal.id)  # 95 ms, outside the transaction
    with transaction.atomic():
        _take(token, at, state=_State.DONE, ended_at=at)
        _under_way(person).update(state=_State.REFUSED, ended_at=at)
        reception.cancel(person.principal)
        principals.set_wrap(person.principal, Wrap.Kind.PASSWORD, wrap, at=at)
        code = principals.new_recovery_code(person.principal, seed, at=at)
        _shake(person, at)
        _record(Event.ACCOUNT_RECOVERY_DONE, person, at=at, way=way)
        journal.write(Line.RECOVERY_DONE, person, at=at, device=device)
        tell(person, Kind.RECOVERY_DONE, at=at, name=person.name, link=links.sign_in(), device=device)
    return code


def _take(token: str, at: datetime, **values: object) -> None:
    """Use a link up, once. Raises RecoveryGone."""
    live = Recovery.objects.filter(token_hash=_asked(token), state=_State.ASKED, expires_at__gt=at)
    if not live.update(**values):
        raise RecoveryGone


def _shake(person: Person, at: datetime) -> None:
    """All sessions end, and what arrives from now on is sealed to a new epoch."""
    sessions.end_all(person.principal)
    mailboxes.roll(mailboxes.personal(person), at=at)


def _refuse(row: Recovery, device: str, at: datetime) -> None:
    person = _person(row)
    with transaction.atomic():
        live = Recovery.objects.filter(id=row.id, state__in=_UNDER_WAY)
        if not live.update(state=_State.REFUSED, ended_at=at):
            raise RecoveryGone
        reception.cancel(person.principal)
        _record(Event.ACCOUNT_RECOVERY_REFUSED, person, at=at, way="custody")
        journal.write(Line.RECOVERY_REFUSED, person, at=at, device=device)


def _record(event: Event, person: Person, *, at: datetime, way: str) -> None:
    """Governance evidence that the person can read, and custody for courts."""
    mailbox = mailboxes.personal(person)
    key = mailboxes.keys_for([mailbox])[mailbox.id]
    content = {"kind": "recovery", "version": 1, "person": str(person.id), "way": way, "at_ms": milliseconds(at)}
    reader = records.Reader(key.mailbox, key.number, key.public_key)
    log.record(log.Fact(event, facts=records.seal(content, [reader], envelope=None, at=at)), at=at)


def _under_way(person: Person) -> QuerySet[Recovery]:
    return Recovery.objects.filter(person=person, state__in=_UNDER_WAY)


def _by_refusal(token: str) -> Recovery:
    rows = Recovery.objects.select_related("person__principal")
    row = rows.filter(refusal_hash=_refusing(token), state__in=_UNDER_WAY).first()
    if row is None:
        raise RecoveryGone
    return row


def _person(row: Recovery) -> Person:
    if row.person is None:
        raise RecoveryGone
    return row.person


def _delay() -> timedelta:
    return timedelta(hours=settings.SCEAU_RECOVERY_HOURS)


def _asked(token: str) -> bytes:
    return hashing.of_token("recovery", token)


def _refusing(token: str) -> bytes:
    return hashing.of_token("recovery-refusal", token)

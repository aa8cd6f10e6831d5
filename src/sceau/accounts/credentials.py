"""What a signed-in person changes about his ways in: password, recovery code, sessions."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sceau.accounts import journal, links, mailboxes, passwords, people, rates
from sceau.accounts.actor import Actor
from sceau.accounts.telling import tell_of_device
from sceau.core.clock import milliseconds
from sceau.core.errors import NotFound
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.notify.kinds import Kind
from sceau.vault import principals, sessions, wraps
from sceau.vault.models import Session, Wrap

_HOUR = timedelta(hours=1)


def change_password(current: str, new: str, *, by: Actor, device: str, at: datetime) -> None:
    """Every other session of the person ends (V6). Raises WrongPassword, WeakPassword or TooMany."""
    person = by.person
    about = people.words(people.identity_of(person), person.email)
    passwords.require(new, length=settings.SCEAU_PASSWORD_LENGTH, about=about)
    seed = _prove(current, by, at)
    wrap = wraps.seal_with_password(new, seed, person.principal.id)  # 95 ms, outside the transaction
    with transaction.atomic():
        principals.set_wrap(person.principal, Wrap.Kind.PASSWORD, wrap, at=at)
        sessions.end_all(person.principal, but=_session(by))
        _record(by, "password", at)
        journal.write(journal.Kind.PASSWORD_CHANGED, person, at=at, device=device)
        tell_of_device(person, Kind.PASSWORD_CHANGED, device=device, link=links.lost_access(), at=at)


def new_recovery_code(current: str, *, by: Actor, device: str, at: datetime) -> str:
    """Replace the recovery code; the old one opens nothing any more. Raises WrongPassword or TooMany."""
    seed = _prove(current, by, at)
    with transaction.atomic():
        code = principals.new_recovery_code(by.person.principal, seed, at=at)
        _record(by, "recovery-code", at)
        journal.write(journal.Kind.RECOVERY_CODE_CHANGED, by.person, at=at, device=device)
    return code


def own_sessions(by: Actor) -> list[Session]:
    """The person's open and locked sessions, the newest first."""
    rows = Session.objects.filter(principal=by.person.principal).exclude(state=Session.State.PENDING)
    return list(rows.order_by("-acted_at"))


def end_session(handle: UUID, *, by: Actor, device: str, at: datetime) -> None:
    """Raises NotFound, the same for nobody's and for somebody else's."""
    session = Session.objects.filter(principal=by.person.principal, handle=handle).first()
    if session is None:
        raise NotFound
    with transaction.atomic():
        sessions.end(session)
        journal.write(journal.Kind.SESSION_ENDED, by.person, at=at, device=device)


def end_other_sessions(*, by: Actor, device: str, at: datetime) -> None:
    with transaction.atomic():
        sessions.end_all(by.person.principal, but=_session(by))
        journal.write(journal.Kind.SESSION_ENDED, by.person, at=at, device=device)


def _prove(password: str, by: Actor, at: datetime) -> bytes:
    """An open session is not enough to change a way in: somebody may have sat down at it."""
    rates.hit("credentials", by.person.id.hex, limit=10, window=_HOUR, at=at)
    return principals.check_password(by.person.principal, password)


def _session(by: Actor) -> Session:
    return Session.objects.get(handle=by.session)


def _record(by: Actor, what: str, at: datetime) -> None:
    key = mailboxes.keys_for([by.mailbox])[by.mailbox.id]
    content = {"kind": "credential", "version": 1, "person": str(by.person.id), "what": what, "at_ms": milliseconds(at)}
    reader = records.Reader(key.mailbox, key.number, key.public_key)
    log.record(log.Fact(Event.CREDENTIAL_CHANGED, facts=records.seal(content, [reader], envelope=None, at=at)), at=at)

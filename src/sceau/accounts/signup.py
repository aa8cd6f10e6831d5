"""Opening an account: an address first, then, through the link that was mailed there, a name and a password."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from sceau.accounts import hashing, journal, links, mailboxes, passwords, people, rates
from sceau.accounts.models import Mailbox, Person, SignUp
from sceau.accounts.people import Identity
from sceau.accounts.telling import tell
from sceau.core import box, ids, kdf, random
from sceau.core.errors import Refused
from sceau.core.values import Address
from sceau.notify import notices
from sceau.notify.kinds import OFF_AT_FIRST, Kind
from sceau.vault import principals
from sceau.vault.models import Principal

LIFETIME = timedelta(hours=48)
_INFO = b"sceau/signup/1"
_HOUR = timedelta(hours=1)


class LinkGone(Refused):
    """Used, too old, or never ours."""

    code = "link-gone"


@dataclass(frozen=True, slots=True)
class Opened:
    person: Person
    recovery_code: str = field(repr=False)  # shown once, stored nowhere


def ask(address: Address, *, language: str, network: str, at: datetime) -> None:
    """Mail a link to `address`, or, when it has an account already, a word that says so.

    Same answer, same work, same rows either way: nothing tells who has an account. Raises TooMany.
    """
    rates.hit("signup-network", network, limit=60, window=_HOUR, at=at)
    rates.hit("signup", str(address), limit=3, window=_HOUR, at=at)
    token = random.token()
    sealed = box.seal(_key(token), str(address).encode(), info=_INFO)
    person = Person.objects.filter(email=str(address)).first()
    with transaction.atomic():
        # For a known address the link is made as well, and forgotten: nobody ever holds its token.
        SignUp.objects.create(id=_row(token), sealed_address=sealed, expires_at=at + LIFETIME)
        if person:
            tell(person, Kind.SIGNUP_KNOWN, at=at, link=links.sign_in(), recovery_link=links.lost_access())
        else:
            hours = LIFETIME // _HOUR
            context: dict[str, str | int] = {"link": links.confirm(token), "hours": hours}
            notices.queue(Kind.SIGNUP, str(address), language, context, at=at)


def read(token: str, *, at: datetime) -> Address:
    """The address that a link confirms. Consumes nothing (attack 25). Raises LinkGone."""
    row = SignUp.objects.filter(id=_row(token), expires_at__gt=at).first()
    if row is None:
        raise LinkGone
    address = box.open(_key(token), bytes(row.sealed_address), info=_INFO).decode()
    if Person.objects.filter(email=address).exists():  # through another link
        raise LinkGone
    return Address.parse(address)


def complete(token: str, identity: Identity, password: str, *, language: str, device: str, at: datetime) -> Opened:
    """Open the account: person, key, mailbox and its first epoch. Signs nobody in.

    The link is used up. Raises LinkGone or WeakPassword.
    """
    address = read(token, at=at)
    about = people.words(identity, str(address))
    passwords.require(password, length=settings.SCEAU_PASSWORD_LENGTH, about=about)
    new = principals.create(ids.new(), password, addresses=[str(address)], at=at)  # 95 ms, outside the transaction
    try:
        with transaction.atomic():
            if not SignUp.objects.filter(id=_row(token), expires_at__gt=at).delete()[0]:
                raise LinkGone
            person = _person(new.principal, address, identity, language, at)
            journal.write(journal.Kind.SIGNED_UP, person, at=at, device=device)
            tell(person, Kind.WELCOME, at=at, name=person.name, link=links.sign_in())
    except LinkGone:
        new.principal.delete()
        raise
    return Opened(person, new.recovery_code)


def _person(principal: Principal, address: Address, identity: Identity, language: str, at: datetime) -> Person:
    """Raises LinkGone when another link has just opened an account for the same address."""
    try:
        person = Person.objects.create(
            id=principal.subject,
            email=str(address),
            status=settings.SCEAU_NEW_ACCOUNTS,
            language=language,
            principal=principal,
            notices_off=",".join(OFF_AT_FIRST),
            created_at=at,
            **asdict(identity),
        )
        mailbox = Mailbox.objects.create(
            address=str(address), domain=address.domain, owner=person, name=person.name, created_at=at
        )
    except IntegrityError as error:
        raise LinkGone from error
    mailboxes.roll(mailbox, at=at)
    return person


def _row(token: str) -> bytes:
    return hashing.of_token("signup", token)


def _key(token: str) -> bytes:
    """Seals the address to the link itself: the table alone does not tell who asked."""
    return kdf.derive(token.encode(), _INFO)

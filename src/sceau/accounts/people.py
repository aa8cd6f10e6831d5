"""Finding people, and what each may do."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sceau.accounts import journal
from sceau.accounts.models import Mailbox, Person
from sceau.core.errors import Refused
from sceau.core.values import Address
from sceau.notify.kinds import SWITCHABLE

FIXED = ("civility", "given_name", "family_name", "profession")  # what certification vouches for


class IdentityFixed(Refused):
    """A certified identity is changed by an operator, not by the person."""

    code = "identity-fixed"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody says he is: parsed by the door, trimmed, within the columns' lengths."""

    given_name: str
    family_name: str
    civility: str = ""
    profession: str = ""
    structure: str = ""
    city: str = ""
    phone: str = ""


def find(address: Address) -> Person | None:
    """The person whose account has this address, unless it is closed."""
    person = Person.objects.select_related("principal").filter(email=str(address)).first()
    return person if person and person.is_active else None


def of(principal_id: UUID) -> Person | None:
    """The person behind a principal, unless the account is closed."""
    person = Person.objects.select_related("principal").filter(principal=principal_id).first()
    return person if person and person.is_active else None


def words(identity: Identity, address: str) -> tuple[str, ...]:
    """What a password of this person may not be built from."""
    return (identity.given_name, identity.family_name, identity.structure, identity.city, address)


def identity_of(person: Person) -> Identity:
    return Identity(**{field.name: getattr(person, field.name) for field in fields(Identity)})


def may_write(person: Person) -> bool:
    """New envelopes are for certified accounts; others read and reply."""
    return person.status == Person.Status.CERTIFIED


def wants(person: Person, kind: str) -> bool:
    """Does this person want ordinary mails of this kind?"""
    return kind not in person.notices_off.split(",")


def choose_notices(person: Person, wanted: set[str], *, word: bytes | None) -> None:
    """Keep on the kinds in `wanted`, switch the other switchable ones off.

    `word` is sealed (notify.words); None keeps the old one.
    """
    person.notices_off = ",".join(kind for kind in SWITCHABLE if kind not in wanted)
    person.notice_word = word or person.notice_word
    person.save(update_fields=["notices_off", "notice_word"])


def choose_display(person: Person, *, language: str, zone: str, theme: str, text_size: str) -> None:
    """How pages and mails speak to this person, in which hours, and how pages look."""
    person.language, person.zone, person.theme, person.text_size = language, zone, theme, text_size
    person.save(update_fields=["language", "zone", "theme", "text_size"])


def change_identity(person: Person, identity: Identity, *, device: str, at: datetime) -> None:
    """Raises IdentityFixed when a certified person's names or profession would change."""
    new, old = asdict(identity), asdict(identity_of(person))
    changed = [name for name in new if new[name] != old[name]]
    if may_write(person) and set(changed) & set(FIXED):
        raise IdentityFixed
    for name in changed:
        setattr(person, name, new[name])
    if not changed:
        return
    with transaction.atomic():
        person.save(update_fields=changed)
        # What correspondents see is the mailbox's name: it is its owner's (design §8, promise 4).
        Mailbox.objects.filter(owner=person, address=person.email).update(name=person.name)
        journal.write(journal.Kind.IDENTITY_CHANGED, person, at=at, device=device)

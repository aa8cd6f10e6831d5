"""Who acts: built by a door for one request, handed down, never stored."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, QuerySet

from sceau.accounts.models import Mailbox, Person
from sceau.core.opaque import Opaque
from sceau.database.queries import PreparedQuery
from sceau.vault import principals
from sceau.vault.keyring import Keys
from sceau.vault.sessions import Assurance, Found
from sceau.vault.signer import UnsignedKey


@dataclass(frozen=True, slots=True, repr=False)
class Actor(Opaque):
    """A person, the mailbox acted for, how surely he proved who he is, and his opened keys.

    What needs `keys` cannot run in a job, and the types show it.
    """

    person: Person
    mailbox: Mailbox
    assurance: Assurance
    keys: Keys
    session: UUID  # the session's handle


def of(found: Found | None) -> Actor | None:
    """Whoever an open session belongs to; None for a pending or locked one, and once the account is closed.

    Tables say which person, mailbox and key belong together, the signer too: where they differ it is nobody, so that
    whoever writes to the tables cannot act under another's name (attack 32).
    """
    if found is None or found.keys is None:
        return None
    mailbox = _OWN.first(principal=found.session.principal_id)
    if mailbox is None or mailbox.owner is None or not mailbox.owner.is_active:
        return None
    if not _is_vouched(mailbox.owner, mailbox):
        return None
    assurance = Assurance(found.session.assurance)
    return Actor(mailbox.owner, mailbox, assurance, found.keys, found.session.handle)


def _own(principal: UUID) -> QuerySet[Mailbox]:
    mailboxes = Mailbox.objects.select_related("owner__principal")
    return mailboxes.filter(owner__principal=principal, address=F("owner__email")).order_by("id")[:1]


_OWN = PreparedQuery(_own, principal=UUID)


def _is_vouched(person: Person, mailbox: Mailbox) -> bool:
    try:
        statement = principals.signed(person.principal)
    except UnsignedKey:
        return False
    return statement.subject == person.id and mailbox.address in statement.addresses

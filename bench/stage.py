"""An empty installation, two people, and what they send each other."""

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command

from sceau import blobs
from sceau.accounts import signup
from sceau.accounts.actor import Actor
from sceau.accounts.people import Identity
from sceau.cli import keys
from sceau.core import clock, ids, random
from sceau.core.values import Address
from sceau.envelopes import access, attachments, drafts, opening, sending
from sceau.envelopes.models import Copy, Draft, Envelope, Opening
from sceau.evidence import integrator
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from sceau.vault import principals
from sceau.vault.keyring import Keys
from sceau.vault.sessions import Assurance

_PASSWORD = "Tilleul-verveine-7"
_PIECE = 1 << 16


def install() -> None:
    keys.create(keys.plan(settings.SCEAU_CUSTODY_PASSPHRASE), at=clock.now())
    settings.SECRET_KEY = (settings.SCEAU_KEYS / "secret.key").read_text().strip()
    call_command("migrate", verbosity=0)


def join(name: str) -> Actor:
    """An account, opened by the mailed link, and its owner signed in."""
    email, at = f"{name}@mesures.example", clock.now()
    signup.ask(Address.parse(email), language="fr", network="127.0.0.1", at=at)
    notice = next(row for row in Notice.objects.filter(kind="signup") if Message.of(row).to == email)
    token = str(Message.of(notice).context["link"]).rpartition("/")[2]
    notice.delete()
    identity = Identity(given_name=name, family_name="Mesures")
    person = signup.complete(token, identity, _PASSWORD, language="fr", device="Mesures", at=at).person
    seed = principals.check_password(person.principal, _PASSWORD)
    return Actor(person, person.mailboxes.get(), Assurance.CODE, Keys(person.principal_id, seed), ids.new())


def settle() -> None:
    """What a service that has run for a while has behind it: a log that has begun, a store whose folders are there."""
    integrator.step(at=clock.now())
    for number in range(256):
        blobs.store().put(f"blobs/{number:02x}/settled", [b""])


def draft(by: Actor, to: Actor, text: str = "Bonjour.") -> Draft:
    content = drafts.Content(to=to.person.email, subject="Avis demandé", text=text)
    return drafts.create(by, content, at=clock.now())


def attach(to: Draft, size: int) -> None:
    received = attachments.receive("imagerie.pdf", "application/pdf", noise(size), limit=attachments.room(to))
    attachments.attach(to, received, at=clock.now())


def noise(size: int) -> Iterator[bytes]:
    """`size` octets that no compression makes smaller."""
    block = random.octets(_PIECE)
    for start in range(0, size, _PIECE):
        yield block[: min(_PIECE, size - start)]


def found(draft: Draft, by: Actor) -> Draft:
    """As a door finds it before the act."""
    return access.draft(draft.id, for_=by)


def seal(draft: Draft, by: Actor) -> Envelope:
    return sending.seal(draft, by=by, at=clock.now())


def received(envelope: Envelope, by: Actor) -> Copy:
    row = Copy.objects.exclude(role=Copy.Role.FROM).get(envelope=envelope, mailbox=by.mailbox)
    return access.copy(row.id, for_=by)


def open_copy(copy: Copy, by: Actor) -> Opening:
    return opening.open(copy, by=by, at=clock.now())

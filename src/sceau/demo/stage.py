"""Sets the stage: the cast opens its accounts and exchanges envelopes, by the same functions as every door."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sceau.accounts import signup
from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.accounts.people import Identity
from sceau.core import ids
from sceau.core.values import Address
from sceau.demo import cast, story
from sceau.demo.cast import Player
from sceau.demo.story import Letter
from sceau.envelopes import access, attachments, drafts, opening, sending
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from sceau.vault import principals
from sceau.vault.keyring import Keys
from sceau.vault.sessions import Assurance

_PIECE = 1 << 16
_OLD_NEWS = timedelta(days=1)


def play(*, at: datetime) -> None:
    """Everybody signs up, everything is sent; takes a few seconds."""
    actors = {player: _join(player, at=at - timedelta(days=10)) for player in cast.EVERYBODY}
    drafted: list[Draft] = []
    for letter in story.letters():
        answered = drafted[letter.answers] if letter.answers is not None else None
        drafted.append(_send(letter, actors, answered, at=at - letter.ago))
    Notice.objects.filter(queued_at__lt=at - _OLD_NEWS).delete()  # those were read long ago


def _join(player: Player, *, at: datetime) -> Actor:
    """Open an account by the link that was mailed, as a person does."""
    address = Address.parse(player.email)
    signup.ask(address, language="fr", network="127.0.0.1", at=at)
    token = _mailed_token(player.email)
    identity = Identity(
        player.given_name, player.family_name, player.civility, player.profession, player.structure, player.city
    )
    person = signup.complete(token, identity, player.password, language="fr", device="Démonstration", at=at).person
    person.status = Person.Status.CERTIFIED if player.certified else Person.Status.UNVERIFIED
    person.rpps = player.rpps
    person.save(update_fields=["status", "rpps"])
    keys = Keys(person.principal_id, principals.check_password(person.principal, player.password))
    return Actor(person, person.mailboxes.get(), Assurance.CODE, keys, ids.new())


def _mailed_token(email: str) -> str:
    """The token of the link in this address' sign-up mail, which need not be sent any more."""
    for notice in Notice.objects.filter(kind="signup"):
        message = Message.of(notice)
        if message.to == email:
            notice.delete()
            return str(message.context["link"]).rpartition("/")[2]
    raise LookupError(email)


def _send(letter: Letter, actors: dict[Player, Actor], answered: Draft | None, *, at: datetime) -> Draft:
    by = actors[letter.sender]
    content = Content(
        to=letter.to.email,
        cc=", ".join(player.email for player in letter.cc),
        subject=letter.subject,
        text="\n".join(letter.text),
        label=letter.label,
        expires_on=f"{at + timedelta(days=letter.expires_in):%Y-%m-%d}" if letter.expires_in else "",
    )
    with transaction.atomic():
        draft = drafts.create(by, content, reply_to=answered.id if answered else None, at=at)
    for document in letter.attached:
        received = attachments.receive(
            document.name, document.content_type, _pieces(document.data), limit=attachments.room(draft)
        )
        attachments.attach(draft, received, at=at)
    if letter.sealed:
        envelope = sending.seal(access.draft(draft.id, for_=by), by=by, at=at)
        for player in letter.opened_by:
            _open(envelope.id, actors[player], at=at + timedelta(hours=1))
    return draft


def _open(envelope: UUID, by: Actor, *, at: datetime) -> None:
    copy = Copy.objects.exclude(role=Copy.Role.FROM).get(envelope=envelope, mailbox=by.mailbox)
    opening.open(access.copy(copy.id, for_=by), by=by, at=at)


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))

"""Sets the stage: the cast opens its accounts and exchanges envelopes, by the same functions as every door."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from sceau.accounts import signup
from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.accounts.people import Identity
from sceau.core import ids
from sceau.core.values import Address
from sceau.demo import cast, house, story
from sceau.demo.cast import Player
from sceau.demo.story import Letter
from sceau.envelopes import (
    access,
    attachments,
    auto_reply,
    drafts,
    filing,
    forwarding,
    opening,
    receiving,
    sending,
    snippets,
    withdrawal,
)
from sceau.envelopes import folders as trash
from sceau.envelopes.auto_reply import Absence
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft, Envelope, Folder
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from sceau.vault import principals
from sceau.vault.keyring import Keys
from sceau.vault.sessions import Assurance

_PIECE = 1 << 16
_OLD_NEWS = timedelta(days=1)


def play(*, at: datetime) -> None:
    """Everybody signs up, furnishes a mailbox, and everything is sent; takes a few seconds."""
    joined = at - timedelta(days=10)
    actors = {player: _join(player, at=joined) for player in cast.EVERYBODY}
    folders = {player: _furnish(player, by, at=joined) for player, by in actors.items()}
    for mail in house.mails(at=at):
        receiving.place(mail.raw, by=actors[mail.owner], folder=folders[mail.owner][mail.folder], at=joined)
    sent: dict[str, Draft] = {}
    for letter in story.LETTERS:
        draft = _write(letter, actors[letter.sender], sent, now=at)
        sent[letter.name] = draft
        if letter.sealed:
            _send(letter, draft, actors, folders, at=at - letter.ago)
    absence = Absence(house.ABSENCE, at - timedelta(hours=1), at + house.AWAY_FOR)
    auto_reply.set(absence, by=actors[house.AWAY], at=at)
    Notice.objects.filter(queued_at__lt=at - _OLD_NEWS).delete()  # those were read long ago


def _furnish(player: Player, by: Actor, *, at: datetime) -> dict[str, Folder]:
    """Folders by path, signature, templates."""
    made: dict[str, Folder] = {}
    for path in house.FOLDERS.get(player, ()):
        above, _, name = path.rpartition("/")
        made[path] = filing.create(name, made.get(above), by=by, at=at)
    snippets.sign(house.SIGNATURES.get(player, ""), by=by, at=at)
    for name, text in house.TEMPLATES.get(player, {}).items():
        snippets.add(name, text, by=by, at=at)
    return made


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


def _write(letter: Letter, by: Actor, sent: dict[str, Draft], *, now: datetime) -> Draft:
    at = now - letter.ago
    if letter.forwards:
        passed_on = Copy.objects.get(envelope=sent[letter.forwards].id, mailbox=by.mailbox)
        draft = forwarding.forward(access.copy(passed_on.id, for_=by), heading=letter.text[0], by=by, at=at)
        drafts.save(draft, replace(drafts.read(draft, keys=by.keys), to=letter.to.email), base=draft.revision, at=at)
        return draft
    with transaction.atomic():
        answered = sent[letter.answers].id if letter.answers else None
        draft = drafts.create(by, _content(letter, by, now=now), reply_to=answered, at=at)
    for document in (made() for made in letter.attached):
        received = attachments.receive(
            document.name, document.content_type, _pieces(document.data), limit=attachments.room(draft)
        )
        attachments.attach(draft, received, at=at)
    return draft


def _content(letter: Letter, by: Actor, *, now: datetime) -> Content:
    at, zone = now - letter.ago, ZoneInfo(by.person.zone)
    return Content(
        to=letter.to.email,
        cc=", ".join(player.email for player in letter.cc),
        subject=letter.subject,
        text="\n".join(letter.text),
        html=letter.html,
        label=letter.label,
        expires_on=f"{at + timedelta(days=letter.expires_in):%Y-%m-%d}" if letter.expires_in else "",
        deliver_at=f"{(now + letter.deliver_in).astimezone(zone):%Y-%m-%dT%H:00}" if letter.deliver_in else "",
    )


def _send(
    letter: Letter, draft: Draft, actors: dict[Player, Actor], folders: dict[Player, dict[str, Folder]], *, at: datetime
) -> None:
    """Seal it; then whatever befell it."""
    by = actors[letter.sender]
    envelope = sending.seal(access.draft(draft.id, for_=by), by=by, at=at)
    for player in letter.opened_by:
        opening.open(_copy(envelope, actors[player]), by=actors[player], at=at + timedelta(hours=1))
    for player, path in letter.filed:
        filing.file([_copy(envelope, actors[player])], folders[player][path], by=actors[player])
    for player in letter.thrown_by:
        trash.trash(_copy(envelope, actors[player]))
    if letter.withdrawn_after:
        withdrawal.withdraw(_copy(envelope, by), by=by, at=at + letter.withdrawn_after)


def _copy(envelope: Envelope, by: Actor) -> Copy:
    return access.copy(Copy.objects.get(envelope=envelope, mailbox=by.mailbox).id, for_=by)


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))

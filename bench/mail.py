"""Mailboxes full of mail: rows in bulk, with real seals, summaries and letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction

from sceau import blobs
from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core import clock, ids, random
from sceau.envelopes import mime, rules
from sceau.envelopes.mime import Letter
from sceau.envelopes.mime import Mailbox as Sender
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.summaries import ContentKey, Party, Summary
from sceau.vault import format
from sceau.vault.epochs import EpochKey

_BATCH = 1000
_KEPT = timedelta(days=90)
_APART = timedelta(minutes=3)
_OPENED = 0.97  # of what a mailbox holds: the newest wait
_WORDS = 300  # of a letter, one page


@dataclass
class Post:
    """Who writes to whom, and the words they have."""

    sender: Actor
    reader: Actor
    keys: dict[UUID, EpochKey]
    words: list[str]
    draw: Random


def deliver(count: int, sender: Actor, reader: Actor, *, letters: bool) -> None:
    """`count` envelopes from one to the other, all but the newest opened; without `letters` their blobs are missing."""
    draw = Random(count)
    keys = mailboxes.keys_for([sender.mailbox, reader.mailbox])
    post = Post(sender, reader, keys, _vocabulary(draw), draw)
    for start in range(0, count, _BATCH):
        with transaction.atomic():
            made = [_one(post, number, count, letters=letters) for number in range(start, min(start + _BATCH, count))]
            Envelope.objects.bulk_create([envelope for envelope, _ in made])
            Copy.objects.bulk_create([copy for _, copies in made for copy in copies])


def _one(post: Post, number: int, count: int, *, letters: bool) -> tuple[Envelope, list[Copy]]:
    at = clock.now() - (count - number) * _APART
    letter = _letter(post, at)
    message = mime.write(letter, random.octets(16).hex())
    key, blob_key = ContentKey(ids.new(), random.key()), random.octets(16).hex()
    if letters:
        blobs.store().put(blobs.content_name(blob_key), format.seal_blob(key.octets, blob_key, message.chunks()))
    label = post.draw.choice([label.value for label in rules.Label])
    parties = [Party(box.name, box.address) for box in (letter.sender, *letter.to)]
    summary = Summary(parties[0], tuple(parties[1:]), (), letter.subject, label, letter.message_id, (), message.parts)
    envelope = Envelope(
        id=key.envelope,
        sender=post.sender.person,
        mailbox=post.sender.mailbox,
        thread=key.envelope,
        sealed_at=at,
        size=message.size,
        documents=0,
        blob_key=blob_key,
        summary=key.seal_summary(summary),
        parties=random.octets(32),
    )
    return envelope, list(_copies(post, envelope, key, opened=number < count * _OPENED))


def _copies(post: Post, envelope: Envelope, key: ContentKey, *, opened: bool) -> Iterator[Copy]:
    for actor, role, folder in (
        (post.sender, Copy.Role.FROM, Copy.Folder.SENT),
        (post.reader, Copy.Role.TO, Copy.Folder.RECEIVED),
    ):
        reader = post.keys[actor.mailbox.id]
        at, received = envelope.sealed_at, role == Copy.Role.TO
        yield Copy(
            id=ids.new() if received else envelope.id,
            envelope=envelope,
            mailbox=actor.mailbox,
            role=role,
            recipient=0 if received else None,
            epoch=reader.number,
            seal=key.seal_to(reader),
            folder=folder,
            sort_at=at,
            opened_at=at if received and opened else None,
            destroy_at=clock.now() + _KEPT,
        )


def _letter(post: Post, at: datetime) -> Letter:
    sender, reader = (Sender(actor.mailbox.name, actor.mailbox.address) for actor in (post.sender, post.reader))
    return Letter(
        message_id=f"<{random.octets(16).hex()}@mesures.example>",
        date=at,
        sender=sender,
        to=(reader,),
        cc=(),
        subject=" ".join(post.draw.sample(post.words, 5)),
        text=" ".join(post.draw.choices(post.words, k=_WORDS)),
    )


def _vocabulary(draw: Random) -> list[str]:
    """As many different words as a practice uses in a year, as long as words are."""
    syllables = [consonant + vowel for consonant in "bcdfglmnprstv" for vowel in ("a", "é", "i", "o", "ou", "en")]
    return ["".join(draw.choices(syllables, k=draw.randint(2, 5))) for _ in range(12_000)]

"""Acts of one installation's life, each run by `tests.crash.child`; `begin` makes what all the others find there.

An act goes over what is left to do, one thing after the other, and says each one that was done. Done again after a
crash, as a person presses the button again, it finds what was done before.
"""

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.cli import backups
from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.demo.cast import CLAIRE, MARC, Player
from sceau.envelopes import (
    access,
    auto_reply,
    drafts,
    folders,
    forwarding,
    opening,
    pieces,
    receiving,
    sending,
    summaries,
    withdrawal,
)
from sceau.envelopes.auto_reply import Absence
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft
from sceau.evidence import integrator, log
from sceau.evidence.events import Event
from sceau.evidence.log import Fact
from tests import people
from tests.crash import moved
from tests.crash.saying import say
from tests.envelopes import desk
from tests.people import Member

TEXT = "Bonjour, voici l’avis demandé."
ADDED = f"{TEXT}\nBien à vous."
OLD, EXPIRING, AGEING, LATER = "Ancienne", "À échéance", "Bientôt détruite", "Pour plus tard"
UNOPENED, UNWANTED = ("À ouvrir 1", "À ouvrir 2"), ("À détruire 1", "À détruire 2")
BROUGHT = "Importé 1", "Importé 2"
WRITTEN = "Brouillon 1", "Brouillon 2"


def octets(name: str, size: int = 150_000) -> bytes:
    """A document that its name alone tells."""
    return hashlib.shake_256(name.encode()).digest(size)


def member(player: Player) -> Member:
    person = Person.objects.select_related("principal").get(email=player.email)
    return Member(person, person.mailboxes.get(), player.password, "")


def claire() -> Actor:
    return people.actor(member(CLAIRE))


def marc() -> Actor:
    return people.actor(member(MARC))


# The life before


def begin() -> None:
    """Three months: what is due for destruction, what waits to be opened, what is being written, a log."""
    call_command("migrate", verbosity=0)
    moved.to(days=-95)
    people.join(CLAIRE)
    people.join(MARC)
    Person.objects.update(notices_off="")
    _send(OLD)
    work()
    moved.to(days=-80)
    _send(EXPIRING, expires_on=f"{clock.now() + timedelta(days=70):%Y-%m-%d}")
    _send(AGEING)
    _happen(240)
    work()
    moved.to(days=-1)
    _send(LATER, deliver_at=f"{clock.now().astimezone(ZoneInfo('Europe/Paris')) + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    moved.to(days=0)
    absence = Absence("Bonjour, je suis absent.", clock.now(), clock.now() + timedelta(days=30))
    auto_reply.set(absence, by=marc(), at=clock.now())
    for subject in (*UNOPENED, *UNWANTED):
        _send(subject)
    for copy in _received(*UNWANTED):
        opening.open(copy, by=marc(), at=clock.now())
    for subject in WRITTEN:
        draft = drafts.create(claire(), _content(subject), at=clock.now())
        desk.attach(draft, subject, octets(subject))
    _happen(300)  # more than the integrator numbers in one statement


def _send(subject: str, **chosen: str) -> None:
    by = claire()
    draft = drafts.create(by, _content(subject, **chosen), at=clock.now())
    desk.attach(draft, subject, octets(subject))
    sending.seal(draft, by=by, at=clock.now())


def _content(subject: str, text: str = TEXT, **chosen: str) -> Content:
    return Content(to=MARC.email, subject=subject, text=text, **chosen)


def _happen(count: int) -> None:
    with transaction.atomic():
        log.record(*(Fact(Event.CONSOLE_ACT) for _ in range(count)), at=clock.now())


# Acts


def rest() -> None:
    """Nothing happens."""


def save() -> None:
    """Both drafts get a line more."""
    by = claire()
    for draft in _drafts(by):
        content = drafts.read(draft, keys=by.keys)
        if content.text != ADDED:
            number = drafts.save(draft, _content(content.subject, ADDED), base=draft.revision, at=clock.now())
            say(saved=str(draft.id), revision=number)


def attach(size: int = 150_000) -> None:
    """Both drafts get a document more."""
    for draft in _drafts(claire()):
        if draft.uploads.count() == 1:
            upload = desk.attach(draft, "Annexe", octets("Annexe", size))
            say(attached=str(upload.id))


def arrive() -> None:
    """Both drafts get a document more, in three pieces; what came before is gone on with."""
    by, size = claire(), 150_000
    whole = octets("Scanner", size)
    for draft in _drafts(by):
        arrival = draft.arrivals.first()
        if arrival is None and draft.uploads.count() == 1:
            arrival = pieces.begin(draft, "Scanner", "application/pdf", size, at=clock.now())
        if arrival is None:
            continue
        while (kept := pieces.status(arrival)) < size:
            pieces.add(arrival, kept, [whole[kept : kept + 60_000]], at=clock.now())
        say(attached=str(pieces.finish(arrival, keys=by.keys, at=clock.now()).id))


def withdraw() -> None:
    """What Marc has not opened is taken back."""
    by = claire()
    for subject, copy in held(by).items():
        if subject in UNOPENED:
            withdrawal.withdraw(copy, by=by, at=clock.now())
            say(withdrawn=str(copy.envelope_id))


def forward() -> None:
    """Two envelopes go on as drafts, with their documents."""
    by = claire()
    for subject, copy in held(by).items():
        if subject in UNOPENED and not Draft.objects.filter(forward_of=copy.envelope_id).exists():
            draft = forwarding.forward(copy, heading="Transférée :", by=by, at=clock.now())
            say(forwarded=str(draft.id))


def seal() -> None:
    """Both drafts are sealed, through a doubled submit: the button is pressed twice."""
    by = claire()
    for id in sorted(written(by)):
        for _ in range(2):
            try:
                sending.seal(access.draft(id, for_=by), by=by, at=clock.now())
            except NotFound:
                access.sealed(id, for_=by)
        say(sealed=str(id))


def open_() -> None:
    by = marc()
    for copy in _received(*UNOPENED):
        opening.open(copy, by=by, at=clock.now())
        say(opened=str(copy.id))


def delete() -> None:
    """The reader deletes for good what he has read."""
    by = marc()
    for copy in _received(*UNWANTED):
        folders.delete(copy, by=by, at=clock.now())
        say(deleted=str(copy.id))


def bring() -> None:
    """Two mails are imported; brought again, each is the one that is there."""
    for subject in BROUGHT:
        raw = f"From: {MARC.email}\r\nSubject: {subject}\r\n\r\n{TEXT}".encode()
        envelope = receiving.place(raw, by=claire(), folder=None, at=clock.now())
        say(brought=str(envelope.id))


def work() -> None:
    """`sceau work --once`: mails, destruction, the log."""
    integrator._BATCH = 200
    call_command("work", "--once")


def backup() -> None:
    made = backups.make(backups_folder(), at=clock.now())
    say(backed_up=made.folder.name)


def restore(source: str) -> None:
    call_command("restore", source)
    say(restored=True)


def rotate() -> None:
    call_command("rotate-keys")
    say(rotated=True)


def backups_folder() -> Path:
    return Path(settings.SCEAU_DATA).parent / "backups"


def _drafts(by: Actor) -> list[Draft]:
    ids = Draft.objects.filter(forward_of=None).order_by("id").values_list("id", flat=True)
    return [access.draft(id, for_=by) for id in ids]


def written(by: Actor) -> set[UUID]:
    """The drafts that are open in Claire's tabs, whatever has become of them."""
    sealed = {copy.envelope_id for subject, copy in held(by).items() if subject in WRITTEN}
    return sealed | {draft.id for draft in _drafts(by)}


def _received(*subjects: str) -> list[Copy]:
    found = held(marc())
    return [found[subject] for subject in subjects if subject in found]


def held(by: Actor) -> dict[str, Copy]:
    """What this mailbox can still read, by subject."""
    sealed = Copy.objects.filter(mailbox=by.mailbox, seal__isnull=False).exclude(folder=Copy.Folder.HELD)
    copies = [access.copy(id, for_=by) for id in sealed.order_by("sort_at").values_list("id", flat=True)]
    return {summaries.summary(copy, by.keys).subject: copy for copy in copies}

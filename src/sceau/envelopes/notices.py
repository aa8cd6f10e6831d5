"""Which mails an act on an envelope queues, in the act's transaction, as each person's switches say.

They say who, which structure, how many documents and until when; never a subject, a file name or a patient.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sceau.accounts import people
from sceau.accounts.models import Person
from sceau.core.clock import milliseconds
from sceau.envelopes.models import Copy, Envelope
from sceau.jobs.models import Job
from sceau.notify import links, notices
from sceau.notify.kinds import Kind
from sceau.notify.models import Notice
from sceau.notify.notices import Context, Message


def received(envelope: Envelope, copies: Sequence[Copy], *, label: str, at: datetime) -> list[Notice | Job]:
    """What tells the recipients, to be inserted with the evidence that it is there.

    `copies`: theirs, with `mailbox.owner` loaded; `label`: a code of rules.Label.
    """
    messages = []
    for copy in copies:
        if reader := _wanting(Kind.RECEIVED, copy.mailbox.owner):
            context: Context = {
                "sender": envelope.sender.name,
                "structure": envelope.sender.structure,
                "label": label,
                "documents": envelope.documents,
                "until_ms": milliseconds(copy.destroy_at),
                "link": links.envelope(copy.id),
            }
            messages.append(_message(Kind.RECEIVED, reader, context, envelope.id, copy.recipient))
    return notices.rows_of(messages, at=at)


def sealed(envelope: Envelope, copy: Copy, *, recipients: int, at: datetime) -> list[Notice | Job]:
    """What confirms to the sender, to be inserted with the envelope. `copy`: his own."""
    if not (reader := _wanting(Kind.SEALED, envelope.sender)):
        return []
    context: Context = {
        "recipients": recipients,
        "documents": envelope.documents,
        "sealed_ms": milliseconds(envelope.sealed_at),
        "link": links.envelope(copy.id),
    }
    return notices.rows_of([_message(Kind.SEALED, reader, context, envelope.id)], at=at)


def opened(copy: Copy, *, by: Person, at: datetime) -> list[Notice | Job]:
    """What tells the sender who opened, to be inserted with the evidence of a person's first opening of a copy."""
    context: Context = {"reader": by.name, "structure": by.structure, "opened_ms": milliseconds(at)}
    return notices.rows_of(_to_sender(Kind.OPENED, copy, context, about=by), at=at)


def failed(notice_id: UUID, *, at: datetime) -> None:
    """Tell the sender that a recipient could not be told (E12): the job "notice-failed".

    Once a recipient: a job that runs again, or a second bounce, adds nothing.
    """
    notice = Notice.objects.get(id=notice_id)
    concerned = {"envelope": notice.envelope, "recipient": notice.recipient}
    copy = Copy.objects.select_related("mailbox__owner").filter(**concerned).first()
    if copy is None or copy.mailbox.owner is None or Notice.objects.filter(kind=Kind.FAILED, **concerned).exists():
        return
    person = copy.mailbox.owner
    with transaction.atomic():
        context: Context = {"recipient": copy.mailbox.name, "structure": person.structure}
        notices.queue_many(_to_sender(Kind.FAILED, copy, context, about=person), at=at)


def withdrawn(envelope: Envelope, copies: Sequence[Copy], *, at: datetime) -> None:
    """Tell the recipients that it is gone. `copies`: theirs, with `mailbox.owner` loaded."""
    messages = []
    for copy in copies:
        if reader := _wanting(Kind.WITHDRAWN, copy.mailbox.owner):
            context: Context = {
                "sender": envelope.sender.name,
                "structure": envelope.sender.structure,
                "withdrawn_ms": milliseconds(at),
                "link": links.envelope(copy.id),
            }
            messages.append(_message(Kind.WITHDRAWN, reader, context, envelope.id, copy.recipient))
    notices.queue_many(messages, at=at)


def expiring(copies: Sequence[Copy], *, at: datetime) -> None:
    """Warn each holder once for all of these copies."""
    messages = []
    for reader, theirs in _by_reader(Kind.EXPIRING, copies):
        context: Context = {
            "count": len(theirs),
            "until_ms": min(milliseconds(copy.destroy_at) for copy in theirs),
            "link": _folder(theirs),
        }
        messages.append(_message(Kind.EXPIRING, reader, context))
    notices.queue_many(messages, at=at)


def destroyed(copies: Sequence[Copy], *, at: datetime) -> None:
    """Tell each holder once for all of these copies."""
    messages = [
        _message(Kind.DESTROYED, reader, {"count": len(theirs), "link": _folder(theirs)})
        for reader, theirs in _by_reader(Kind.DESTROYED, copies)
    ]
    notices.queue_many(messages, at=at)


def _to_sender(kind: Kind, copy: Copy, context: Context, *, about: Person) -> list[Message]:
    """With a link to the sender's own copy; nobody is told of his own acts."""
    sender = copy.envelope.sender
    if sender == about or not (reader := _wanting(kind, sender)):
        return []
    context = {**context, "link": links.envelope(copy.envelope_id)}
    return [_message(kind, reader, context, copy.envelope_id, copy.recipient)]


def _wanting(kind: Kind, person: Person | None) -> Person | None:
    return person if person and person.is_active and people.wants(person, kind) else None


def _by_reader(kind: Kind, copies: Sequence[Copy]) -> Iterator[tuple[Person, list[Copy]]]:
    held: dict[Person, list[Copy]] = defaultdict(list)
    for copy in copies:
        if reader := _wanting(kind, copy.mailbox.owner):
            held[reader].append(copy)
    yield from held.items()


def _folder(copies: Sequence[Copy]) -> str:
    """Where most readers find them: what they received, unless they only sent."""
    sent_only = all(copy.role == Copy.Role.FROM for copy in copies)
    return links.page(links.SENT if sent_only else links.RECEIVED)


def _message(
    kind: Kind, reader: Person, context: Context, envelope: UUID | None = None, recipient: int | None = None
) -> Message:
    return Message(
        kind=kind,
        to=reader.email,
        language=reader.language,
        context=context,
        zone=reader.zone,
        word=None if reader.notice_word is None else bytes(reader.notice_word),
        person=reader.id,
        envelope=envelope,
        recipient=recipient,
    )

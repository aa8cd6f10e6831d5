"""What evidence says of an envelope: the content of its records, in the words docs/format.md lists.

These records are sealed to the mailboxes concerned and to evidence custody; a receipt shows its record
whole, so none of them names a file or a subject.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sceau.accounts.models import Mailbox, Person
from sceau.core.clock import milliseconds
from sceau.envelopes import splitting
from sceau.envelopes.mime import Part, Role
from sceau.envelopes.options import Statement
from sceau.evidence.records import Content, Reader
from sceau.vault import epochs
from sceau.vault.epochs import EpochKey
from sceau.vault.sessions import Assurance

_VERSION = 1


def reader(key: EpochKey) -> Reader:
    return Reader(key.mailbox, key.number, key.public_key)


def readers(mailboxes: Iterable[Mailbox]) -> dict[UUID, Reader]:
    """Who an act's own record is sealed to, in one query. Raises UnsignedKey.

    Whether the log knows a newer epoch is asked before content is sealed (`mailboxes.keys_for`), not here: these
    records name no patient, and nobody must be kept from opening because of them.
    """
    asked = list(mailboxes)
    keys = epochs.current(mailbox.id for mailbox in asked)
    for mailbox in asked:
        keys[mailbox.id].require(mailbox.address)
    return {id: reader(key) for id, key in keys.items()}


def parties(
    *,
    envelope: UUID,
    message_id: str,
    digest: bytes,
    size: int,
    parts: tuple[Part, ...],
    mailbox: Mailbox,
    by: Person,
    assurance: Assurance,
    recipients: list[tuple[Mailbox, str]],
    expires_at: datetime | None,
    at: datetime,
) -> Content:
    """Who sealed what for whom (EN 319 522-2: I- and M-series). `recipients`: mailbox and role, by index."""
    return {
        **_head("parties"),
        "envelope": str(envelope),
        "message_id": message_id,
        "digest": digest.hex(),
        "size": size,
        "parts": [
            {
                "number": part.number,
                "type": part.content_type,
                "role": part.role.value,
                "size": part.size,
                "sha256": part.sha256.hex(),
            }
            for part in parts
        ],
        "sender": mailbox_identity(mailbox),
        "by": person_identity(by),
        "assurance": assurance.name.lower(),
        "recipients": [{**mailbox_identity(mailbox), "role": role} for mailbox, role in recipients],
        "submitted_ms": milliseconds(at),
        "expires_ms": None if expires_at is None else milliseconds(expires_at),
    }


def documents(parties: Content) -> int:
    """How many documents a parties' record names. The first records told no roles: the text came first."""
    parts = parties["parts"]
    if "role" not in parts[0]:
        return len(parts) - 1
    return sum(part["role"] == Role.DOCUMENT for part in parts)


def circumstances(
    *,
    automatic: bool,
    deliver_at: datetime | None,
    forwards: UUID | None,
    part: splitting.Part,
    patient: Statement | None,
) -> Content:
    """What a parties' record says besides, each field only when there is something to say."""
    said: Content = {}
    if automatic:  # nobody sealed it by hand: `by` is in whose name
        said["automatic"] = True
    if deliver_at is not None:
        said["deliver_ms"] = milliseconds(deliver_at)
    if forwards is not None:
        said["forwards"] = str(forwards)
    if not part.alone:
        said["part"] = {"number": part.number, "of": part.of}
    if patient is not None:
        said["patient"] = {"said": patient.said.value, "on": patient.on.isoformat()}
    return said


def withdrawal(*, by: Person, at: datetime) -> Content:
    return {**_head("withdrawal"), "person": person_identity(by), "at_ms": milliseconds(at)}


def rejection(
    *, code: str, mailbox: Mailbox, by: Person, assurance: Assurance, recipients: list[str], at: datetime
) -> Content:
    return {
        **_head("rejection"),
        "sender": mailbox_identity(mailbox),
        "by": person_identity(by),
        "assurance": assurance.name.lower(),
        "code": code,
        "recipients": recipients,
        "at_ms": milliseconds(at),
    }


def opening(*, mailbox: Mailbox, by: Person, assurance: Assurance, at: datetime) -> Content:
    return {
        **_head("access"),
        "person": person_identity(by),
        "mailbox": mailbox_identity(mailbox),
        "assurance": assurance.name.lower(),
        "at_ms": milliseconds(at),
    }


def handover(*, mailbox: Mailbox, by: Person, part: str, at: datetime) -> Content:
    return {
        **_head("handover"),
        "person": person_identity(by),
        "mailbox": mailbox_identity(mailbox),
        "part": part,
        "at_ms": milliseconds(at),
    }


def destruction(*, reason: str, by: Person | None, opened: bool, at: datetime) -> Content:
    return {
        **_head("destruction"),
        "reason": reason,
        "person": None if by is None else person_identity(by),
        "opened": opened,
        "at_ms": milliseconds(at),
    }


def unopened(*, reason: str, at: datetime) -> Content:
    """Destroyed before anybody opened it."""
    return {**_head("handover-failure"), "reason": reason, "at_ms": milliseconds(at)}


def mailbox_identity(mailbox: Mailbox) -> Content:
    """Scheme and value (EN 319 522-2 clause 5.2), and the name people read."""
    return {"scheme": "email", "value": mailbox.address, "name": mailbox.name}


def person_identity(person: Person) -> Content:
    identity = {"scheme": "email", "value": person.email, "name": person.name}
    return identity if person.rpps is None else {**identity, "rpps": person.rpps}


def _head(kind: str) -> Content:
    return {"kind": kind, "version": _VERSION}

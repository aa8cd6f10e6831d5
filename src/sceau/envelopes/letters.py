"""A draft as the message that will be sealed: canonical RFC 5322 bytes and the summary that goes with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox
from sceau.core import random
from sceau.envelopes import mime, planning, rules
from sceau.envelopes.attachments import Document
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft
from sceau.envelopes.planning import Recipient
from sceau.envelopes.summaries import Party, Summary

_REFERENCES = 20  # the oldest ones of a long exchange are left out


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    message: mime.Message
    summary: Summary


def write(
    draft: Draft,
    content: Content,
    documents: list[Document],
    recipients: Iterable[Recipient],
    *,
    by: Actor,
    at: datetime,
) -> Written:
    """Nothing is read of the documents yet: the message streams them.

    Message-ID and boundary are secret random values: with them guessed, the digest in the evidence would
    confirm a guess of the text (E10).
    """
    message_id = f"<{random.token()}@{by.mailbox.domain}>"
    to = [recipient.mailbox for recipient in recipients if recipient.role == Copy.Role.TO]
    cc = [recipient.mailbox for recipient in recipients if recipient.role == Copy.Role.CC]
    subject = rules.subject(content.subject)
    references = _references(draft, by)
    letter = mime.Letter(
        message_id=message_id,
        date=at.astimezone(ZoneInfo(by.person.zone)),
        sender=_address(by.mailbox),
        to=tuple(_address(mailbox) for mailbox in to),
        cc=tuple(_address(mailbox) for mailbox in cc),
        subject=subject,
        text=content.text,
        in_reply_to=references[-1] if references else None,
        references=references,
        attachments=tuple(_attachment(document) for document in documents),
    )
    message = mime.write(letter, f"sceau_{random.token()}")
    summary = Summary(
        sender=_party(by.mailbox),
        to=tuple(_party(mailbox) for mailbox in to),
        cc=tuple(_party(mailbox) for mailbox in cc),
        subject=subject,
        label=rules.label(content.label),
        message_id=message_id,
        references=references,
        parts=message.parts,
    )
    return Written(message, summary)


def _references(draft: Draft, by: Actor) -> tuple[str, ...]:
    """What the answered message referred to, then itself (RFC 5322 §3.6.4)."""
    answered = planning.answered(draft, by=by)
    return (*answered.references, answered.message_id)[-_REFERENCES:] if answered else ()


def _address(mailbox: Mailbox) -> mime.Mailbox:
    return mime.Mailbox(mailbox.name, mailbox.address)


def _party(mailbox: Mailbox) -> Party:
    return Party(mailbox.name, mailbox.address)


def _attachment(document: Document) -> mime.Attachment:
    return mime.Attachment(
        name=document.name,
        content_type=document.content_type,
        size=document.size,
        sha256=document.sha256,
        encoded_size=document.encoded_size,
        encoded=document.encoded,
    )

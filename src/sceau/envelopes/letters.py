"""A draft as the message that will be sealed: canonical RFC 5322 bytes and the summary that goes with them.

What the program itself writes into a letter is sealed and read years later, in its author's language: like the
words of receipts, it stands here and in no catalogue.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox, Person
from sceau.core import random
from sceau.envelopes import mime, planning, richtext, rules, splitting
from sceau.envelopes.attachments import Document
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft
from sceau.envelopes.options import Patient, Statement
from sceau.envelopes.planning import Plan
from sceau.envelopes.splitting import Part
from sceau.envelopes.summaries import Party, Summary

_REFERENCES = 20  # the oldest ones of a long exchange are left out

# In French and in English.
_AUTOMATIC = ("Réponse automatique", "Automatic reply")
_PATIENT = {
    Patient.INFORMED: (
        "Le patient a été informé de cet échange le {day}.",
        "The patient was informed of this exchange on {day}.",
    ),
    Patient.AGREES: (
        "Le patient a donné son accord à cet échange le {day}.",
        "The patient agreed to this exchange on {day}.",
    ),
    Patient.OBJECTS: (
        "Le patient s’est opposé à cet échange le {day}.",
        "The patient objected to this exchange on {day}.",
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    message: mime.Message
    summary: Summary


def write(
    draft: Draft,
    content: Content,
    documents: list[Document],
    plan: Plan,
    part: Part,
    *,
    by: Actor,
    at: datetime,
) -> Written:
    """Nothing is read of the documents yet: the message streams them.

    Rich text is cleaned and its plain text derived here: what is sealed is one letter, told twice.
    """
    text, html = _body(content, plan.patient, by.person.language)
    return _written(
        _Said(splitting.subject(content.subject, part), text, html, label=rules.label(content.label)),
        by.mailbox,
        plan,
        _references(draft, by),
        tuple(_attachment(document) for document in documents),
        at=at.astimezone(ZoneInfo(by.person.zone)),
    )


def automatic(text: str, mailbox: Mailbox, plan: Plan, absent: Person, *, at: datetime) -> Written:
    """An answer that nobody writes by hand. What it answers is sealed: it names no subject and no Message-ID."""
    subject = _AUTOMATIC[absent.language == "en"]
    said = _Said(subject, text, None, label=rules.Label.NONE, automatic=True)
    return _written(said, mailbox, plan, (), (), at=at.astimezone(ZoneInfo(absent.zone)))


@dataclass(frozen=True, slots=True, repr=False)
class _Said:
    subject: str
    text: str
    html: str | None
    label: rules.Label
    automatic: bool = False


def _written(
    said: _Said,
    sender: Mailbox,
    plan: Plan,
    references: tuple[str, ...],
    documents: tuple[mime.Attachment, ...],
    *,
    at: datetime,
) -> Written:
    """Message-ID and boundary are secret random values: with them guessed, the digest in the evidence would
    confirm a guess of the text (E10).
    """
    message_id = f"<{random.token()}@{sender.domain}>"
    to = [recipient.mailbox for recipient in plan.recipients if recipient.role == Copy.Role.TO]
    cc = [recipient.mailbox for recipient in plan.recipients if recipient.role == Copy.Role.CC]
    letter = mime.Letter(
        message_id=message_id,
        date=at,
        sender=_address(sender),
        to=tuple(map(_address, to)),
        cc=tuple(map(_address, cc)),
        subject=said.subject,
        text=said.text,
        html=said.html,
        in_reply_to=references[-1] if references else None,
        references=references,
        attachments=documents,
        automatic=said.automatic,
    )
    message = mime.write(letter, f"sceau_{random.token()}")
    summary = Summary(
        sender=_party(sender),
        to=tuple(map(_party, to)),
        cc=tuple(map(_party, cc)),
        subject=said.subject,
        label=said.label,
        message_id=message_id,
        references=references,
        parts=message.parts,
    )
    return Written(message, summary)


def _body(content: Content, patient: Statement | None, language: str) -> tuple[str, str | None]:
    """Plain text, and HTML when the letter has formatting; what the patient said ends both."""
    html = richtext.clean(content.html) if content.html else ""
    text = richtext.plain(html) if html else content.text
    if patient is not None:
        line = _PATIENT[patient.said][language == "en"].format(day=_day(patient.on, language))
        text = f"{text.rstrip()}\n\n{line}\n".lstrip("\n")
        html = html and html + richtext.paragraph(line)
    return text, html or None


def _day(day: date, language: str) -> str:
    return day.isoformat() if language == "en" else f"{day:%d/%m/%Y}"


def _references(draft: Draft, by: Actor) -> tuple[str, ...]:
    """What the answered message referred to, then itself (RFC 5322 §3.6.4)."""
    answered = planning.answered(draft, by=by)
    if answered is None:
        return ()
    return tuple(filter(None, (*answered.references, answered.message_id)))[-_REFERENCES:]  # an import may have none


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

"""Who will get a draft, by the rules, with the accounts as they are now: for sealing, and to show it before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox
from sceau.core.errors import Error
from sceau.core.values import Address
from sceau.envelopes import lookups, options, richtext, rules, summaries
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy, Draft
from sceau.envelopes.options import Statement
from sceau.envelopes.summaries import Summary


@dataclass(frozen=True, slots=True)
class Recipient:
    mailbox: Mailbox
    role: Copy.Role


@dataclass(frozen=True, slots=True)
class Plan:
    recipients: tuple[Recipient, ...]  # their position is their index in evidence
    expires_at: datetime | None
    destroy_at: datetime  # of the sender's own copy; recipients' copies go at `expires_at` when there is one
    deliver_at: datetime | None = None  # not before
    patient: Statement | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What awaits one address, before anything is sealed. `refusal` says why it will get nothing."""

    address: Address
    mailbox: Mailbox | None
    refusal: Error | None = None


def plan(draft: Draft, content: Content, sizes: list[int], *, by: Actor, at: datetime) -> Plan:
    """Everybody's mailbox, or the first rule that says no. `sizes`: decoded octets of each document.

    Raises the refusals of `rules` and `options`, lookups.Unchecked; NotEntitled is asked before anybody is looked up.
    """
    limits = rules.Limits(settings.SCEAU_RECIPIENT_LIMIT, settings.SCEAU_MESSAGE_LIMIT)
    wanted = rules.recipients(content.to, content.cc, limit=limits.recipients)
    _check_entitled(wanted, draft.reply_to, by)
    rules.check_text(content.subject, content.text)
    if len(content.html) > richtext.LIMIT:
        raise rules.TooLong(richtext.LIMIT)
    rules.check_size(sizes, limits)
    days, zone = settings.SCEAU_RETENTION_DAYS, by.person.zone
    deliver_at = options.delivery(content.deliver_at, zone=zone, at=at)
    begins = deliver_at or at  # what was not at anybody's disposal yet is not kept less long for it
    expires_at = rules.expiry(content.expires_on, zone=zone, at=begins, days=days)
    patient = _patient(content, zone=zone, at=at)
    known = lookups.recipients(wanted, by=by, at=at)  # last: no other refusal tells who has a mailbox here
    return Plan(
        recipients=(
            *(Recipient(known[address], Copy.Role.TO) for address in wanted.to),
            *(Recipient(known[address], Copy.Role.CC) for address in wanted.cc),
        ),
        expires_at=expires_at,
        destroy_at=begins + timedelta(days=days),
        deliver_at=deliver_at,
        patient=patient,
    )


def preview(draft: Draft, wanted: rules.Recipients, *, by: Actor, at: datetime) -> list[Outlook]:
    """What the composer shows of each recipient, by the rules of `plan`."""
    try:
        _check_number(wanted)  # and nobody looks up thousands of addresses that were pasted here
        _check_entitled(wanted, draft.reply_to, by)
        known = lookups.find(wanted, by=by, at=at)
    except (rules.TooManyRecipients, rules.NotEntitled, lookups.Unchecked) as refusal:
        return [Outlook(address, None, refusal) for address in wanted]
    return [_outlook(address, known.get(address)) for address in wanted]


def answered(draft: Draft, *, by: Actor) -> Summary | None:
    """The envelope that this draft answers, as long as this mailbox holds its content."""
    if draft.reply_to is None:
        return None
    held = Copy.objects.filter(envelope=draft.reply_to, mailbox=by.mailbox, destroyed_at=None)
    copy = held.select_related("envelope").first()
    return summaries.summary(copy, by.keys) if copy else None


def correspondent(reply_to: UUID | None, by: Actor) -> Address | None:
    """Who sent the envelope that is being answered, if this mailbox received it."""
    received = Copy.objects.filter(envelope=reply_to, mailbox=by.mailbox).exclude(role=Copy.Role.FROM)
    address = received.values_list("envelope__mailbox__address", flat=True).first()
    return Address.parse(address) if address else None


def _check_number(wanted: rules.Recipients) -> None:
    if len(wanted) > settings.SCEAU_RECIPIENT_LIMIT:
        raise rules.TooManyRecipients(settings.SCEAU_RECIPIENT_LIMIT)


def _check_entitled(wanted: rules.Recipients, reply_to: UUID | None, by: Actor) -> None:
    if not people.may_write(by.person):
        rules.check_entitled(wanted, certified=False, correspondent=correspondent(reply_to, by))


def _patient(content: Content, *, zone: str, at: datetime) -> Statement | None:
    """What was chosen, where the installation has this line. Raises options.BadPatientDay."""
    if not settings.SCEAU_PATIENT_LINE:
        return None
    return options.patient(content.patient, content.patient_on, zone=zone, at=at)


def _outlook(address: Address, mailbox: Mailbox | None) -> Outlook:
    return Outlook(address, mailbox, None if mailbox else rules.UnknownRecipient((address,)))

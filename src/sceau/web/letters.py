"""An envelope as its page shows it: closed, open or destroyed."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.core import clock
from sceau.core.errors import NotFound, Unreadable
from sceau.envelopes import rules, summaries
from sceau.envelopes.mime import Part, Role
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.reading import Unsealed
from sceau.envelopes.summaries import Summary
from sceau.ui import dates, oddities, sizes
from sceau.ui.dates import When
from sceau.web import documents, panes, plain, viewing
from sceau.web.pages import Chip, FileLink, Letter, Party


def closed(copy: Copy, *, by: Actor) -> Letter:
    """Before it is opened: who, when, what it is about, how many documents; not a line of the letter."""
    return _letter(copy, "closed", summaries.summary(copy, by.keys), by)


def opened(copy: Copy, *, by: Actor) -> Letter:
    content = Unsealed(copy, keys=by.keys)
    letter = _letter(copy, "open", content.summary, by, text=content.text())
    formatted = any(part.role == Role.HTML for part in content.summary.parts)
    imported = content.summary.imported
    if imported is None:
        return replace(letter, html=formatted)
    notes = tuple(filter(None, map(oddities.sentence, imported.oddities)))
    return replace(letter, html=formatted, notes=notes)


def destroyed(copy: Copy, *, by: Actor) -> Letter:
    """Names of today stand in for those of the sealed summary, which is gone."""
    sender = copy.envelope.mailbox
    copies = copy.envelope.copies.exclude(role=Copy.Role.FROM).select_related("mailbox").order_by("recipient")
    parties = [(held.role, Party(held.mailbox.name, held.mailbox.address)) for held in copies]
    return Letter(
        id=str(copy.id),
        state="destroyed",
        subject=_ended(copy, by),
        sender=Party(sender.name, sender.address),
        to=tuple(party for role, party in parties if role == Copy.Role.TO),
        cc=tuple(party for role, party in parties if role == Copy.Role.CC),
        when=_when(copy, by),
        sent=copy.role == Copy.Role.FROM,
        in_trash=False,  # nothing is left to restore or to destroy
        imported=_imported(copy, by),
    )


def _ended(copy: Copy, by: Actor) -> str:
    if copy.withdrawn_at is None:
        return _("Contenu détruit")
    day = dates.day(copy.withdrawn_at.astimezone(ZoneInfo(by.person.zone)).date())
    return _("Retirée par son expéditeur le %(day)s") % {"day": day}


def named(copy: Copy, *, by: Actor) -> str:
    """Which envelope it is, in a few words; nothing when its summary is gone or does not open."""
    try:
        summary = summaries.summary(copy, by.keys)
    except (rules.Destroyed, Unreadable, NotFound):
        return ""
    subject = summary.subject or _("Sans objet")
    return _("« %(subject)s », de %(sender)s") % {"subject": subject, "sender": summary.sender.name}


def _letter(copy: Copy, state: str, summary: Summary, by: Actor, *, text: str = "") -> Letter:
    sent = copy.role == Copy.Role.FROM
    sender = _sender(copy, summary.sender)
    if summary.imported is not None:
        sender = _party(summary.sender)
        sender = replace(sender, name=sender.name or ("" if sender.address else _("Expéditeur non indiqué")))
        sender = replace(sender, chip=Chip("warn", _("expéditeur non vérifié")))
    return Letter(
        id=str(copy.id),
        state=state,
        subject=summary.subject,
        sender=sender,
        to=tuple(map(_party, summary.to)),
        cc=tuple(map(_party, summary.cc)),
        when=_when(copy, by),
        text=text,
        body=plain.blocks(text),
        files=tuple(_file(copy, part, state) for part in summary.documents),
        documents=_inside(summary),
        sent=sent,
        in_trash=copy.folder == Copy.Folder.TRASH,
        can_reply=state == "open" and not sent and bool(summary.sender.address),
        imported=_imported(copy, by),
    )


def _sender(copy: Copy, named: summaries.Party) -> Party:
    """With what his account says of him: never with what a letter claims."""
    person, mailbox = copy.envelope.sender, copy.envelope.mailbox
    if named.address != mailbox.address:
        return _party(named)
    certified = person.status == Person.Status.CERTIFIED
    return Party(
        name=named.name,
        address=named.address,
        detail=", ".join(filter(None, (person.profession, person.structure))),
        chip=Chip("ok", _("Identité vérifiée")) if certified else Chip("", _("Compte non validé")),
    )


def _imported(copy: Copy, by: Actor) -> str:
    """ "le 22 novembre 2026 par Dr Claire Morel"; nothing for what was sealed here."""
    envelope = copy.envelope
    if envelope.source != Envelope.Source.IMPORTED:
        return ""
    day = dates.day(envelope.sealed_at.astimezone(ZoneInfo(by.person.zone)).date())
    return _("le %(day)s par %(who)s") % {"day": day, "who": envelope.sender.name}


def _when(copy: Copy, by: Actor) -> When:
    """Written out, as at the head of a letter; the list beside it says "hier"."""
    moment = dates.when(copy.sort_at, now=clock.now(), zone=by.person.zone)
    return replace(moment, text=dates.to_the_minute(copy.sort_at, zone=by.person.zone))


def _party(party: summaries.Party) -> Party:
    return Party(party.name, party.address)


def _file(copy: Copy, part: Part, state: str) -> FileLink:
    name = part.name or _("document")
    seen = state == "open" and viewing.may_be_shown(name, part.content_type)
    return FileLink(
        name=name,
        detail=f"{documents.kind(name, part.content_type)}, {sizes.text(part.size)}",
        href=reverse("web:part", args=[copy.id, int(part.number)]) if state == "open" else "",
        icon=documents.icon(part.content_type),
        view=reverse("web:view", args=[copy.id, int(part.number)]) if seen else "",
        warning=viewing.warning(name, part.content_type),
    )


def _inside(summary: Summary) -> str:
    """ "2 documents, 2,2 Mo" """
    if not summary.documents:
        return ""
    size = sum(part.size for part in summary.documents)
    return f"{panes.documents(len(summary.documents))}, {sizes.text(size)}"

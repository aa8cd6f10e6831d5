"""The composer: from what was posted to a draft's content, and from a draft to its page."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.accounts.actor import Actor
from sceau.core.errors import Malformed
from sceau.envelopes import attachments, planning, rules
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Draft
from sceau.envelopes.planning import Outlook
from sceau.notify import labels
from sceau.ui import dates, errors, sizes
from sceau.web import documents
from sceau.web.pages import Chip, DraftPage, Known, Planned, Upload

_MONTHS = {31: 1, 61: 2, 92: 3, 183: 6, 365: 12}  # days of retention that are said in months


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What a composer's form brought. Without `base` it brought no text: a script attached a document."""

    content: Content
    base: int | None  # the revision that its writer saw
    unsent: bool  # a document was chosen but travels in another request


@dataclass(frozen=True, slots=True, repr=False)
class Composer:
    """A draft's page and what will happen when it is sealed."""

    draft: DraftPage
    plan: tuple[Planned, ...]


def read(posted: QueryDict) -> Typed:
    """Everything as it was typed; line ends alone are made the same. Raises Malformed for a revision that is none."""
    revision = posted.get("revision")
    if revision is not None and not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        raise Malformed
    content = Content(
        to=_joined(posted.getlist("to")),
        cc=_joined(posted.getlist("cc")),
        subject=posted.get("subject", ""),
        text=posted.get("body", "").replace("\r\n", "\n"),
        label=posted.get("label", ""),
        expires_on=posted.get("expires_on", ""),
    )
    return Typed(content, None if revision is None else int(revision), any(posted.getlist("file")))


def compose(draft: Draft, content: Content, *, by: Actor) -> Composer:
    """The page of `content`, which may be newer than what the draft has saved."""
    to, to_typed = rules.addresses(content.to)
    cc, cc_typed = rules.addresses(content.cc)
    outlooks = planning.preview(draft, rules.fold(to, cc), by=by)
    known = {outlook.address: _known(outlook) for outlook in outlooks}
    page = replace(
        attached(draft, by=by),
        to=tuple(known[address] for address in to),
        cc=tuple(known[address] for address in cc),
        to_typed=", ".join(to_typed),
        cc_typed=", ".join(cc_typed),
        subject=content.subject,
        body=content.text,
        expires_on=content.expires_on,
        label=rules.label(content.label),
        saved=saved(draft, zone=by.person.zone) if draft.revision else "",
        reply=_reply(draft, by),
        keeps=_keeps(),
    )
    return Composer(page, tuple(map(_planned, outlooks)))


def attached(draft: Draft, *, by: Actor) -> DraftPage:
    """As much of the page as the list of documents needs."""
    found = attachments.of(draft, keys=by.keys)
    uploads = tuple(
        Upload(
            name=document.name,
            size=sizes.text(document.size),
            detach=reverse("web:draft-detach", args=[draft.id, document.id]),
            icon=documents.icon(document.content_type),
        )
        for document in found
    )
    limit, used = settings.SCEAU_MESSAGE_LIMIT, sum(document.size for document in found)
    return DraftPage(
        str(draft.id),
        draft.revision,
        uploads=uploads,
        total=sizes.of(used, limit) if uploads else "",
        room=max(0, limit - used),
        too_large=errors.sentence(rules.TooLarge(limit, limit)),
    )


def saved(draft: Draft, *, zone: str) -> str:
    """ "Brouillon enregistré à 14:05" """
    return _("Brouillon enregistré à %(time)s") % {"time": dates.clock(draft.saved_at, zone=zone)}


def label_choices() -> tuple[tuple[str, str], ...]:
    return tuple((label, labels.name(label) or _("aucun")) for label in rules.Label)


def _joined(values: list[str]) -> str:
    return "\n".join(value for value in values if value.strip())


def _known(outlook: Outlook) -> Known:
    if outlook.mailbox is None:
        return Known(str(outlook.address), "", refused=True)
    return Known(str(outlook.address), outlook.mailbox.name, Chip("home", "Sceau"))


def _planned(outlook: Outlook) -> Planned:
    if outlook.mailbox is None:
        return Planned(str(outlook.address), _refusal(outlook), refused=True)
    text = _("Recevra l’enveloppe dans sa boîte Sceau, et un courriel pour l’en avertir.")
    return Planned(outlook.mailbox.name, text, Chip("home", "Sceau"))


def _refusal(outlook: Outlook) -> str:
    """In short, beside the name; the sentence that says what to do stands above the form once one has tried."""
    if isinstance(outlook.refusal, rules.NotEntitled):
        return _("Votre compte n’est pas encore validé : vous ne pouvez que répondre à qui vous a écrit.")
    return _("N’a pas de compte Sceau : ne peut pas encore recevoir.")


def _reply(draft: Draft, by: Actor) -> str:
    answered = planning.answered(draft, by=by)
    if answered is None:
        return ""
    return _("Réponse à %(who)s, « %(subject)s »") % {"who": answered.sender.name, "subject": answered.subject}


def _keeps() -> str:
    days = settings.SCEAU_RETENTION_DAYS
    if months := _MONTHS.get(days):
        kept = ngettext("%(count)s mois", "%(count)s mois", months) % {"count": months}
    else:
        kept = ngettext("%(count)s jour", "%(count)s jours", days) % {"count": days}
    return _("Conservée %(time)s, puis détruite. Les preuves restent.") % {"time": kept}

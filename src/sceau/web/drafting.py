"""The composer: from what was posted to a draft's content, and from a draft to its page."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.accounts.actor import Actor
from sceau.core.errors import Malformed, NotFound
from sceau.envelopes import attachments, options, pieces, planning, richtext, rules, sources
from sceau.envelopes.attachments import Document
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Draft
from sceau.envelopes.pieces import Coming
from sceau.envelopes.planning import Outlook
from sceau.notify import labels
from sceau.ui import dates, errors, sizes
from sceau.web import documents, forecast
from sceau.web.forecast import Forecast
from sceau.web.pages import Answered, Arriving, DraftPage, Known, Later, Upload

_MONTHS = {31: 1, 61: 2, 92: 3, 183: 6, 365: 12}  # days of retention that are said in months


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What a composer's form brought. Without `base` it brought no text: a script attached a document."""

    content: Content
    base: int | None  # the revision that its writer saw
    unsent: bool  # a document was chosen but travels in another request
    leaving: bool = False  # the last words of a page that closes, perhaps before the answer to its last save


@dataclass(frozen=True, slots=True, repr=False)
class Composer:
    """A draft's page and what will happen when it is sealed."""

    draft: DraftPage
    forecast: Forecast
    outlooks: tuple[Outlook, ...]
    documents: tuple[Document, ...]


def read(posted: QueryDict) -> Typed:
    """Everything as it was typed; line ends alone are made the same. Raises Malformed for a revision that is none."""
    revision = posted.get("revision")
    if revision is not None and not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        raise Malformed
    content = Content(
        to=_joined(posted.getlist("to")),
        cc=_joined(posted.getlist("cc")),
        subject=posted.get("subject", ""),
        **_letter(posted),
        **{name: posted.get(name, "") for name in ("label", "expires_on", "deliver_at", "patient", "patient_on")},
    )
    base = None if revision is None else int(revision)
    return Typed(content, base, any(posted.getlist("file")), leaving="leaving" in posted)


def _letter(posted: QueryDict) -> dict[str, str]:
    """The letter's text, and its HTML when there is some: then the text is what that says.

    A page without scripts brings the HTML back as it got it, beside a text that may have been changed since:
    `html_of` says which text the HTML belongs to, and one that belongs to another text is dropped.
    """
    text = posted.get("body", "").replace("\r\n", "\n")
    html = richtext.clean(posted.get("html", ""))
    if not html or posted.get("html_of", "") not in ("", digest(text)):
        return {"text": text}
    return {"text": richtext.plain(html), "html": html}


def digest(text: str) -> str:
    """Which text this is: short, and no secret."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def compose(draft: Draft, content: Content, *, by: Actor, at: datetime) -> Composer:
    """The page of `content`, which may be newer than what the draft has saved."""
    to, to_typed = rules.addresses(content.to)
    cc, cc_typed = rules.addresses(content.cc)
    outlooks = planning.preview(draft, rules.fold(to, cc), by=by, at=at)
    known = {outlook.address: forecast.known(outlook) for outlook in outlooks}
    found = attachments.of(draft, keys=by.keys)
    page = replace(
        _attached(draft, found, by=by),
        to=tuple(known[address] for address in to),
        cc=tuple(known[address] for address in cc),
        to_typed=", ".join(to_typed),
        cc_typed=", ".join(cc_typed),
        subject=content.subject,
        body=content.text,
        html=content.html,
        html_of=digest(content.text) if content.html else "",
        expires_on=content.expires_on,
        deliver_at=content.deliver_at,
        patient=content.patient,
        patient_on=content.patient_on,
        label=rules.label(content.label),
        saved=saved(draft, zone=by.person.zone) if draft.revision else "",
        keeps=_keeps(),
    )
    return Composer(page, forecast.of(outlooks, content, found, by=by, at=at), tuple(outlooks), tuple(found))


def answered(draft: Draft, *, by: Actor, at: datetime) -> Answered | None:
    """The letter that this one answers or passes on, to be read beside it."""
    source = sources.of(draft, by=by, at=at)
    if source is None:
        return None
    words = {"who": source.summary.sender.name, "subject": source.summary.subject}
    if draft.reply_to:
        title = _("Réponse à %(who)s, « %(subject)s »") % words
    else:
        title = _("Transfert d’une enveloppe de %(who)s, « %(subject)s »") % words
    return Answered(title, source.text, reverse("web:envelope", args=[source.copy]))


def attached(draft: Draft, *, by: Actor) -> DraftPage:
    """As much of the page as the list of documents needs."""
    return _attached(draft, attachments.of(draft, keys=by.keys), by=by)


def _attached(draft: Draft, found: list[Document], *, by: Actor) -> DraftPage:
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
        arriving=tuple(_arriving(draft, coming) for coming in pieces.of(draft, keys=by.keys)),
        total=sizes.of(used, limit) if uploads else "",
        pieces=reverse("web:draft-pieces", args=[draft.id]),
        fill=used,
        limit=limit,
        room=attachments.room(draft),
        too_large=errors.sentence(rules.DocumentTooLarge(limit, limit)),
    )


def _arriving(draft: Draft, coming: Coming) -> Arriving:
    return Arriving(
        id=str(coming.id),
        name=coming.name,
        detail=sizes.of(coming.kept, coming.size),
        size=coming.size,
        done=coming.kept,
        drop=reverse("web:draft-detach", args=[draft.id, coming.id]),
    )


def later_choices(*, zone: str, at: datetime) -> tuple[Later, ...]:
    """« demain 8 h », « lundi 8 h », where the writer lives."""
    today = at.astimezone(ZoneInfo(zone)).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    choices = [Later(_("demain 8 h"), f"{tomorrow}T08:00")]
    if monday != tomorrow:
        choices.append(Later(_("lundi 8 h"), f"{monday}T08:00"))
    return tuple(choices)


def patient_choices() -> tuple[tuple[str, str], ...]:
    """What a patient may have said, where the installation asks for it."""
    if not settings.SCEAU_PATIENT_LINE:
        return ()
    return (
        (options.Patient.NONE, _("rien à en dire")),
        (options.Patient.INFORMED, _("le patient est informé")),
        (options.Patient.AGREES, _("le patient est d’accord")),
        (options.Patient.OBJECTS, _("le patient s’y oppose")),
    )


def person(known: Known) -> dict[str, object]:
    """What the script that shows chips learns of a recipient."""
    return {"name": known.name, "kind": known.chip.text if known.chip else "", "refused": known.refused}


def template_id(posted: QueryDict) -> UUID:
    """Which template was asked for. Raises NotFound."""
    try:
        return UUID(posted.get("template", ""))
    except ValueError:
        raise NotFound from None


def saved(draft: Draft, *, zone: str) -> str:
    """ "Brouillon enregistré à 14:05" """
    return _("Brouillon enregistré à %(time)s") % {"time": dates.clock(draft.saved_at, zone=zone)}


def label_choices() -> tuple[tuple[str, str], ...]:
    return tuple((label, labels.name(label) or _("aucun")) for label in rules.Label)


def _joined(values: list[str]) -> str:
    return "\n".join(value for value in values if value.strip())


def _keeps() -> str:
    days = settings.SCEAU_RETENTION_DAYS
    if months := _MONTHS.get(days):
        kept = ngettext("%(count)s mois", "%(count)s mois", months) % {"count": months}
    else:
        kept = ngettext("%(count)s jour", "%(count)s jours", days) % {"count": days}
    return _("Conservée %(time)s, puis détruite. Les preuves restent.") % {"time": kept}

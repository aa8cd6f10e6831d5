"""« Ce qui va se passer »: what sealing a draft will do, for each recipient and in all, said before the button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.accounts.actor import Actor
from sceau.envelopes import lookups, options, rules, splitting
from sceau.envelopes.attachments import Document
from sceau.envelopes.drafts import Content
from sceau.envelopes.planning import Outlook
from sceau.ui import dates, errors, sizes
from sceau.web.pages import Chip, Known, Note, Planned


@dataclass(frozen=True, slots=True, repr=False)
class Forecast:
    recipients: tuple[Planned, ...]
    notes: tuple[Note, ...]


def of(
    outlooks: Sequence[Outlook], content: Content, documents: Sequence[Document], *, by: Actor, at: datetime
) -> Forecast:
    notes = (*_split(documents), *_later(content, by, at), *_expiry(content, by, at))
    for outlook in outlooks:
        if isinstance(outlook.refusal, rules.TooManyRecipients):  # one sentence, not one for each of thousands
            return Forecast((), (Note("warn", errors.sentence(outlook.refusal)), *notes))
    return Forecast(tuple(map(_planned, outlooks)), notes)


def known(outlook: Outlook) -> Known:
    if outlook.mailbox is None:
        return Known(str(outlook.address), "", refused=not _unchecked(outlook))
    return Known(str(outlook.address), outlook.mailbox.name, Chip("home", "Sceau"))


def _planned(outlook: Outlook) -> Planned:
    if outlook.mailbox is None:
        return Planned(str(outlook.address), refusal(outlook), refused=not _unchecked(outlook))
    text = _("Recevra l’enveloppe dans sa boîte Sceau, et un courriel pour l’en avertir.")
    return Planned(outlook.mailbox.name, text, Chip("home", "Sceau"))


def refusal(outlook: Outlook) -> str:
    """In short, beside the name; the sentence that says what to do stands above the form once one has tried."""
    if isinstance(outlook.refusal, rules.NotEntitled):
        return _("Votre compte n’est pas encore validé : vous ne pouvez que répondre à qui vous a écrit.")
    if _unchecked(outlook):
        return _("Ne peut pas être vérifié pour le moment ; vous pouvez sceller.")
    return _("N’a pas de compte Sceau : ne peut pas encore recevoir.")


def _unchecked(outlook: Outlook) -> bool:
    return isinstance(outlook.refusal, lookups.Unchecked)


def _split(documents: Sequence[Document]) -> list[Note]:
    """Several envelopes, when the documents are more than one takes."""
    limit = settings.SCEAU_MESSAGE_LIMIT
    try:
        parts = splitting.plan([document.size for document in documents], limit=limit)
    except rules.TooLarge:
        return []  # it was attached under another limit: sealing will say so
    if len(parts) == 1:
        return []
    text = ngettext(
        "Trop lourd pour une seule enveloppe (%(limit)s) : il en partira %(count)s, numérotée.",
        "Trop lourd pour une seule enveloppe (%(limit)s) : il en partira %(count)s, numérotées.",
        len(parts),
    ) % {"limit": sizes.text(limit), "count": len(parts)}
    return [Note("archive", text, tuple(_part(documents, places, len(parts)) for places in enumerate(parts, 1)))]


def _part(documents: Sequence[Document], part: tuple[int, tuple[int, ...]], of: int) -> str:
    number, places = part
    names = ", ".join(documents[place].name for place in places)
    size = sizes.text(sum(documents[place].size for place in places))
    return _("%(number)s sur %(of)s : %(names)s (%(size)s)") % {
        "number": number,
        "of": of,
        "names": names,
        "size": size,
    }


def _later(content: Content, by: Actor, at: datetime) -> list[Note]:
    zone = by.person.zone
    try:
        moment = options.delivery(content.deliver_at, zone=zone, at=at)
    except options.BadDelivery:
        return [Note("warn", _("L’heure d’envoi choisie n’est pas à venir : elle sera refusée."))]
    if moment is None:
        return []
    text = _("Scellée maintenant, remise le %(when)s. D’ici là, vous pourrez la retirer.")
    return [Note("clock", text % {"when": dates.to_the_minute(moment, zone=zone)})]


def _expiry(content: Content, by: Actor, at: datetime) -> list[Note]:
    try:
        end = rules.expiry(content.expires_on, zone=by.person.zone, at=at, days=settings.SCEAU_RETENTION_DAYS)
    except rules.BadExpiry:
        return [Note("warn", _("La date de destruction choisie sera refusée."))]
    if end is None:
        return []
    last = (end.astimezone(ZoneInfo(by.person.zone)) - timedelta(hours=1)).date()  # the end is midnight after it
    return [Note("lock", _("Lisible par vos destinataires jusqu’au %(day)s inclus.") % {"day": dates.day(last)})]

"""The column beside a letter: what its evidence says, in the reader's words.

The sender reads what became of each recipient; a recipient reads what concerns himself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sceau.accounts.actor import Actor
from sceau.envelopes import timeline, withdrawal
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.timeline import Step
from sceau.evidence import words
from sceau.evidence.events import Event
from sceau.evidence.words import Language
from sceau.ui import dates
from sceau.web import pages
from sceau.web.pages import Party, Proof, RecipientLine

_FAILURES = {
    Event.CONSIGNMENT_NOTIFICATION_FAILURE,
    Event.CONTENT_CONSIGNMENT_FAILURE,
    Event.CONTENT_HANDOVER_FAILURE,
    Event.SUBMISSION_REJECTION,
}


def of(copy: Copy, *, by: Actor, recipients: tuple[Party, ...]) -> Proof:
    """`recipients`: everybody the envelope is for, in the order of the index."""
    if copy.envelope.source == Envelope.Source.IMPORTED:
        return _nothing(copy, by)
    told = timeline.of(copy, by=by)
    sent = copy.role == Copy.Role.FROM
    own = [step for step in told if not sent or step.recipient is None]
    published = bool(told) and all(step.published for step in told)
    return Proof(
        steps=(*_steps(own, by), *_ahead(copy, by)),
        recipients=_recipients(told, recipients, by) if sent else (),
        published=_published(told) if published else "",
        pdf=reverse("web:receipt-pdf", args=[copy.id]) if published else "",
        json=reverse("web:receipt-json", args=[copy.id]) if published else "",
        archive=reverse("web:proofs-zip", args=[copy.id]) if published else "",
    )


def _nothing(copy: Copy, by: Actor) -> Proof:
    """Of an import: nobody saw it on its way."""
    zone = ZoneInfo(by.person.zone)
    brought = {"day": dates.day(copy.envelope.sealed_at.astimezone(zone).date()), "who": copy.envelope.sender.name}
    none = _("Aucune preuve : ce courriel a été importé le %(day)s par %(who)s.") % brought
    if copy.destroyed_at is not None:
        return Proof((), none)
    end = _("Sera détruit le %(day)s") % {"day": dates.day(copy.destroy_at.astimezone(zone).date())}
    return Proof((pages.Step(end, _("Téléchargez-le avant pour le garder."), "wait"),), none)


def _steps(told: Sequence[Step], by: Actor) -> Iterator[pages.Step]:
    """In order; what was shown in one session after another is one line, with how often."""
    shown = Counter(step.detail for step in told if step.event == Event.CONTENT_HANDOVER)
    for step in told:
        if step.event != Event.CONTENT_HANDOVER:
            yield _step(step, by)
        elif count := shown.pop(step.detail, 0):
            yield _step(step, by, again=count - 1)


def _step(step: Step, by: Actor, *, again: int = 0) -> pages.Step:
    detail = dates.exact(step.at, zone=by.person.zone)
    if step.index is not None:
        detail = _("%(when)s, preuve n° %(number)s") % {"when": detail, "number": _number(step.index)}
    if again:
        more = ngettext("puis %(count)s fois encore", "puis %(count)s fois encore", again) % {"count": again}
        detail = f"{detail}, {more}"
    return pages.Step(_words(step, by), detail, _kind(step.event))


def _kind(event: Event) -> str:
    if event == Event.SUBMISSION_ACCEPTANCE:
        return "seal"
    return "fail" if event in _FAILURES else "done"


def _words(step: Step, by: Actor) -> str:
    """One line; "vous" for the reader's own acts."""
    mine = step.who == by.person.name
    who = {"who": step.who or _("une personne dont le nom est effacé")}
    match step.event:
        case Event.SUBMISSION_ACCEPTANCE:
            return _sealing(step, who, mine=mine)
        case Event.CONTENT_CONSIGNMENT:
            return _("Déposée dans votre boîte") if mine else _("Déposée dans la boîte de %(who)s") % who
        case Event.CONTENT_ACCESS_TRACKING:
            return _("Ouverte par vous") if mine else _("Ouverte par %(who)s") % who
        case Event.CONSIGNMENT_NOTIFICATION:
            return _("Courriel d’avertissement envoyé")
        case Event.CONSIGNMENT_NOTIFICATION_FAILURE:
            return _("Le courriel d’avertissement est revenu")
        case Event.CONTENT_HANDOVER:
            return _handover(step.detail)
        case Event.ENVELOPE_WITHDRAWN:
            return _("Retirée par vous") if mine else _("Retirée par %(who)s, avant d’être ouverte") % who
        case Event.CONTENT_DESTROYED:
            return _destruction(step.detail)
        case _:
            return words.event(step.event, _language())


def _sealing(step: Step, who: dict[str, str], *, mine: bool) -> str:
    if step.detail == "automatic":
        return _("Réponse automatique, scellée par Sceau au nom de %(who)s") % who
    return _("Scellée par vous") if mine else _("Scellée par %(who)s") % who


def _handover(part: str) -> str:
    """What left: the letter on its page, one document, all of them, the message."""
    if part == "1":
        return _("Lettre affichée")
    if part == "eml":
        return _("Message téléchargé")
    if part == "zip":
        return _("Documents téléchargés")
    return _("Document n° %(number)s affiché ou téléchargé") % {"number": int(part) - 1 if part.isdigit() else part}


def _destruction(reason: str) -> str:
    if reason == "deleted":
        return _("Contenu détruit par son détenteur")
    if reason == "expired":
        return _("Contenu détruit à la date choisie par l’expéditeur")
    return _("Contenu détruit à la fin de sa conservation")


def _ahead(copy: Copy, by: Actor) -> tuple[pages.Step, ...]:
    """What has not happened yet, but will."""
    if copy.destroyed_at is not None:
        return ()
    return (*_delivery(copy, by), *_ends(copy, by))


def _delivery(copy: Copy, by: Actor) -> tuple[pages.Step, ...]:
    """To the sender, of what waits for its hour; not once everything was taken back."""
    if copy.envelope.held is None or copy.envelope.deliver_at is None or not withdrawal.possible(copy):
        return ()
    when = dates.to_the_minute(copy.envelope.deliver_at, zone=by.person.zone)
    text = _("Sera remise le %(when)s") % {"when": when}
    return (pages.Step(text, _("D’ici là, vous pouvez annuler l’envoi."), "wait"),)


def _ends(copy: Copy, by: Actor) -> Iterator[pages.Step]:
    """The sender may have chosen a day for what his recipients hold: his own copy stays longer."""
    own = {"day": _day(copy.destroy_at, by)}
    chosen = copy.envelope.expires_at if copy.role == Copy.Role.FROM else None
    if chosen is None or not _held(copy.envelope):
        yield pages.Step(_("Sera détruite le %(day)s") % own, _("Les preuves restent"), "wait")
        return
    theirs = _("Sera détruite chez vos destinataires le %(day)s") % {"day": _day(chosen, by)}
    yield pages.Step(theirs, _("Le jour que vous avez choisi"), "wait")
    yield pages.Step(_("Votre exemplaire sera détruit le %(day)s") % own, _("Les preuves restent"), "wait")


def _held(envelope: Envelope) -> bool:
    """Whether a recipient still has it."""
    others = envelope.copies.exclude(role=Copy.Role.FROM)
    return others.filter(destroyed_at=None, withdrawn_at=None).exists()


def _day(moment: datetime, by: Actor) -> str:
    return dates.day(moment.astimezone(ZoneInfo(by.person.zone)).date())


def _recipients(told: list[Step], recipients: tuple[Party, ...], by: Actor) -> tuple[RecipientLine, ...]:
    lines = []
    for index, party in enumerate(recipients):
        text, kind = _fate([step for step in told if step.recipient == index], party, by)
        lines.append(RecipientLine(party.name, party.address, text, kind))
    return tuple(lines)


def _fate(steps: list[Step], party: Party, by: Actor) -> tuple[str, str]:
    """What matters most to the sender of all that happened at one recipient's."""
    newest = {step.event: step for step in steps}
    if opened := newest.get(Event.CONTENT_ACCESS_TRACKING):
        when = dates.exact(opened.at, zone=by.person.zone)
        if opened.who in ("", party.name):
            return _("Ouverte le %(when)s") % {"when": when}, "done"
        return _("Ouverte par %(who)s, %(when)s") % {"who": opened.who, "when": when}, "done"
    if taken := newest.get(Event.ENVELOPE_WITHDRAWN):
        return _("Retirée le %(when)s, sans avoir été ouverte") % {
            "when": dates.exact(taken.at, zone=by.person.zone)
        }, "done"
    if Event.CONTENT_HANDOVER_FAILURE in newest:
        return _("Détruite sans avoir été ouverte"), "fail"
    if Event.CONSIGNMENT_NOTIFICATION_FAILURE in newest:
        return _("Déposée ; le courriel d’avertissement est revenu"), "fail"
    if Event.CONTENT_CONSIGNMENT not in newest:
        return _("Pas encore remise"), "wait"
    return _("Déposée, pas encore ouverte"), "wait"


def _published(told: list[Step]) -> str:
    last = max((step.index for step in told if step.index is not None), default=0)
    return _("Journal vérifié jusqu’à la preuve n° %(number)s.") % {"number": _number(last)}


def _number(value: int) -> str:
    return str(formats.number_format(value, force_grouping=True))


def _language() -> Language:
    return "en" if (get_language() or "fr").startswith("en") else "fr"

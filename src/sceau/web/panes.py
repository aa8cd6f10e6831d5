"""A list as its pane shows it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import draft_list, filing
from sceau.envelopes.draft_list import DraftLine
from sceau.envelopes.listing import Line, Page, Place
from sceau.envelopes.models import Copy, Folder
from sceau.envelopes.summaries import Party
from sceau.notify import labels
from sceau.ui import dates
from sceau.ui.dates import When
from sceau.web import nav
from sceau.web.narrowing import Narrowing
from sceau.web.pages import Chip, Filter, Pane, Refinement, Row

_Folder = Copy.Folder


def of(
    page: Page,
    place: Place,
    *,
    by: Actor,
    narrowing: Narrowing | None = None,
    cursor: dict[str, str] | None = None,
    current: Copy | None = None,
    unopened: int = 0,
) -> Pane:
    """One page of a place; `current` is the copy that is shown beside it, `cursor` what the page's address carries."""
    now, narrowed, cursor = clock.now(), narrowing or Narrowing(), cursor or {}
    here, context = path(place), narrowed.query(**cursor)
    chosen = current.id if current else None
    rows = (row(line, by=by, now=now, context=context, current=line.id == chosen) for line in page.lines)
    return Pane(
        folder=str(place.id) if isinstance(place, Folder) else str(place),
        rows=tuple(rows),
        count=to_open(unopened),
        newer=here + narrowed.query(apres=page.newer) if page.newer else "",
        older=here + narrowed.query(avant=page.older) if page.older else "",
        title=nav.folder_name(filing.name(place, by=by)) if isinstance(place, Folder) else "",
        here=here + context,
        whole=here if narrowed else "",
        filters=tuple(_filters(here, narrowed, place)),
        refinement=_refinement(narrowed),
    )


def path(place: Place) -> str:
    """The page of a place."""
    return reverse("web:folder", args=[place.id]) if isinstance(place, Folder) else reverse(f"web:{place}")


def drafts(page: draft_list.DraftPage, *, by: Actor) -> Pane:
    now, here = clock.now(), reverse("web:drafts")
    return Pane(
        "drafts",
        tuple(_draft(line, by=by, now=now) for line in page.lines),
        newer=f"{here}?apres={page.newer}" if page.newer else "",
        older=f"{here}?avant={page.older}" if page.older else "",
        here=here,
    )


def to_open(count: int) -> str:
    """ "3 à ouvrir"; nothing for none."""
    return ngettext("%(count)s à ouvrir", "%(count)s à ouvrir", count) % {"count": count} if count else ""


def documents(count: int) -> str:
    """ "2 documents"; nothing for none."""
    return ngettext("%(count)s document", "%(count)s documents", count) % {"count": count} if count else ""


def row(line: Line, *, by: Actor, now: datetime, context: str = "", current: bool = False) -> Row:
    """One line of a list. `context`: what the letter's address carries, so that its list stays the same one."""
    card = None if line.is_destroyed(now) or line.withdrawn_at else line.card
    label = labels.name(card.label) if card else ""
    chip = Chip("", _("Importée")) if line.imported else Chip("", label) if label else None
    return Row(
        href=_letter_path(line.id) + context,
        who=_who(line),
        subject=(card.subject or _("Sans objet")) if card else _gone(line, now),
        when=dates.when(line.sort_at, now=now, zone=by.person.zone),
        label=chip,
        documents=documents(line.documents),
        state=_state(line, now),
        icon=_icon(line, now),
        unopened=line.is_unopened(now),
        current=current,
        id=str(line.id),
        answered=line.answered_at is not None,
        thread=line.in_thread,
    )


def _letter_path(copy: UUID) -> str:
    """What `reverse` would give, which takes longer than all the rest of a row."""
    before, after = _around_id()
    return f"{before}{copy}{after}"


@cache
def _around_id() -> tuple[str, str]:
    some = UUID(int=0)
    before, _some, after = reverse("web:envelope", args=[some]).partition(str(some))
    return before, after


def _filters(here: str, narrowed: Narrowing, place: Place) -> Iterator[Filter]:
    yield Filter(_("Toutes"), here, current=not narrowed)
    if place == _Folder.RECEIVED or isinstance(place, Folder):
        other = replace(narrowed, unopened=not narrowed.unopened)
        yield Filter(_("À ouvrir"), here + other.query(), narrowed.unopened)
    other = replace(narrowed, documents=not narrowed.documents)
    yield Filter(_("Avec documents"), here + other.query(), narrowed.documents)


def _refinement(narrowed: Narrowing) -> Refinement:
    return Refinement(
        etiquette=narrowed.label,
        du=narrowed.since,
        au=narrowed.until,
        labels=tuple((code, labels.name(code)) for code in labels.CODES),
        kept=tuple(pair for pair in narrowed.pairs() if pair[1] == "oui"),
    )


def _who(line: Line) -> str:
    """The other side: who sent it, or to whom. Also once the rest is gone."""
    card = line.card
    if line.role != Copy.Role.FROM:
        return _name(card.sender) if card else line.sender
    if card is None:
        return ", ".join(line.names)
    named = ", ".join(map(_name, card.to))
    return _("%(names)s et %(count)s autres") % {"names": named, "count": card.others} if card.others else named


def _name(party: Party) -> str:
    return party.name or party.address


def _gone(line: Line, now: datetime) -> str:
    if line.withdrawn_at:
        return _("Retirée par son expéditeur, preuves gardées")
    return _("Contenu détruit, preuves gardées") if line.is_destroyed(now) else _("Ne s’ouvre pas")


def _state(line: Line, now: datetime) -> str:
    if line.withdrawn_at:
        return _("retirée")
    if line.is_destroyed(now):
        return _("contenu détruit")
    if line.role != Copy.Role.FROM:
        return _("à ouvrir") if line.is_unopened(now) else ""
    if line.deliver_at and line.deliver_at > now:
        return _("partira plus tard")
    if line.state.withdrawn and line.state.withdrawn == line.state.recipients:
        return _("retirée")
    if line.state.withdrawn:
        return _("retirée chez %(count)s sur %(all)s") % {"count": line.state.withdrawn, "all": line.state.recipients}
    if not line.state.opened:
        return _("pas encore ouverte")
    if line.state.recipients == 1:
        return _("ouverte")
    return _("ouverte par %(opened)s sur %(all)s") % {"opened": line.state.opened, "all": line.state.recipients}


def _icon(line: Line, now: datetime) -> str:
    """The drawing of the state that `_state` says in words."""
    if line.is_destroyed(now) or line.withdrawn_at:
        return "destroyed"
    if line.role == Copy.Role.FROM:
        if line.deliver_at and line.deliver_at > now:
            return "clock"
        return "opened" if line.state.opened == line.state.recipients else "send"
    return "seal" if line.is_unopened(now) else "opened"


def _draft(line: DraftLine, *, by: Actor, now: datetime) -> Row:
    content = line.content
    to = " ".join(content.to.split()) if content else ""
    when: When = dates.when(line.draft.saved_at, now=now, zone=by.person.zone)
    return Row(
        href=reverse("web:draft", args=[line.draft.id]),
        who=to or _("Sans destinataire"),
        subject=(content.subject if content else "") or _("Sans objet"),
        when=when,
        documents=documents(line.documents),
        icon="pen",
    )

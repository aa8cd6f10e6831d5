"""A folder as its list shows it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import listing
from sceau.envelopes.listing import DraftLine, Line, Page
from sceau.envelopes.models import Copy
from sceau.envelopes.summaries import Party
from sceau.notify import labels
from sceau.ui import dates
from sceau.ui.dates import When
from sceau.web.pages import Chip, Pane, Row

_Folder = Copy.Folder


def of(page: Page, folder: Copy.Folder, *, by: Actor, current: Copy | None = None, unopened: int = 0) -> Pane:
    """One page of a folder; `current` is the copy that is shown beside it."""
    now = clock.now()
    rows = tuple(_row(line, by=by, now=now, current=current) for line in page.lines)
    here = reverse(f"web:{folder}")
    count = ngettext("%(count)s à ouvrir", "%(count)s à ouvrir", unopened) % {"count": unopened}
    return Pane(
        folder=folder,
        rows=rows,
        count=count if unopened and folder == _Folder.RECEIVED else "",
        newer=f"{here}?apres={page.newer}" if page.newer else "",
        older=f"{here}?avant={page.older}" if page.older else "",
    )


def drafts(by: Actor) -> Pane:
    now = clock.now()
    return Pane("drafts", tuple(_draft(line, by=by, now=now) for line in listing.draft_lines(by)))


def documents(count: int) -> str:
    """ "2 documents"; nothing for none."""
    return ngettext("%(count)s document", "%(count)s documents", count) % {"count": count} if count else ""


def _row(line: Line, *, by: Actor, now: datetime, current: Copy | None) -> Row:
    copy = line.copy
    summary = None if _is_destroyed(copy, now) else line.summary  # its hour has come, the sweep has not yet
    received = copy.role != Copy.Role.FROM
    label = labels.name(summary.label) if summary else ""
    return Row(
        href=reverse("web:envelope", args=[copy.id]),
        who=_who(line),
        subject=(summary.subject or _("Sans objet")) if summary else _("Contenu détruit, preuves gardées"),
        when=dates.when(copy.sort_at, now=now, zone=by.person.zone),
        label=Chip("", label) if label else None,
        documents=documents(copy.envelope.documents),
        state=_state(line, now),
        icon=_icon(line, now),
        unopened=received and copy.opened_at is None and not _is_destroyed(copy, now),
        current=current is not None and current.id == copy.id,
    )


def _who(line: Line) -> str:
    """The other side: who sent it, or to whom."""
    if line.copy.role != Copy.Role.FROM:
        return line.summary.sender.name if line.summary else line.copy.envelope.mailbox.name
    return ", ".join(_names((*line.summary.to, *line.summary.cc)) if line.summary else line.names)


def _names(parties: tuple[Party, ...]) -> list[str]:
    return [party.name or party.address for party in parties]


def _state(line: Line, now: datetime) -> str:
    if _is_destroyed(line.copy, now):
        return _("contenu détruit")
    if line.copy.role != Copy.Role.FROM:
        return "" if line.copy.opened_at else _("à ouvrir")
    if not line.opened:
        return _("pas encore ouverte")
    if line.recipients == 1:
        return _("ouverte")
    return _("ouverte par %(opened)s sur %(all)s") % {"opened": line.opened, "all": line.recipients}


def _icon(line: Line, now: datetime) -> str:
    """The drawing of the state that `_state` says in words."""
    if _is_destroyed(line.copy, now):
        return "destroyed"
    if line.copy.role == Copy.Role.FROM:
        return "opened" if line.opened == line.recipients else "send"
    return "opened" if line.copy.opened_at else "seal"


def _is_destroyed(copy: Copy, now: datetime) -> bool:
    return copy.destroyed_at is not None or copy.destroy_at <= now


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

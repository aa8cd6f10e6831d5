"""The letters of one exchange, around the one that is read."""

from dataclasses import replace
from typing import TypedDict

from django.utils.translation import gettext as _

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import listing
from sceau.envelopes.models import Copy
from sceau.web import panes
from sceau.web.pages import Exchange, Row


class Around(TypedDict):
    exchange: Exchange
    row: Row | None  # of the copy itself, as its list shows it


def around(copy: Copy, *, by: Actor) -> Around:
    """The other envelopes stand as lines: who, when, in which state. Opening one is going there."""
    now = clock.now()
    earlier: list[Row] = []
    later: list[Row] = []
    own = None
    for line in listing.thread(copy.envelope.thread, by=by):
        row = panes.row(line, by=by, now=now, current=line.id == copy.id)
        if line.id == copy.id:
            own = row
            continue
        who = _("Vous, à %(who)s") % {"who": row.who} if line.role == Copy.Role.FROM else row.who
        (later if own else earlier).append(replace(row, who=who))
    return {"exchange": Exchange(tuple(earlier), tuple(later)), "row": own}

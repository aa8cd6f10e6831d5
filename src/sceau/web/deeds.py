"""What its holder may do with an envelope besides reading it, and the words that a forwarded letter begins with."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.envelopes import withdrawal
from sceau.envelopes.models import Copy
from sceau.envelopes.summaries import Party, Summary
from sceau.ui import dates
from sceau.web.pages import Letter


@dataclass(frozen=True, slots=True)
class Deeds:
    reply_all: bool = False
    forward: bool = False
    withdraw: bool = False  # somebody has not opened it yet
    waits: str = ""  # "23 novembre 2026 à 08:00": it is not delivered before


def of(copy: Copy, letter: Letter, *, by: Actor, at: datetime) -> Deeds:
    """One query for what one sent, none for the rest."""
    open_, may = letter.state == "open", people.may_write(by.person)
    sent = copy.role == Copy.Role.FROM
    moment = copy.envelope.deliver_at
    waits = sent and moment is not None and moment > at
    return Deeds(
        reply_all=letter.can_reply and may and len(letter.to) + len(letter.cc) > 1,
        forward=open_ and may,
        withdraw=sent and bool(withdrawal.possible(copy)),
        waits=dates.to_the_minute(moment, zone=by.person.zone) if waits and moment else "",
    )


def heading(summary: Summary, copy: Copy, *, by: Actor) -> str:
    """What stands above a letter that is passed on."""
    lines = [
        _("---------- Lettre transférée ----------"),
        _("De : %(who)s") % {"who": _named(summary.sender)},
        _("Date : %(when)s") % {"when": dates.to_the_minute(copy.sort_at, zone=by.person.zone)},
        _("À : %(who)s") % {"who": ", ".join(map(_named, summary.to))},
        _("Copie : %(who)s") % {"who": ", ".join(map(_named, summary.cc))} if summary.cc else "",
        _("Objet : %(subject)s") % {"subject": summary.subject},
    ]
    return "\n".join(filter(None, lines))


def _named(party: Party) -> str:
    return f"{party.name} <{party.address}>" if party.name else party.address

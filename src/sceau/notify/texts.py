"""What the texts of notices are made of: a subject, paragraphs, and a context read for display."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sceau.core.clock import from_milliseconds
from sceau.notify.notices import Context

_LONGEST = 120  # characters of a name or a structure


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    paragraphs: list[str]


class Values:
    """A context read for display."""

    def __init__(self, context: Context, zone: str) -> None:
        self._context = context
        self._zone = ZoneInfo(zone)

    def text(self, key: str) -> str:
        return tame(str(self._context[key]))

    def number(self, key: str) -> int:
        return int(self._context[key])

    def link(self, key: str = "link") -> str:
        return str(self._context[key])

    def party(self, key: str) -> str:
        """ "Dr Claire Vasseur (Cabinet des Tilleuls)" """
        structure = self.text("structure")
        return f"{self.text(key)} ({structure})" if structure else self.text(key)

    def moment(self, key: str) -> str:
        """ "22 novembre 2026 à 14:02 (heure de Paris)", where the reader lives."""
        local = from_milliseconds(self.number(key)).astimezone(self._zone)
        day, time = date_format(local.date(), "j F Y"), local.strftime("%H:%M")
        return _("%(day)s à %(time)s (%(place)s)") % {"day": day, "time": time, "place": _place(local)}


def tame(text: str) -> str:
    """What people typed about themselves, on one line, and never a link: mail programs make their own.

    Somebody named "www.exemple.fr" must not put an address into a mail of ours (attacks 7 and 42).
    """
    shown = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)
    unlinked = re.sub(r"[.。．｡:@](?=\S)", _spaced, " ".join(shown.split()))
    return unlinked[:_LONGEST]


def _spaced(found: re.Match[str]) -> str:
    return f"{found[0]} "


def _place(local: datetime) -> str:
    if str(local.tzinfo) == "Europe/Paris":
        return _("heure de Paris")
    offset = f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"

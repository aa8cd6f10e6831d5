"""A list's filters, as its address carries them. Names and words never travel there: searching is another page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from sceau.envelopes import rules
from sceau.envelopes.listing import NONE, Filters


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was asked, word for word; `filters` is what it means."""

    unopened: bool = False
    documents: bool = False
    label: str = ""
    since: str = ""  # "2026-11-01"
    until: str = ""  # that day included
    filters: Filters = NONE

    def __bool__(self) -> bool:
        return bool(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """As an address or a form carries it."""
        marks = [("a-ouvrir", "oui" if self.unopened else ""), ("documents", "oui" if self.documents else "")]
        words = [("etiquette", self.label), ("du", self.since), ("au", self.until)]
        return [(name, value) for name, value in (*marks, *words) if value]

    def query(self, **more: object) -> str:
        """ "?documents=oui&avant=…"; nothing when there is nothing to say."""
        pairs = [*self.pairs(), *((name, str(value)) for name, value in more.items() if value)]
        return f"?{urlencode(pairs)}" if pairs else ""


def read(asked: QueryDict, *, zone: str) -> Narrowing:
    """What is not understood narrows nothing."""
    label = asked.get("etiquette", "")
    label = label if label in set(rules.Label) else ""
    since, until = _day(asked.get("du", "")), _day(asked.get("au", ""))
    unopened, documents = asked.get("a-ouvrir") == "oui", asked.get("documents") == "oui"
    filters = Filters(
        unopened=unopened,
        documents=documents,
        label=label,
        since=_midnight(since, zone) if since else None,
        until=_midnight(until + timedelta(days=1), zone) if until else None,
    )
    return Narrowing(unopened, documents, label, f"{since or ''}", f"{until or ''}", filters)


def _day(text: str) -> date | None:
    """A day that has a day before and after it in every zone."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 9000 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))

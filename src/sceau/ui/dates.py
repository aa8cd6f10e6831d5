"""Dates as people say them. Views call this; templates only print the result."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

_NEAR_DAYS = 60  # across the turn of a year, a month alone is clear that long


@dataclass(frozen=True, slots=True)
class When:
    """One moment, three ways: near ("14:02", "hier", "19 nov."), exact, and for machines."""

    text: str
    exact: str
    iso: str


def when(at: datetime, *, now: datetime, zone: str) -> When:
    """A moment as its reader sees it; `zone` is an IANA name, `at` and `now` are aware."""
    there = ZoneInfo(zone)
    local, today = at.astimezone(there), now.astimezone(there).date()
    iso = local.isoformat(timespec="seconds")
    return When(_near(local, today), _on(local.date(), iso[11:19]), iso)


def exact(at: datetime, *, zone: str) -> str:
    """ "22 novembre 2026 à 14:01:08" """
    local = at.astimezone(ZoneInfo(zone))
    return _on(local.date(), local.strftime("%H:%M:%S"))


def to_the_minute(at: datetime, *, zone: str) -> str:
    """ "22 novembre 2026 à 14:01" """
    local = at.astimezone(ZoneInfo(zone))
    return _on(local.date(), local.strftime("%H:%M"))


def clock(at: datetime, *, zone: str) -> str:
    """ "14:05" """
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day(value: date) -> str:
    """ "22 novembre 2026" """
    return _formatted(value, "j F Y", translation.get_language())


def short_day(value: date) -> str:
    """ "22 nov." """
    language = translation.get_language() or "fr"
    return _formatted(value, "j M" if language.startswith("en") else "j N", language)


def _on(day: date, time: str) -> str:
    return _with_time(day, translation.get_language()).format(time)


@lru_cache(maxsize=1024)
def _with_time(value: date, language: str | None) -> str:
    """ "22 novembre 2026 à {}" """
    return _("%(day)s à %(time)s") % {"day": _formatted(value, "j F Y", language), "time": "{}"}


def _near(local: datetime, today: date) -> str:
    days = (local.date() - today).days
    if days == 0:
        return local.strftime("%H:%M")
    if days in (-1, 1):
        return _("hier") if days < 0 else _("demain")
    if local.year == today.year or abs(days) <= _NEAR_DAYS:
        return short_day(local.date())
    return local.strftime("%d/%m/%Y")


@lru_cache(maxsize=1024)  # a list says the same few days again and again
def _formatted(value: date, form: str, language: str | None) -> str:
    """In the active language, which is `language`."""
    return formats.date_format(value, form)

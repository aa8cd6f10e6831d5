"""Sizes as people say them: decimal units ("184 Ko"), as operators and relays count."""

from django.utils import formats
from django.utils.translation import gettext as _

_NBSP = "\N{NO-BREAK SPACE}"
_UNITS = ((1_000_000_000, "Go"), (1_000_000, "Mo"), (1_000, "Ko"))

_NEARLY = 0.9995  # 999 960 octets read "1 Mo", not "1000 Ko"


def text(octets: int) -> str:
    """ "184 Ko", "1,8 Mo", "40 Mo": one decimal below ten and when it tells something."""
    for factor, unit in _UNITS:
        if octets >= factor * _NEARLY:
            return f"{_number(octets / factor)}{_NBSP}{_unit(unit)}"
    return f"{octets}{_NBSP}{_unit('o')}"


def of(done: int, limit: int) -> str:
    """ "31,2 Mo sur 40 Mo" """
    return _("%(done)s sur %(limit)s") % {"done": text(done), "limit": text(limit)}


def _number(value: float) -> str:
    shown = round(value, 1)
    decimals = 0 if shown >= 100 or shown == int(shown) else 1
    return str(formats.number_format(shown, decimals))


def _unit(unit: str) -> str:
    return {"Go": _("Go"), "Mo": _("Mo"), "Ko": _("Ko"), "o": _("o")}[unit]

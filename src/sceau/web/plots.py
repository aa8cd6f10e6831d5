"""The plot of the Activity page, as rectangles of an SVG: no script, no inline style."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sceau.envelopes.activity import Week
from sceau.ui import dates

HEIGHT = 160  # units of the drawing; what is drawn is stretched to the page
_STEP, _BAR, _LEFT, _RIGHT = 24, 8, 3, 13


@dataclass(frozen=True, slots=True)
class Bar:
    kind: str  # "received", "prompt", "sent": a class of the stylesheet
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Group:
    """One week: its bars, and what they say when pointed at."""

    text: str
    x: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    width: int
    height: int
    step: int
    groups: tuple[Group, ...]
    top: int  # the count that the upper edge stands for
    half: int
    labels: tuple[str, ...]  # days below the plot: at its beginning, in its middle, at its end


def of(weeks: Sequence[Week]) -> Plot:
    top = _round_up(max((max(week.sent, week.received) for week in weeks), default=0))
    groups = tuple(_group(week, number * _STEP, top) for number, week in enumerate(weeks))
    named = [weeks[0], weeks[len(weeks) // 2], weeks[-1]]
    labels = tuple(dates.short_day(week.begins) for week in named)
    return Plot(len(weeks) * _STEP, HEIGHT, _STEP, groups, top, top // 2, labels)


def said(week: Week) -> str:
    """ "Semaine du 3 nov. : 12 reçues, dont 9 ouvertes dans la journée ; 5 envoyées" """
    return _(
        "Semaine du %(day)s : reçues %(received)s, dont ouvertes dans la journée %(prompt)s ; envoyées %(sent)s"
    ) % {"day": dates.short_day(week.begins), "received": week.received, "prompt": week.prompt, "sent": week.sent}


def _group(week: Week, x: int, top: int) -> Group:
    bars = (
        _bar("received", x + _LEFT, week.received, top),
        _bar("prompt", x + _LEFT, week.prompt, top),
        _bar("sent", x + _RIGHT, week.sent, top),
    )
    return Group(said(week), x, tuple(bar for bar in bars if bar.height))


def _bar(kind: str, x: int, count: int, top: int) -> Bar:
    height = max(round(HEIGHT * count / top), 1) if count else 0
    return Bar(kind, x, HEIGHT - height, _BAR, height)


def _round_up(most: int) -> int:
    """An even, round number to measure against: 4, 10, 20, 40, 100…"""
    size = 1
    while True:
        for step in (4, 10, 20):
            if most <= step * size:
                return step * size
        size *= 10

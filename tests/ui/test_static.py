"""Tokens keep their contrast (WCAG 2.2, 1.4.3), and what is served as static may be kept for ever."""

import re
from pathlib import Path

import pytest

import sceau

CSS = (Path(sceau.__file__).parent / "ui" / "static" / "ui" / "sceau.css").read_text()


def tokens(scheme: str) -> dict[str, str]:
    read = values(":root {")
    return read | values(":root:not([data-theme]) {") if scheme == "dark" else read


def values(rule: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS.partition(rule)[2].partition("}")[0]))


def luminance(colour: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *((ink, "paper") for ink in ("ink", "ink-2", "primary", "wax", "ok", "warn")),
    *((ink, "surface") for ink in ("ink", "ink-2", "primary", "wax", "ok", "warn")),
    *((ink, "sunken") for ink in ("ink", "ink-2", "primary", "wax", "ok", "warn")),
    *((ink, ground) for ink in ("ink", "ink-2") for ground in ("primary-soft", "wax-soft", "warn-soft", "ok-soft")),
    *((kind, f"{kind}-soft") for kind in ("primary", "wax", "ok", "warn", "patient", "guest", "space")),
    ("ink-3", "surface"),
    ("primary-ink", "primary"),
    ("wax-ink", "wax"),
    ("surface", "ink"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS, ids="/".join)
def test_text_can_be_read_on_its_ground(scheme: str, ink: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


def test_dark_is_the_same_whether_the_device_or_its_owner_wants_it() -> None:
    assert values(':root[data-theme="dark"] {') == values(":root:not([data-theme]) {") != {}


def test_the_stylesheet_fetches_nothing() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS

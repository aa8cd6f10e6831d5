"""What a mail shows of names that people typed, and of moments."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from sceau.core.clock import milliseconds
from sceau.notify.texts import Values, tame

# What mail programs turn into links by themselves: a scheme, a dotted name, an address.
_LINK = re.compile(r"\w:\S|\S[.。．｡]\S|\S@\S")


@pytest.mark.attack(7)
@pytest.mark.attack(42)
@given(st.text())
@example("www.exemple.fr")
@example("https://exemple.fr/x?y")
@example("Dr\r\nBcc: x@exemple.fr")
@example("a\u202egpj.exe")
@example("..a.b")
@example("x" * 119 + ".fr")
def test_no_name_breaks_a_line_or_makes_a_link(typed: str) -> None:
    shown = tame(typed)
    assert len(shown) <= 120
    assert not _LINK.search(shown)
    assert not any(unicodedata.category(character)[0] == "C" or character in "\u2028\u2029" for character in shown)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Dr Claire Vasseur", "Dr Claire Vasseur"),
        ("C.H.U. de Grenoble", "C. H. U. de Grenoble"),
        ("SSR/EHPAD « Les Tilleuls »", "SSR/EHPAD « Les Tilleuls »"),
        ("  Inès \t Roche ", "Inès Roche"),
    ],
)
def test_ordinary_names_stay_as_they_are(typed: str, shown: str) -> None:
    assert tame(typed) == shown


@pytest.mark.parametrize(
    ("zone", "language", "shown"),
    [
        ("Europe/Paris", "fr", "22 novembre 2026 à 23:30 (heure de Paris)"),
        ("Indian/Reunion", "fr", "23 novembre 2026 à 02:30 (UTC+04:00)"),
        ("Pacific/Marquesas", "fr", "22 novembre 2026 à 13:00 (UTC-09:30)"),
        ("America/Martinique", "fr", "22 novembre 2026 à 18:30 (UTC-04:00)"),
    ],
)
def test_a_moment_is_told_where_its_reader_lives(zone: str, language: str, shown: str) -> None:
    at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    with translation.override(language):
        assert Values({"at_ms": milliseconds(at)}, zone).moment("at_ms") == shown

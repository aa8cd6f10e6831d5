"""Labels and links that lower packages cannot import from above: compared here."""

import re

import pytest
from django.urls import resolve, reverse
from django.utils import translation

from sceau.core import ids
from sceau.envelopes.rules import Label
from sceau.notify import labels, links


def test_every_label_of_the_rules_has_its_word() -> None:
    assert {label.value for label in Label if label} == set(labels.CODES)
    assert labels.name("") == labels.name("of-tomorrow") == ""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_labels_are_words_of_the_reader_s_language(language: str) -> None:
    with translation.override(language):
        names = {labels.name(code) for code in labels.CODES}
    assert len(names) == len(labels.CODES)
    assert ("compte rendu" in names) == (language == "fr")


def test_links_are_pages_of_the_url_table() -> None:
    copy = ids.new()
    assert links.envelope(copy) == links.page(reverse("web:envelope", args=[copy]))
    for path, name in (
        (links.HOME, "home"),
        (links.HELP, "help"),
        (links.SWITCHES, "notifications"),
        (links.RECEIVED, "received"),
        (links.SENT, "sent"),
    ):
        assert path == reverse(f"web:{name}")
        assert resolve(path).view_name == f"web:{name}"


@pytest.mark.attack(25)
def test_no_link_of_a_notice_is_an_act() -> None:
    """Opening, destroying, restoring have their own paths; none of them is in a mail."""
    assert re.fullmatch(r"/enveloppes/[0-9a-f-]{36}", links.envelope(ids.new()).removeprefix(links.page("")))

"""The word that a person chose, and that only its mails show."""

import pytest

from sceau.core import ids
from sceau.core.errors import Malformed, Unreadable
from sceau.notify import words


def test_the_worker_reads_the_word_of_the_person_it_was_sealed_for() -> None:
    person = ids.new()
    sealed = words.seal(person, "  Tournesol d’été ")
    assert b"Tournesol" not in sealed
    assert words.open(person, sealed) == "Tournesol d’été"
    with pytest.raises(Unreadable):
        words.open(ids.new(), sealed)


@pytest.mark.parametrize("word", ["", "   ", "x" * 25, "a\nb", "a\u202eb", "a\u00a0b", "a\u200bb", "a\x00b"])
def test_a_word_is_short_and_visible(word: str) -> None:
    with pytest.raises(Malformed):
        words.seal(ids.new(), word)

"""What is odd about a mail has words."""

import pytest

from sceau.envelopes.mime.oddities import Oddity
from sceau.ui import oddities


@pytest.mark.parametrize("oddity", Oddity)
def test_each_oddity_has_a_sentence_of_its_own(oddity: Oddity) -> None:
    said = oddities.sentence(oddity.value)
    assert said.endswith(".")
    assert [other for other in Oddity if oddities.sentence(other.value) == said] == [oddity]


def test_a_code_of_another_version_says_nothing() -> None:
    assert oddities.sentence("of-tomorrow") == ""

"""Words: cut and compared alike, whatever somebody types or writes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sceau.envelopes import search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Compte rendu d’échographie", {"compte", "rendu", "d", "echographie"}),
        ("ŒDÈME, Straße", {"oedeme", "strasse"}),
        ("e\u0301cho", {"echo"}),
        ("claire.vasseur@ch-gap.example", {"claire", "vasseur", "ch", "gap", "example"}),
        ("20261122_CR-cardio.pdf", {"20261122", "cr", "cardio", "pdf"}),
        ("½ dose", {"1", "2", "dose"}),
        (" \n—", set()),
    ],
)
def test_a_text_is_cut_into_folded_words(text: str, words: set[str]) -> None:
    assert search_words.words(text) == words


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("  Échographie  BENALI", ("echographie", "benali")),
        ("car cardio", ("cardio",)),
        ("a a a", ("a",)),
        ("", ()),
        (" ".join(f"mot{number}" for number in range(10, 30)), tuple(f"mot{number}" for number in range(10, 18))),
        ("x" * 100, ("x" * search_words.LONGEST,)),
    ],
)
def test_what_is_typed_becomes_a_few_terms(typed: str, terms: tuple[str, ...]) -> None:
    assert search_words.terms(typed) == terms


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("Échographie du cœur, écho", "echo", ["Échographie", "écho"]),
        ("Échographie du cœur", "coeur", ["cœur"]),
        ("e\u0301chographie", "echo", ["e\u0301chographie"]),
        ("marc.benali@ch.example", "benali", ["benali"]),
        ("préécho", "echo", []),
        ("ﬁbrose", "fib", ["ﬁbrose"]),
    ],
)
def test_ranges_stand_in_the_text_as_it_is_written(text: str, typed: str, found: list[str]) -> None:
    ranges = search_words.ranges(text, search_words.terms(typed))
    assert [text[start:end] for start, end in ranges] == found


@given(st.text(max_size=60))
def test_every_word_of_a_text_finds_it(text: str) -> None:
    for word in search_words.words(text):
        assert search_words.matched([text], search_words.terms(word)) == {word}


@given(st.text(max_size=60))
@example("𝓐")
def test_folding_is_done_once(text: str) -> None:
    folded = {word for word in search_words.words(text) if len(word) < search_words.LONGEST}
    assert search_words.words(" ".join(folded)) == folded

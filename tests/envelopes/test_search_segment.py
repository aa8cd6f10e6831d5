"""A piece of the index: which copies hold which words, through any change, as octets."""

import zlib
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.envelopes import search_segment
from sceau.envelopes.search_segment import Entry, Piece

ENTRIES = [Entry(UUID(int=number), 1000 + number) for number in range(6)]
WORDS = st.sets(st.text(alphabet="abé0", min_size=1, max_size=4), max_size=5)
HELD = st.dictionaries(st.sampled_from(ENTRIES), WORDS, max_size=6)


def holders(piece: Piece, term: str) -> set[Entry]:
    return {piece.entry(number) for number in piece.beginning(term)}


@given(HELD, HELD, st.sets(st.sampled_from([entry.copy for entry in ENTRIES])), st.text(alphabet="abé0", max_size=3))
def test_it_finds_what_a_dictionary_finds(
    first: dict[Entry, set[str]], more: dict[Entry, set[str]], gone: set[UUID], term: str
) -> None:
    model = {entry: words for entry, words in {**first, **more}.items() if entry.copy not in gone}
    piece = search_segment.EMPTY.with_(first).with_(more).without(gone)
    again = Piece.decode(piece.encode())
    expected = {entry for entry, words in model.items() if any(word.startswith(term) for word in words)}
    assert holders(piece, term) == holders(again, term) == expected
    assert set(again.entries) == set(model)
    exact = {entry for entry, words in model.items() if term in words}
    assert {again.entry(number) for number in again.holding(term)} == exact


@pytest.mark.attack(40)
def test_a_word_that_only_a_forgotten_copy_had_is_gone_from_the_octets() -> None:
    piece = search_segment.EMPTY.with_({ENTRIES[0]: {"zona", "bilan"}, ENTRIES[1]: {"bilan"}})
    kept = piece.without({ENTRIES[0].copy})
    assert kept.encode() == search_segment.EMPTY.with_({ENTRIES[1]: {"bilan"}}).encode()
    assert ENTRIES[0].copy not in {entry.copy for entry in kept.entries}


def test_a_copy_read_again_is_known_by_its_new_words_alone() -> None:
    piece = search_segment.EMPTY.with_({ENTRIES[0]: {"avant"}}).with_({ENTRIES[0]: {"apres"}})
    assert holders(piece, "avant") == set()
    assert holders(piece, "apres") == {ENTRIES[0]}


@given(st.binary(max_size=200))
def test_octets_are_a_piece_or_malformed(data: bytes) -> None:
    for octets in (data, b"\x01" + data, b"\x01" + zlib.compress(data)):
        with suppress(Malformed):
            Piece.decode(octets)


GOOD = search_segment.EMPTY.with_({ENTRIES[0]: {"bilan", "zona"}, ENTRIES[1]: {"bilan"}}).encode()


@pytest.mark.parametrize("cut", range(len(GOOD)))
def test_a_cut_piece_is_malformed(cut: int) -> None:
    with pytest.raises(Malformed):
        Piece.decode(GOOD[:cut])


def test_more_than_a_piece_is_malformed() -> None:
    with pytest.raises(Malformed):
        Piece.decode(GOOD + b"\0")


VECTORS = Path(__file__).parent.parent / "vectors" / "search"
FIRST, SECOND = (UUID(f"01941f29-7c00-7000-8000-00000000000{number}") for number in (1, 2))


def vector(name: str) -> bytes:
    return bytes.fromhex((VECTORS / f"{name}.hex").read_text())


def test_the_piece_of_the_vectors_opens_as_described() -> None:
    piece = Piece.decode(vector("ok"))
    assert piece.entries == (Entry(FIRST, 1000), Entry(SECOND, 2000))
    assert [piece.holding(word) for word in ("bilan", "zona", "label:report", "bil")] == [{0, 1}, {0}, {1}, set()]
    made = search_segment.EMPTY.with_({piece.entry(0): {"zona", "bilan"}, piece.entry(1): {"bilan", "label:report"}})
    assert [zlib.decompress(octets[1:]) for octets in (made.encode(), piece.encode())] == [
        zlib.decompress(vector("ok")[1:])
    ] * 2


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.hex") if path.stem != "ok"))
def test_one_fault_makes_it_malformed(name: str) -> None:
    with pytest.raises(Malformed):
        Piece.decode(vector(name))

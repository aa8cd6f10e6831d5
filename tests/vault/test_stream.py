"""vault/stream.py: the layout is tink's, and no segment can be moved, cut or read out of place."""

import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import random
from sceau.core.errors import Unreadable
from sceau.vault import stream
from tests.vault import oracle

KEY = bytes(range(32))
FIRST, LATER = stream.SEGMENT - stream.HEADER - 16, stream.SEGMENT - 16
# Around the ends of the first and the second segment, where a mistake of one octet would hide.
EDGES = [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + LATER - 1, FIRST + LATER, FIRST + LATER + 1, 190_000]


def encrypt(plaintext: bytes, ad: bytes = b"ad") -> bytes:
    return b"".join(stream.encrypt(KEY, [plaintext], associated_data=ad))


def decrypt(data: bytes, ad: bytes = b"ad", start: int = 0, end: int | None = None) -> bytes:
    return b"".join(stream.decrypt(KEY, io.BytesIO(data), 0, associated_data=ad, start=start, end=end))


PLAINTEXT = random.octets(FIRST + 2 * LATER + 1000)
SEALED = encrypt(PLAINTEXT)


@pytest.mark.parametrize("length", EDGES)
@pytest.mark.req("V3")
def test_tink_opens_what_we_encrypt(length: int) -> None:
    assert oracle.open_stream(KEY, encrypt(PLAINTEXT[:length]), b"ad") == PLAINTEXT[:length]


@pytest.mark.parametrize("length", EDGES)
@pytest.mark.req("V3")
def test_we_open_what_tink_encrypts(length: int) -> None:
    assert decrypt(oracle.make_stream(KEY, PLAINTEXT[:length], b"ad")) == PLAINTEXT[:length]


@pytest.mark.parametrize("length", EDGES)
def test_sizes_are_known_without_encrypting(length: int) -> None:
    sealed = encrypt(PLAINTEXT[:length])
    assert len(sealed) == stream.size(length)
    assert stream.plaintext_size(len(sealed)) == length


@given(st.integers(0, 2**40))
def test_a_size_comes_back(length: int) -> None:
    assert stream.plaintext_size(stream.size(length)) == length


@given(st.integers(-10, 4 * stream.SEGMENT))
def test_a_size_is_one_of_a_stream_or_unreadable(size: int) -> None:
    try:
        length = stream.plaintext_size(size)
    except Unreadable:
        return
    assert stream.size(length) == size


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, len(PLAINTEXT)), max_size=12))
def test_how_the_plaintext_arrives_does_not_matter(cuts: list[int]) -> None:
    chunks = [PLAINTEXT[a:b] for a, b in pairwise([0, *sorted(cuts), len(PLAINTEXT)])]
    whole = b"".join(stream._encrypt(KEY, [PLAINTEXT], b"", salt=bytes(32), prefix=bytes(7)))
    assert b"".join(stream._encrypt(KEY, chunks, b"", salt=bytes(32), prefix=bytes(7))) == whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PLAINTEXT)), st.integers(0, len(PLAINTEXT)))
def test_any_range_reads_alone(one: int, two: int) -> None:
    start, end = sorted((one, two))
    assert decrypt(SEALED, start=start, end=end) == PLAINTEXT[start:end]


@pytest.mark.parametrize("start", EDGES)
@pytest.mark.parametrize("end", EDGES)
def test_ranges_at_the_edges_of_segments(start: int, end: int) -> None:
    if start <= end <= len(PLAINTEXT):
        assert decrypt(SEALED, start=start, end=end) == PLAINTEXT[start:end]


def test_a_range_reads_only_the_segments_that_hold_it() -> None:
    touched = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            touched.append((self.tell(), size))
            return super().read(size)

    file = Watched(SEALED)
    start = FIRST + 10
    assert (
        b"".join(stream.decrypt(KEY, file, 0, associated_data=b"ad", start=start, end=start + 5))
        == (PLAINTEXT[start : start + 5])
    )
    assert touched == [(0, stream.HEADER), (stream.SEGMENT, stream.SEGMENT)]


@pytest.mark.parametrize(("start", "end"), [(-1, None), (5, 4), (0, len(PLAINTEXT) + 1), (len(PLAINTEXT) + 1, None)])
def test_a_range_beyond_the_plaintext_is_unreadable(start: int, end: int | None) -> None:
    with pytest.raises(Unreadable):
        decrypt(SEALED, start=start, end=end)


def test_a_wrong_header_is_found_before_any_segment() -> None:
    with pytest.raises(Unreadable):
        stream.decrypt(KEY, io.BytesIO(b"\x29" + SEALED[1:]), 0, associated_data=b"ad")


def _segments(data: bytes) -> list[bytes]:
    return [data[at : at + stream.SEGMENT] for at in range(0, len(data), stream.SEGMENT)]


@pytest.mark.attack(31)
@pytest.mark.parametrize(
    "changed",
    {
        "last segment cut off": SEALED[: 3 * stream.SEGMENT],
        "last octet cut off": SEALED[:-1],
        "an octet too many": SEALED + b"\0",
        "a segment too many": SEALED + SEALED[-stream.SEGMENT :],
        "middle segments exchanged": b"".join(_segments(SEALED)[i] for i in (0, 2, 1, 3)),
        "a segment left out": b"".join(_segments(SEALED)[i] for i in (0, 2, 3)),
        "a segment twice": b"".join(_segments(SEALED)[i] for i in (0, 1, 1, 2, 3)),
        "last segment of another stream": SEALED[: 3 * stream.SEGMENT] + encrypt(PLAINTEXT)[3 * stream.SEGMENT :],
        "header of another stream": encrypt(b"")[: stream.HEADER] + SEALED[stream.HEADER :],
        "cut to its header": SEALED[: stream.HEADER],
        "nothing": b"",
    }.items(),
    ids=lambda case: case[0],
)
def test_a_stream_that_was_moved_about_is_unreadable(changed: tuple[str, bytes]) -> None:
    with pytest.raises(Unreadable):
        decrypt(changed[1])


@pytest.mark.attack(31)
def test_an_empty_last_segment_after_a_full_one_is_unreadable() -> None:
    """Authentic, but not what encrypting this plaintext gives: it would be a second spelling."""
    segments = stream._Segments(KEY, bytes(32), bytes(7), b"ad")
    spelled = b"\x28" + bytes(39) + segments.seal(0, PLAINTEXT[:FIRST], last=False) + segments.seal(1, b"", last=True)
    with pytest.raises(Unreadable):
        decrypt(spelled)


@pytest.mark.parametrize(("key", "ad"), [(bytes(32), b"ad"), (KEY, b"da"), (KEY, b"")])
def test_another_key_or_associated_data_opens_nothing(key: bytes, ad: bytes) -> None:
    with pytest.raises(Unreadable):
        list(stream.decrypt(key, io.BytesIO(SEALED), 0, associated_data=ad))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_one_changed_octet_makes_it_unreadable(position: int, mask: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= mask
    with pytest.raises(Unreadable):
        decrypt(bytes(changed))

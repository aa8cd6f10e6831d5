"""Evidence bytes and leaves, against values worked out by hand from docs/format.md."""

import hashlib
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.evidence.format import LATEST_MS, LEAF_SIZE, Row

ROW = Row(
    id=UUID("0198c0de-0000-7000-8000-000000000001"),
    event=17,
    envelope=UUID("0198c0de-0000-7000-8000-000000000002"),
    recipient=3,
    at_ms=1_790_000_000_999,
    parties=bytes(range(32)),
)
BYTES = (
    b'{"at_ms":1790000000999,"envelope":"0198c0de-0000-7000-8000-000000000002","event":17,"facts":null,'
    b'"id":"0198c0de-0000-7000-8000-000000000001","once":null,'
    b'"parties":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","recipient":3,"version":1}'
)
SALT = b"\x55" * 32

digests = st.none() | st.binary(min_size=32, max_size=32)
rows = st.builds(
    Row,
    id=st.uuids(),
    event=st.integers(1, 255),
    envelope=st.none() | st.uuids(),
    recipient=st.none() | st.integers(0, 1000),
    at_ms=st.integers(0, LATEST_MS - 1),
    parties=digests,
    facts=digests,
    once=digests,
)


def test_a_row_has_one_spelling() -> None:
    assert ROW.encode() == BYTES


@pytest.mark.req("E3")
def test_a_leaf_shows_the_kind_and_the_second_and_hides_the_rest() -> None:
    expected = b"evt1" + b"\x11" + (1_790_000_000_000).to_bytes(8, "big") + hashlib.sha256(SALT + BYTES).digest()
    assert ROW.leaf(SALT) == expected
    assert len(expected) == LEAF_SIZE


@given(rows)
def test_what_was_encoded_decodes_to_the_same_row(row: Row) -> None:
    assert Row.decode(row.encode()) == row


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_else_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Row.decode(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"event":17', b'"event":0'),
        (b'"event":17', b'"event":256'),
        (b'"event":17', b'"event":true'),
        (b'"event":17', b'"event":"17"'),
        (b'"version":1', b'"version":2'),
        (b'"version":1', b'"version":1,"x":1'),
        (b'"recipient":3', b'"recipient":-1'),
        (b'"recipient":3', b'"recipient":[]'),
        (b'"at_ms":1790000000999', b'"at_ms":-1'),
        (b'"at_ms":1790000000999', b'"at_ms":null'),
        (b'"at_ms":1790000000999', b'"at_ms":253402300800000'),
        (b"1d1e1f", b"1d1e"),
        (b"1d1e1f", b"1D1E1F"),
        (b'"0198c0de-0000-7000-8000-000000000001"', b'"0198c0de000070008000000000000001"'),
        (b'"once":null,', b""),
    ],
)
def test_one_fault_is_enough(old: bytes, new: bytes) -> None:
    assert old in BYTES
    with pytest.raises(Malformed):
        Row.decode(BYTES.replace(old, new))


@given(rows, rows)
def test_two_rows_never_share_a_leaf(one: Row, other: Row) -> None:
    assert (one.leaf(SALT) == other.leaf(SALT)) == (one == other)
    assert replace(one).leaf(bytes(32)) != one.leaf(SALT)

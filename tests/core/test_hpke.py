"""core/hpke.py: what one implementation seals the other opens, and nothing else opens."""

import pickle
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import hpke, random
from sceau.core.errors import Malformed, Unreadable
from tests.core import oracle

SEED = bytes(range(32))
PUBLIC = hpke.public_key(SEED)
INFO = hpke.info("test", UUID(int=1), 2)
SEALED = hpke.seal(PUBLIC, b"content key", info=INFO)


def test_a_seal_has_the_documented_size() -> None:
    assert len(PUBLIC) == hpke.PUBLIC_KEY_SIZE
    assert len(hpke.seal(PUBLIC, bytes(32), info=INFO)) == 32 + hpke.OVERHEAD


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=2000), st.binary(max_size=40), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens(plaintext: bytes, context: bytes, seed: bytes) -> None:
    sealed = hpke.seal(hpke.public_key(seed), plaintext, info=hpke.info("test", context))
    assert hpke.open(seed, sealed, info=hpke.info("test", context)) == plaintext


def test_two_seals_of_one_plaintext_differ() -> None:
    assert hpke.seal(PUBLIC, b"", info=INFO) != hpke.seal(PUBLIC, b"", info=INFO)


@settings(max_examples=10, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_tink_opens_our_seals_with_the_same_seed(seed: bytes, plaintext: bytes) -> None:
    public = hpke.public_key(seed)
    sealed = hpke.seal(public, plaintext, info=INFO)
    assert oracle.open_seal(seed, public, sealed, INFO) == plaintext


def test_we_open_the_seals_of_tink() -> None:
    assert hpke.open(SEED, oracle.make_seal(PUBLIC, b"from tink", INFO), info=INFO) == b"from tink"


@pytest.mark.parametrize(
    "info",
    [
        hpke.info("other", UUID(int=1), 2),
        hpke.info("test", UUID(int=2), 2),
        hpke.info("test", UUID(int=1), 3),
        hpke.info("test", UUID(int=1)),
        b"",
    ],
)
def test_a_seal_opens_only_for_what_it_was_made_for(info: bytes) -> None:
    with pytest.raises(Unreadable):
        hpke.open(SEED, SEALED, info=info)


def test_another_seed_opens_nothing() -> None:
    with pytest.raises(Unreadable):
        hpke.open(random.key(), SEALED, info=INFO)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_one_changed_octet_makes_it_unreadable(position: int, mask: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= mask
    with pytest.raises(Unreadable):
        hpke.open(SEED, bytes(changed), info=INFO)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=1500), st.integers(0, len(SEALED) - 1).map(lambda end: SEALED[:end])))
def test_any_other_octets_are_unreadable_and_nothing_else(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        hpke.open(SEED, sealed, info=INFO)


@pytest.mark.parametrize("public", [b"", PUBLIC[:-1], PUBLIC + b"\0", b"\xff" * 1216, PUBLIC[:1184] + bytes(32)])
def test_sealing_to_what_is_no_public_key_is_malformed(public: bytes) -> None:
    with pytest.raises(Malformed):
        hpke.seal(public, b"", info=INFO)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_seed_has_32_octets(seed: bytes) -> None:
    with pytest.raises(Malformed):
        hpke.public_key(seed)


def test_a_private_key_shows_nothing_and_stays_in_the_process() -> None:
    key = hpke.PrivateKey(SEED)
    assert repr(key) == "<PrivateKey>"
    with pytest.raises(TypeError):
        pickle.dumps(key)


part = st.one_of(st.uuids(), st.integers(0, 2**64 - 1), st.binary(max_size=20))


@settings(max_examples=300)
@given(
    st.tuples(st.text("ab", max_size=3), st.lists(part, max_size=3)),
    st.tuples(st.text("ab", max_size=3), st.lists(part, max_size=3)),
)
def test_different_contexts_never_encode_alike(
    one: tuple[str, list[UUID | int | bytes]], two: tuple[str, list[UUID | int | bytes]]
) -> None:
    same = hpke.info(one[0], *one[1]) == hpke.info(two[0], *two[1])
    assert same == (one == two)


def test_the_encoding_of_a_context_is_frozen() -> None:
    assert hpke.info("x", UUID(int=1), 2, b"abc") == (
        b"sceau/seal/1\0\x01xu" + bytes(15) + b"\x01i" + bytes(7) + b"\x02b\0\0\0\x03abc"
    )

"""core/box.py: small records that commit to their key."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import box
from sceau.core.errors import Unreadable

KEY = bytes(32)
SEALED = box.seal(KEY, b"summary", info=b"info")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.binary(max_size=20))
def test_what_is_sealed_opens(key: bytes, plaintext: bytes, info: bytes) -> None:
    sealed = box.seal(key, plaintext, info=info)
    assert len(sealed) == len(plaintext) + box.OVERHEAD
    assert box.open(key, sealed, info=info) == plaintext


@pytest.mark.parametrize(("key", "info"), [(b"\1" * 32, b"info"), (KEY, b"other"), (KEY, b"")])
def test_another_key_or_another_purpose_opens_nothing(key: bytes, info: bytes) -> None:
    with pytest.raises(Unreadable):
        box.open(key, SEALED, info=info)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_one_changed_octet_makes_it_unreadable(position: int, mask: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= mask
    with pytest.raises(Unreadable):
        box.open(KEY, bytes(changed), info=b"info")


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=120), st.integers(0, len(SEALED) - 1).map(lambda end: SEALED[:end])))
def test_any_other_octets_are_unreadable_and_nothing_else(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        box.open(KEY, sealed, info=b"info")


@pytest.mark.attack(35)
def test_a_ciphertext_that_gcm_opens_under_a_second_key_is_refused_for_that_key() -> None:
    """A key that shares the encryption half would pass GCM; only the commitment tells them apart."""
    encryption, commitment = box._halves(KEY, b"info")
    nonce, ciphertext = SEALED[1:13], SEALED[45:]
    assert AESGCM(encryption).decrypt(nonce, ciphertext, b"\x01") == b"summary"
    foreign = SEALED[:13] + bytes(32) + ciphertext
    assert commitment != bytes(32)
    with pytest.raises(Unreadable):
        box.open(KEY, foreign, info=b"info")

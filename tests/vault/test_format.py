"""vault/format.py: blobs, small records and records to a public key."""

import io
import time
import tracemalloc
from collections.abc import Iterator
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import hpke, kdf, random
from sceau.core.errors import Malformed, Unreadable
from sceau.vault import format, stream
from tests.vault import oracle

KEY, BLOB = bytes(range(32)), "00112233445566778899aabbccddeeff"
PLAINTEXT = random.octets(200_000)


def seal(plaintext: bytes = PLAINTEXT, key: bytes = KEY, blob_key: str = BLOB) -> bytes:
    return b"".join(format.seal_blob(key, blob_key, [plaintext]))


def open_(blob: bytes, key: bytes = KEY, blob_key: str = BLOB) -> bytes:
    return b"".join(format.open_blob(key, blob_key, io.BytesIO(blob)))


SEALED = seal()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=100_000), max_size=4), st.binary(min_size=32, max_size=32), st.uuids())
def test_what_is_sealed_opens(chunks: list[bytes], key: bytes, blob_id: UUID) -> None:
    blob_key = blob_id.hex
    sealed = b"".join(format.seal_blob(key, blob_key, chunks))
    assert open_(sealed, key, blob_key) == b"".join(chunks)
    assert format.plaintext_size(len(sealed)) == sum(map(len, chunks))
    assert format.ciphertext_size(sum(map(len, chunks))) == len(sealed)


@pytest.mark.parametrize("length", [0, 1, 65_480, 65_481, 200_000])
@pytest.mark.req("V3")
def test_tink_opens_the_stream_with_our_header_as_associated_data(length: int) -> None:
    sealed = seal(PLAINTEXT[:length])
    header, rest = sealed[: format.BLOB_HEADER], sealed[format.BLOB_HEADER :]
    assert oracle.open_stream(KEY, rest, header) == PLAINTEXT[:length]


def test_a_range_opens_alone() -> None:
    assert b"".join(format.open_blob(KEY, BLOB, io.BytesIO(SEALED), 70_000, 70_010)) == PLAINTEXT[70_000:70_010]


@pytest.mark.req("V3")
def test_the_header_is_frozen() -> None:
    commitment = kdf.derive(KEY, b"sceau/blob/1\0\x0acommitmentb\0\0\0\x10" + bytes.fromhex(BLOB))
    assert SEALED[: format.BLOB_HEADER] == b"SCEAU\x1a\x01\x01" + bytes.fromhex(BLOB) + commitment


@pytest.mark.attack(31)
def test_the_bytes_of_another_blob_are_refused_before_any_segment() -> None:
    other = seal(blob_key="ff" * 16)
    with pytest.raises(Unreadable):
        format.open_blob(KEY, BLOB, io.BytesIO(other))


@pytest.mark.attack(31)
@pytest.mark.req("V3")
def test_another_blobs_stream_under_our_header_is_refused() -> None:
    other = seal(blob_key="ff" * 16)
    with pytest.raises(Unreadable):
        open_(SEALED[: format.BLOB_HEADER] + other[format.BLOB_HEADER :])


@pytest.mark.attack(31)
def test_an_older_blob_put_back_in_its_place_is_refused() -> None:
    """Every revision has its own key and id, so an old one is another blob."""
    older = seal(key=random.key(), blob_key="0" * 32)
    with pytest.raises(Unreadable):
        open_(older)


@pytest.mark.attack(31)
@pytest.mark.parametrize("position", [0, 5, 6, 7, 8, 23, 24, 55, 56, 57, 95, 96, 70_000, len(SEALED) - 1])
def test_one_changed_octet_anywhere_is_refused(position: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= 1
    with pytest.raises(Unreadable):
        open_(bytes(changed))


@pytest.mark.attack(31)
@pytest.mark.parametrize("length", [0, 1, 55, 56, 60, 95, 96, 111, 65_592, len(SEALED) - 1])
def test_a_blob_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(Unreadable):
        open_(SEALED[:length])


@pytest.mark.attack(31)
def test_octets_after_the_end_are_refused() -> None:
    for extra in (b"\0", bytes(16), bytes(65_536)):
        with pytest.raises(Unreadable):
            open_(SEALED + extra)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_are_unreadable_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Unreadable):
        open_(data)
    with pytest.raises(Unreadable):
        open_(SEALED[: format.BLOB_HEADER] + data)


@pytest.mark.attack(35)
@pytest.mark.req("V3")
def test_one_ciphertext_does_not_open_under_two_keys() -> None:
    """GCM does not commit: with two keys one can find octets that authenticate under both (here by solving for
    one block of GHASH). As a stream segment they open twice; as a blob only the committed key opens them."""
    one, two = random.key(), random.key()
    salt, prefix = bytes(32), bytes(7)
    header = format._blob_header(one, BLOB)
    keys = [kdf.derive(key, header, salt=salt) for key in (one, two)]
    segment = collide(keys, prefix + bytes(4) + b"\1")
    forged = header + b"\x28" + salt + prefix + segment
    rest = forged[format.BLOB_HEADER :]
    opened = [b"".join(stream.decrypt(key, io.BytesIO(rest), 0, associated_data=header)) for key in (one, two)]
    assert opened[0] != opened[1]  # the attack works on the bare stream
    assert open_(forged, one) == opened[0]
    with pytest.raises(Unreadable):
        format.open_blob(two, BLOB, io.BytesIO(forged))


def collide(keys: list[bytes], nonce: bytes) -> bytes:
    """One block of ciphertext and a tag that AES-GCM accepts under both keys (McGrew and Viega, NIST SP 800-38D §7).

    tag = E(K, J0) ⊕ (C·H² ⊕ L·H): equal tags under two keys are one linear equation in the block C.
    """
    h, masks = [], []
    for key in keys:
        h.append(_field(aes(key, bytes(16))))
        masks.append(_field(aes(key, nonce + b"\0\0\0\1")))
    length = _field(bytes(8) + (128).to_bytes(8, "big"))
    constant = masks[0] ^ masks[1] ^ _times(length, h[0]) ^ _times(length, h[1])
    block = _times(constant, _inverse(_times(h[0], h[0]) ^ _times(h[1], h[1])))
    tag = masks[0] ^ _times(_times(block, h[0]), h[0]) ^ _times(length, h[0])
    sealed = block.to_bytes(16, "big") + tag.to_bytes(16, "big")
    for key in keys:
        AESGCM(key).decrypt(nonce, sealed, None)
    return sealed


def aes(key: bytes, block: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def _field(block: bytes) -> int:
    return int.from_bytes(block, "big")


def _times(a: int, b: int) -> int:
    """In GF(2¹²⁸) as GCM writes it: the first bit is the coefficient of 1."""
    product = 0
    for bit in range(127, -1, -1):
        if b >> bit & 1:
            product ^= a
        a = a >> 1 ^ (0xE1 << 120 if a & 1 else 0)
    return product


def _inverse(a: int) -> int:
    result, power = 1 << 127, a
    for _ in range(127):  # a^(2¹²⁸ − 2)
        power = _times(power, power)
        result = _times(result, power)
    return result


@pytest.mark.parametrize("blob_key", ["", "00", "0" * 31, "0" * 33, "G" * 32, "A" * 32, " " + "0" * 31, "00 " * 16])
def test_a_blob_key_is_32_lower_case_digits(blob_key: str) -> None:
    with pytest.raises(Malformed):
        format.seal_blob(KEY, blob_key, [])


def test_40_megabytes_take_little_memory_and_time() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(640):
            yield PLAINTEXT[:62_500]

    tracemalloc.start()
    started = time.thread_time()  # of this core, whoever else uses it
    sealed = sum(map(len, format.seal_blob(KEY, BLOB, chunks())))
    seconds, (_, peak) = time.thread_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert format.plaintext_size(sealed) == 40_000_000
    assert peak < 2_000_000
    assert seconds < 2, "40 MB take 10 ms on an idle core"


seeds = st.binary(min_size=32, max_size=32)
SEED = bytes(32)
RECORD = format.seal_record(hpke.public_key(SEED), "notice", b"somebody waits", 7)


@settings(max_examples=40, deadline=None)
@given(seeds, st.binary(max_size=300), st.integers(0, 9))
def test_small_records_and_records_to_a_key_come_back(seed: bytes, plaintext: bytes, number: int) -> None:
    sealed = format.seal_small(seed, "summary", plaintext, number)
    assert format.open_small(seed, "summary", sealed, number) == plaintext
    record = format.seal_record(hpke.public_key(seed), "notice", plaintext, number)
    assert format.open_record(seed, "notice", record, number) == plaintext


@pytest.mark.parametrize(("seed", "purpose", "context"), [(KEY, "notice", 7), (SEED, "draft", 7), (SEED, "notice", 8)])
def test_a_record_opens_only_for_its_reader_purpose_and_context(seed: bytes, purpose: str, context: int) -> None:
    with pytest.raises(Unreadable):
        format.open_record(seed, purpose, RECORD, context)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=1400), st.integers(0, len(RECORD) - 1).map(lambda end: RECORD[:end])))
def test_any_other_record_is_unreadable_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Unreadable):
        format.open_record(SEED, "notice", data, 7)
    with pytest.raises(Unreadable):
        format.open_small(SEED, "notice", data, 7)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(RECORD) - 1), st.integers(1, 255))
def test_one_changed_octet_of_a_record_is_refused(position: int, mask: int) -> None:
    changed = bytearray(RECORD)
    changed[position] ^= mask
    with pytest.raises(Unreadable):
        format.open_record(SEED, "notice", bytes(changed), 7)


@pytest.mark.parametrize("position", range(24))
def test_a_header_can_be_checked_without_its_key(position: int) -> None:
    header = SEALED[: format.BLOB_HEADER]
    format.check_header(header, BLOB)
    changed = header[:position] + bytes([header[position] ^ 1]) + header[position + 1 :]
    for other in (changed, header[:-1], header + b"\0", b""):
        with pytest.raises(Unreadable):
            format.check_header(other, BLOB)

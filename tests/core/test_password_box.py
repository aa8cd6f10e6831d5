"""core/password_box.py: opening is the check, and no header makes it expensive."""

import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import password_box
from sceau.core.errors import Busy, Malformed, Unreadable
from sceau.core.password_box import CHEAPEST, Cost

SEALED = password_box.seal("mot de passe", b"seed", info=b"i", cost=CHEAPEST)


@settings(max_examples=40, deadline=None)
@given(st.text(), st.binary(max_size=64))
def test_what_is_sealed_opens(password: str, plaintext: bytes) -> None:
    sealed = password_box.seal(password, plaintext, info=b"i", cost=CHEAPEST)
    assert password_box.open(password, sealed, info=b"i") == plaintext


@pytest.mark.parametrize(
    ("password", "info"), [("mot de pass", b"i"), ("Mot de passe", b"i"), ("", b"i"), ("mot de passe", b"j")]
)
def test_another_password_or_purpose_opens_nothing(password: str, info: bytes) -> None:
    with pytest.raises(Unreadable):
        password_box.open(password, SEALED, info=info)


@pytest.mark.parametrize("typed", ["cafe\u0301 cre\u0300me", "café\u00a0crème", "café\u202fcrème"])
def test_keyboards_that_spell_differently_give_one_password(typed: str) -> None:
    sealed = password_box.seal("café crème", b"seed", info=b"i", cost=CHEAPEST)
    assert password_box.open(typed, sealed, info=b"i") == b"seed"


def test_compatibility_characters_stay_themselves() -> None:
    """NFC and not NFKC: folding ﬁ or ² away would make fewer passwords out of what was typed (RFC 8265 §4.2)."""
    sealed = password_box.seal("x²ﬁ", b"seed", info=b"i", cost=CHEAPEST)
    with pytest.raises(Unreadable):
        password_box.open("x2fi", sealed, info=b"i")


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.sampled_from([0, 1]), st.integers(8, len(SEALED) - 1)), st.integers(1, 255))
def test_one_changed_octet_is_refused(position: int, mask: int) -> None:
    """Octets 2 to 7, the cost, have their own tests below: some values there are slow to refuse."""
    changed = bytearray(SEALED)
    changed[position] ^= mask
    with pytest.raises((Unreadable, Malformed)):
        password_box.open("mot de passe", bytes(changed), info=b"i")


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.binary(max_size=150), st.integers(0, len(SEALED) - 1).map(lambda end: SEALED[:end])))
def test_any_other_octets_are_malformed_or_unreadable_and_nothing_else(data: bytes) -> None:
    with pytest.raises((Unreadable, Malformed)):
        password_box.open("mot de passe", data, info=b"i")


@pytest.mark.parametrize(
    ("passes", "memory", "lanes"),
    [
        (0, 8, 1),
        (17, 8, 1),
        (1, 7, 1),
        (1, 15, 2),
        (1, 2**20 + 1, 1),
        (1, 2**31, 1),
        (1, 2**32 - 1, 255),
        (1, 256, 17),
        (1, 8, 0),
    ],
)
def test_a_header_that_asks_for_too_much_or_too_little_is_malformed(passes: int, memory: int, lanes: int) -> None:
    """2³¹ KiB would be two tebibytes, asked for by whoever may write one row."""
    changed = SEALED[:2] + struct.pack(">BIB", passes, memory, lanes) + SEALED[8:]
    with pytest.raises(Malformed):
        password_box.open("mot de passe", changed, info=b"i")


@pytest.mark.parametrize("cost", [Cost(2, 8, 1), Cost(1, 16, 1), Cost(1, 16, 2)])
def test_the_cost_is_bound_to_the_box(cost: Cost) -> None:
    changed = SEALED[:2] + struct.pack(">BIB", cost.passes, cost.memory, cost.lanes) + SEALED[8:]
    with pytest.raises(Unreadable):
        password_box.open("mot de passe", changed, info=b"i")


def test_the_default_cost_is_the_one_of_the_standard() -> None:
    """RFC 9106 §4, second recommended option."""
    assert Cost() == Cost(passes=3, memory=65_536, lanes=4)


def test_a_decoy_looks_and_costs_like_a_box_and_opens_for_nobody() -> None:
    cost = Cost(2, 4096, 1)
    real, decoy = password_box.seal("x", bytes(32), info=b"i", cost=cost), password_box.decoy(cost, 32)
    assert (len(decoy), decoy[:8], decoy[24:25]) == (len(real), real[:8], real[24:25])
    taken = [(seconds(decoy), seconds(real)) for _ in range(15)]  # in turns, as others use the machine
    ratio = min(each for each, _ in taken) / min(each for _, each in taken)  # the least disturbed of each
    assert 0.5 < ratio < 2, "the processor time of this thread, whatever else runs"


def seconds(sealed: bytes) -> float:
    started = time.thread_time()
    with pytest.raises(Unreadable):
        password_box.open("wrong", sealed, info=b"i")
    return time.thread_time() - started


def test_at_most_four_passwords_are_stretched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(threading.BoundedSemaphore):
        most = now = 0

        def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
            got = super().acquire(blocking, timeout)
            self.now += 1
            self.most = max(self.most, self.now)
            return got

        def release(self, n: int = 1) -> None:
            self.now -= 1
            super().release(n)

    counting = Counting(password_box._in_flight._initial_value)  # type: ignore[attr-defined]  # what the module asked for
    monkeypatch.setattr(password_box, "_in_flight", counting)
    cost = Cost(1, 8192, 1)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: password_box.seal("x", b"", info=b"", cost=cost), range(24)))
    assert counting.most == 4


def test_who_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_box, "_PATIENCE", 0.01)
    for _ in range(4):
        assert password_box._in_flight.acquire(blocking=False)
    try:
        with pytest.raises(Busy):
            password_box.open("mot de passe", SEALED, info=b"i")
    finally:
        password_box._in_flight.release(4)
    assert password_box.open("mot de passe", SEALED, info=b"i") == b"seed"

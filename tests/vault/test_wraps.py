"""vault/wraps.py: each way in opens one seed, for one principal, for one purpose."""

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core.errors import Malformed, Unreadable
from sceau.vault import recovery_code, wraps

SEED, KEY, CODE = bytes(range(32)), bytes(32), recovery_code.write(bytes(range(20)))
ALICE, BRUNO = UUID(int=1), UUID(int=2)

WAYS: dict[str, tuple[bytes, Callable[[bytes, UUID], bytes]]] = {
    "password": (
        wraps.seal_with_password("passe", SEED, ALICE),
        lambda wrap, who: wraps.open_with_password("passe", wrap, who),
    ),
    "code": (wraps.seal_with_code(CODE, SEED, ALICE), lambda wrap, who: wraps.open_with_code(CODE, wrap, who)),
    "key": (
        wraps.seal_with_key(KEY, SEED, "session", ALICE),
        lambda wrap, who: wraps.open_with_key(KEY, wrap, "session", who),
    ),
}
way = pytest.mark.parametrize("way", WAYS)


@way
def test_a_wrap_opens(way: str) -> None:
    wrap, open_ = WAYS[way]
    assert open_(wrap, ALICE) == SEED
    assert SEED not in wrap


@way
@pytest.mark.req("V5")
def test_a_wrap_in_anothers_row_opens_nothing(way: str) -> None:
    wrap, open_ = WAYS[way]
    with pytest.raises(Unreadable):
        open_(wrap, BRUNO)


@pytest.mark.parametrize("other", WAYS)
@way
def test_one_kind_of_wrap_is_not_another(way: str, other: str) -> None:
    if way != other:
        with pytest.raises((Unreadable, Malformed)):
            WAYS[way][1](WAYS[other][0], ALICE)


@way
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=150))
def test_any_other_octets_are_malformed_or_unreadable_and_nothing_else(way: str, data: bytes) -> None:
    with pytest.raises((Unreadable, Malformed)):
        WAYS[way][1](data, ALICE)


@pytest.mark.req("V5")
def test_another_password_code_key_or_purpose_opens_nothing() -> None:
    with pytest.raises(Unreadable):
        wraps.open_with_password("Passe", WAYS["password"][0], ALICE)
    with pytest.raises(Unreadable):
        wraps.open_with_password("passe", WAYS["password"][0], ALICE, purpose="reception")
    with pytest.raises(Unreadable):
        wraps.open_with_code(recovery_code.new(), WAYS["code"][0], ALICE)
    with pytest.raises(Unreadable):
        wraps.open_with_key(SEED, WAYS["key"][0], "session", ALICE)
    with pytest.raises(Unreadable):
        wraps.open_with_key(KEY, WAYS["key"][0], "session", ALICE, 1)


@pytest.mark.parametrize("password", ["", "passe"])
def test_no_wrap_at_all_is_a_wrong_password(password: str) -> None:
    with pytest.raises(Unreadable):
        wraps.open_with_password(password, None, ALICE)

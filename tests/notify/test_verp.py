"""Return addresses that name one notice and cannot be guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core import ids
from sceau.core.errors import NotFound
from sceau.core.values import Address
from sceau.notify import verp


def test_a_return_address_names_its_notice() -> None:
    notice = ids.new()
    address = verp.address(notice)
    assert verp.notice(address) == notice
    assert verp.notice(f"<{address.upper()}>") == notice
    assert len(str(Address.parse(address)).partition("@")[0]) <= 64


def test_a_changed_address_names_nothing() -> None:
    address = verp.address(ids.new())
    for position in range(8, address.index("@")):
        other = "0" if address[position] != "0" else "1"
        with pytest.raises(NotFound):
            verp.notice(address[:position] + other + address[position + 1 :])
    with pytest.raises(NotFound):
        verp.notice(address.replace("localhost", "ailleurs"))


@given(st.text())
def test_any_text_is_an_address_of_ours_or_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        verp.notice(text)

"""Addresses have one form, and what has none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.core.values import Address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Claire.Vasseur@Exemple.FR ", "claire.vasseur@exemple.fr"),
        ("claire+labo@exemple.fr", "claire+labo@exemple.fr"),
        ("claire@hôpital.fr", "claire@xn--hpital-ixa.fr"),
        ("o'neil@exemple.fr", "o'neil@exemple.fr"),
    ],
)
def test_what_is_typed_has_one_form(typed: str, kept: str) -> None:
    assert str(Address.parse(typed)) == kept


@pytest.mark.attack(8)
@pytest.mark.attack(14)
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "claire",
        "claire@",
        "@exemple.fr",
        "claire@exemple",
        "claire@-exemple.fr",
        '"claire vasseur"@exemple.fr',
        "claire%ailleurs.fr@exemple.fr",
        "@relais.fr:claire@exemple.fr",
        "claire\r\nBcc: x@exemple.fr",
        "claire\x00@exemple.fr",
        "cla\u200bire@exemple.fr",
        "cla\u202eire@exemple.fr",
        "zoé@exemple.fr",
        ".claire@exemple.fr",
        "claire..vasseur@exemple.fr",
        f"{'c' * 65}@exemple.fr",
        f"claire@{'e' * 64}.fr",
        f"claire@{'.'.join(['exemple'] * 40)}.fr",
    ],
)
def test_what_has_no_form_is_malformed(typed: str) -> None:
    with pytest.raises(Malformed):
        Address.parse(typed)


@given(st.text(max_size=80))
def test_any_text_is_an_address_that_reads_itself_or_malformed(typed: str) -> None:
    try:
        address = Address.parse(typed)
    except Malformed:
        return
    assert Address.parse(str(address)) == address

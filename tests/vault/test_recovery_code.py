"""vault/recovery_code.py: what is printed is read back, however it is typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.vault import recovery_code

codes = st.binary(min_size=20, max_size=20)


@given(codes)
def test_a_code_comes_back(octets: bytes) -> None:
    assert recovery_code.read(recovery_code.write(octets)) == octets


@given(codes, st.randoms())
def test_case_spaces_hyphens_and_look_alikes_do_not_matter(octets: bytes, random: object) -> None:
    choice = random.choice  # type: ignore[attr-defined]  # random.Random, by Hypothesis
    alike = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(
        choice(alike.get(character, character + character.lower())) + choice(["", "", " ", "-", "\t", "\u00a0"])
        for character in recovery_code.write(octets).replace("-", "")
    )
    assert recovery_code.read(f" {typed} ") == octets


def test_a_code_looks_like_eight_groups_of_four() -> None:
    code = recovery_code.new()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code != recovery_code.new()


def test_the_writing_is_frozen() -> None:
    assert recovery_code.write(bytes(range(20))) == "000G-40R4-0M30-E209-185G-R38E-1W81-24GK"


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "U" + "0" * 31, "é" + "0" * 31, "٣" * 32, "0" * 31 + "\0"])
def test_what_is_no_code_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        recovery_code.read(text)


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_malformed_and_nothing_else(text: str) -> None:
    try:
        octets = recovery_code.read(text)
    except Malformed:
        return
    assert recovery_code.read(recovery_code.write(octets)) == octets

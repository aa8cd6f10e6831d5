"""core/canonical.py: one sequence of octets for one value."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import canonical
from sceau.core.errors import Malformed

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(st.characters(exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=20,
)


@given(values)
def test_a_value_comes_back(value: Any) -> None:
    assert canonical.loads(canonical.dumps(value)) == value


@given(values)
def test_any_json_reader_agrees(value: Any) -> None:
    assert json.loads(canonical.dumps(value)) == value


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=60), st.text('[]{}",:0123456789.-+eE\\untrfasl ', max_size=30).map(str.encode)))
def test_octets_are_a_value_or_malformed_and_nothing_else(data: bytes) -> None:
    try:
        value = canonical.loads(data)
    except Malformed:
        return
    assert canonical.dumps(value) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1\n",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"-9007199254740992",
        b'"\\u0041"',
        b'"\\u00E9"',
        b'"\\/"',
        b'"\\u001F"',
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        "[1]".encode("utf-16"),
        b"[" * 33 + b"]" * 33 + b"",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"1" * 10_000,
    ],
)
def test_another_spelling_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        canonical.loads(data)


def test_keys_are_sorted_by_code_point_and_not_by_utf16() -> None:
    assert canonical.dumps({"\U0001f600": 1, "\ufb01": 2}) == '{"\ufb01":2,"\U0001f600":1}'.encode()


def test_the_spelling_is_frozen() -> None:
    value = {"é": [True, None, -5], "a": 'q"\\\n\x1f\x7f/'}
    assert canonical.dumps(value) == '{"a":"q\\"\\\\\\n\\u001f\x7f/","é":[true,null,-5]}'.encode()


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"\udfff": 1}])
def test_what_no_reader_would_keep_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        canonical.dumps(value)


@pytest.mark.parametrize("value", [1.5, b"x", (1,), {1: 2}, {"a": {3}}])
def test_a_type_json_does_not_have_is_a_mistake_of_the_caller(value: object) -> None:
    with pytest.raises(TypeError):
        canonical.dumps(value)

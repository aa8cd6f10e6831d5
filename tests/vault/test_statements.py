"""vault/statements.py: one spelling for what is signed."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.core import canonical
from sceau.core.errors import Malformed
from sceau.vault.statements import Statement

KEY = bytes(range(256)) * 4 + bytes(192)
GOOD = Statement("mailbox", UUID(int=5), KEY, datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC), ("a@b.test",), 3)

statements = st.builds(
    Statement,
    type=st.sampled_from(["mailbox", "person", "reception"]),
    subject=st.uuids(),
    public_key=st.binary(min_size=1216, max_size=1216),
    not_before=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
    ),
    addresses=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=3).map(tuple),
    epoch=st.integers(0, 2**31),
)


@settings(max_examples=50)
@given(statements)
def test_a_statement_comes_back(statement: Statement) -> None:
    assert Statement.decode(statement.encode()) == statement


def test_the_spelling_is_frozen() -> None:
    assert GOOD.encode() == (
        b'{"addresses":["a@b.test"],"epoch":3,"not_before":1767323045678,"public_key":"'
        + base64.b64encode(KEY)
        + b'","subject":"00000000-0000-0000-0000-000000000005","type":"mailbox","version":1}'
    )


FIELDS: dict[str, Any] = canonical.loads(GOOD.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": True},
        {"version": None},
        {"type": 5},
        {"type": None},
        {"subject": 5},
        {"subject": "{00000000-0000-0000-0000-000000000005}"},
        {"subject": "00000000000000000000000000000005"},
        {"subject": "00000000-0000-0000-0000-00000000000G"},
        {"addresses": "a@b.test"},
        {"addresses": [5]},
        {"addresses": None},
        {"addresses": {"a@b.test": 1}},
        {"public_key": FIELDS["public_key"][:-4]},
        {"public_key": FIELDS["public_key"] + "AAAA"},
        {"public_key": FIELDS["public_key"][:-4] + "\nAA="},
        {"public_key": FIELDS["public_key"][:-1] + "é"},
        {"public_key": 5},
        {"epoch": -1},
        {"epoch": True},
        {"epoch": "3"},
        {"epoch": None},
        {"not_before": True},
        {"not_before": "5"},
        {"not_before": 2**53 - 1},
        {"not_before": None},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_field_that_is_not_what_it_should_be_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Statement.decode(canonical.dumps(FIELDS | change))


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_field_is_malformed(name: str) -> None:
    with pytest.raises(Malformed):
        Statement.decode(canonical.dumps({key: value for key, value in FIELDS.items() if key != name}))


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=80), st.sampled_from([b"null", b"[]", b"{}", b'"x"', b"5", GOOD.encode() + b"\n"])))
def test_any_other_octets_are_malformed_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Malformed):
        Statement.decode(data)

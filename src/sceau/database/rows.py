"""Inserting rows with as few statements, and as little work, as it takes (decision 0022).

Every act writes to the same half dozen tables. `bulk_create` builds the SQL anew for each of them at each call,
which costs several times what the database then does; here it is built once a process. And where one statement can
write to several tables (PostgreSQL), one journey to the server takes them all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_Rows = Sequence[models.Model]


class Missed(Exception):
    """A Write found its condition gone; the transaction is to be rolled back."""


@dataclass(frozen=True, slots=True)
class Write:
    """One field of a row as it now stands, if the column `while_null` is null there."""

    row: models.Model
    field: str
    while_null: str


def insert(*rows: models.Model, then: Write | None = None) -> None:
    """Insert rows of any models, in order, inside the caller's transaction: neighbours of one model go together.

    Their ids are given, not made by the database. Foreign keys are checked at the commit, as Django declares them.
    `then` goes along; it waits for another transaction that holds its row.
    Raises IntegrityError, Missed: then the transaction can only be rolled back.
    """
    _insert([(model, list(group)) for model, group in groupby(rows, key=type)], then=then)


def insert_missing(rows: Iterable[models.Model]) -> None:
    """Insert rows of one model; one that a unique constraint refuses is left out in silence."""
    _insert([(model, list(group)) for model, group in groupby(rows, key=type)], ending=" ON CONFLICT DO NOTHING")


def _insert(tables: list[tuple[type[models.Model], _Rows]], ending: str = "", then: Write | None = None) -> None:
    connection = connections["default"]
    if not tables and not then:
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("rows are inserted in the transaction of their act")
    with transaction.mark_for_rollback_on_error(connection.alias), connection.cursor() as cursor:
        for statement, values in _journeys(tables, ending, then, connection):
            cursor.execute(statement, values)
        if then and not cursor.rowcount:
            raise Missed
    for row in (row for _, rows in tables for row in rows):
        row._state.adding, row._state.db = False, connection.alias


def _journeys(
    tables: list[tuple[type[models.Model], _Rows]],
    ending: str,
    then: Write | None,
    connection: BaseDatabaseWrapper,
) -> Iterator[tuple[str, list[Any]]]:
    """Each statement with its values; `then` is in the last one, whose count of rows is its own."""
    pieces = [(model, piece) for model, rows in tables for piece in _pieces(model, rows, connection)]
    values = [_values(model, rows, connection) for model, rows in pieces]
    statements = [_statement(model, len(rows)) + ending for model, rows in pieces]
    if then:
        statements.append(_update(type(then.row), then.field, then.while_null))
        values.append(_written(then, connection))
    if connection.vendor == "postgresql" and sum(map(len, values)) <= most_values(connection):
        yield _joined(statements), list(chain.from_iterable(values))
    else:
        yield from zip(statements, values, strict=True)


def _pieces(model: type[models.Model], rows: _Rows, connection: BaseDatabaseWrapper) -> Iterator[_Rows]:
    """As many rows at a time as a statement may have values for."""
    step = most_values(connection) // len(_fields(model))
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _joined(statements: list[str]) -> str:
    *others, last = statements
    if not others:
        return last
    named = ", ".join(f"i{number} AS ({statement})" for number, statement in enumerate(others))
    return f"WITH {named} {last}"


@lru_cache(maxsize=16)
def _update(model: type[models.Model], field: str, while_null: str) -> str:
    columns = {each.attname: each.column for each in _fields(model)}
    return (
        f'UPDATE "{model._meta.db_table}" SET "{columns[field]}" = %s'
        f' WHERE "{model._meta.pk.column}" = %s AND "{columns[while_null]}" IS NULL'
    )


def _written(write: Write, connection: BaseDatabaseWrapper) -> list[Any]:
    named = {each.attname: each for each in _fields(type(write.row))}
    fields = named[write.field], type(write.row)._meta.pk
    return [each.get_db_prep_save(getattr(write.row, each.attname), connection) for each in fields]


def _values(model: type[models.Model], rows: _Rows, connection: BaseDatabaseWrapper) -> list[Any]:
    fields = _fields(model)
    return [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields]


def most_values(connection: BaseDatabaseWrapper) -> int:
    """How many a statement takes: SQLite says it, PostgreSQL counts them in 16 bits."""
    return connection.features.max_query_params or 32_767


@lru_cache(maxsize=64)
def _fields(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    if isinstance(model._meta.pk, models.AutoField):
        raise TypeError(f"the database gives a {model.__name__} its id")
    return tuple(model._meta.local_concrete_fields)


@lru_cache(maxsize=512)  # a table and how many rows
def _statement(model: type[models.Model], rows: int) -> str:
    columns = [field.column for field in _fields(model)]
    one = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join([one] * rows)}'

"""A query whose SQL is built once a process, and whose values are filled in at each run.

Building the SQL of a query costs Django several times what the database then takes; a page of a list asks the same few
queries each time. The queryset stays the one place that says what is asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Value = UUID | str | bytes | datetime

_Model = TypeVar("_Model", bound=Model)


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    values: tuple[Any, ...]  # as the database takes them; those of `places` are replaced
    places: tuple[tuple[int, str], ...]  # position → name of a value
    converters: Any  # Django's own: from what the database gives to what the fields hold
    compiler: Any


class PreparedQuery(Generic[_Model]):
    """`build` makes a queryset from values of the types that `example` shows."""

    def __init__(self, build: "Callable[..., QuerySet[_Model, Any]]", **example: type[Value]) -> None:
        self._build = build
        self._example = example
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """What the queryset made of these values would give as a `values_list`."""
        return self._run(self._ready(), values)

    def objects(self, **values: Value) -> list[_Model]:
        """What it would give, with what it asks for by `select_related`; it must not annotate or prefetch."""
        ready = self._ready()
        found = self._run(ready, values)
        if not found:
            return []
        info, selected = ready.compiler.klass_info, ready.compiler.select
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column.target.attname for column, _, _ in selected[start:end]]
        populators = get_related_populators(info, selected, connection.alias)  # type: ignore[call-arg]  # a later Django's
        rows: list[_Model] = []
        for row in found:
            made = info["model"].from_db(connection.alias, names, row[start:end])
            for populator in populators:
                populator.populate(row, made)
            rows.append(made)
        return rows

    def first(self, **values: Value) -> _Model | None:
        """The first of `objects`, if there is one."""
        return next(iter(self.objects(**values)), None)

    def _ready(self) -> _Compiled:
        vendor = connection.vendor
        if vendor not in self._compiled:
            self._compiled[vendor] = self._compile()
        return self._compiled[vendor]

    def _run(self, ready: _Compiled, values: Mapping[str, Value]) -> list[tuple[Any, ...]]:
        given = list(ready.values)
        for position, name in ready.places:
            given[position] = _adapted(values[name])
        with connection.cursor() as cursor:
            cursor.execute(ready.sql, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not ready.converters:
            return found
        return [tuple(row) for row in ready.compiler.apply_converters(found, ready.converters)]

    def _compile(self) -> _Compiled:
        """With a value that occurs nowhere else in the place of each, to be found again in the statement."""
        marks: Mapping[str, Value] = {name: _mark(kind, n) for n, (name, kind) in enumerate(self._example.items())}
        compiler = self._build(**marks).query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        named = {_adapted(mark): name for name, mark in marks.items()}
        plain = (getattr(value, "obj", value) for value in values)  # psycopg wraps octets
        places = tuple((i, named[value]) for i, value in enumerate(plain) if _is_hashable(value) and value in named)
        if {name for _, name in places} != set(marks):
            raise ValueError("a value does not occur in the statement")
        converters = compiler.get_converters([selected for selected, _, _ in compiler.select])
        return _Compiled(sql, tuple(values), places, converters, compiler)


def _mark(kind: type[Value], number: int) -> Value:
    if kind is UUID:
        return UUID(int=(0xDEC1DE << 100) + number)
    if kind is bytes:
        return b"prepared %d" % number
    if kind is datetime:
        return datetime(1976, 1, 1, 0, 0, 0, number + 1, tzinfo=UTC)
    return f"\ue000{number}"


def _adapted(value: Value) -> Any:  # whatever this database compares that type with
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _is_hashable(value: object) -> bool:
    return type(value).__hash__ is not None

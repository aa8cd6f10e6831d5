"""A query whose SQL is built once a process, and whose values are filled in at each run.

Building the SQL of a query costs Django several times what the database then takes; a page of a list asks the same few
queries each time. The queryset stays the one place that says what is asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import DeleteQuery

Value = UUID | str | bytes | int | datetime

_Model = TypeVar("_Model", bound=Model)
_FEW = 16  # values of one list: a statement is kept for each number of them
_SELECT, _DELETE = "select", "delete"


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    values: tuple[Any, ...]  # as the database takes them; those of `places` are replaced
    places: tuple[tuple[int, str], ...]  # position → name of a value
    converters: Any  # Django's own: from what the database gives to what the fields hold
    compiler: Any


class PreparedQuery(Generic[_Model]):
    """`build` makes a queryset from values of the types that `example` shows; `[str]` is a list of them.

    With an empty list, or a long one, the queryset itself is run.
    """

    def __init__(self, build: "Callable[..., QuerySet[_Model, Any]]", **example: type[Value] | list[Any]) -> None:
        self._build = build
        self._example = example
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def rows(self, **values: Value | Sequence[Value]) -> list[tuple[Any, ...]]:
        """What the queryset made of these values would give as a `values_list`."""
        if (flat := self._flat(values)) is None:
            return list(self._build(**values))
        return self._fetch(self._ready(_SELECT, flat), flat)

    def objects(self, **values: Value | Sequence[Value]) -> list[_Model]:
        """What it would give, with what it asks for by `select_related`; it must not annotate or prefetch."""
        if (flat := self._flat(values)) is None:
            return list(self._build(**values))
        ready = self._ready(_SELECT, flat)
        found = self._fetch(ready, flat)
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

    def first(self, **values: Value | Sequence[Value]) -> _Model | None:
        """The first of `objects`, if there is one."""
        return next(iter(self.objects(**values)), None)

    def delete(self, **values: Value) -> int:
        """Delete what it would give; how many. In one statement: no other model may refer to it by a cascade."""
        flat = dict(values)
        ready = self._ready(_DELETE, flat)
        with connection.cursor() as cursor:
            cursor.execute(ready.sql, self._given(ready, flat))
            return int(cursor.rowcount)

    def _flat(self, values: Mapping[str, Any]) -> dict[str, Value] | None:
        """A name for each value, those of lists too; None when a list is empty or long."""
        flat: dict[str, Value] = {}
        for name, value in values.items():
            if not isinstance(self._example[name], list):
                flat[name] = value
            elif 0 < len(value) <= _FEW:
                flat.update((f"{name} {place}", each) for place, each in enumerate(value))
            else:
                return None
        return flat

    def _ready(self, act: str, flat: Mapping[str, Value]) -> _Compiled:
        key = (connection.vendor, act, *flat)
        if key not in self._compiled:
            self._compiled[key] = self._compile(act, list(flat))
        return self._compiled[key]

    def _given(self, ready: _Compiled, flat: Mapping[str, Value]) -> list[Any]:
        given = list(ready.values)
        for position, name in ready.places:
            given[position] = _adapted(flat[name])
        return given

    def _fetch(self, ready: _Compiled, flat: Mapping[str, Value]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(ready.sql, self._given(ready, flat))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not ready.converters:
            return found
        return [tuple(row) for row in ready.compiler.apply_converters(found, ready.converters)]

    def _compile(self, act: str, names: list[str]) -> _Compiled:
        """With a value that occurs nowhere else in the place of each, to be found again in the statement."""
        marks = {name: _mark(self._kind(name), number) for number, name in enumerate(names)}
        query = self._build(**dict(self._nested(marks))).query
        if act == _DELETE:
            query = query.chain(DeleteQuery)
        compiler = query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        named = {_adapted(mark): name for name, mark in marks.items()}
        plain = (getattr(value, "obj", value) for value in values)  # psycopg wraps octets
        places = tuple((i, named[value]) for i, value in enumerate(plain) if _is_hashable(value) and value in named)
        if {name for _, name in places} != set(marks):
            raise ValueError("a value does not occur in the statement")
        converters = compiler.get_converters([selected for selected, _, _ in compiler.select or ()])
        return _Compiled(sql, tuple(values), places, converters, compiler)

    def _nested(self, marks: Mapping[str, Value]) -> Iterator[tuple[str, Value | list[Value]]]:
        """The marks as `build` takes them."""
        for name, kind in self._example.items():
            if isinstance(kind, list):
                yield name, [mark for each, mark in marks.items() if each.startswith(f"{name} ")]
            else:
                yield name, marks[name]

    def _kind(self, name: str) -> type[Value]:
        kind = self._example[name.partition(" ")[0]]
        return kind[0] if isinstance(kind, list) else kind


def _mark(kind: type[Value], number: int) -> Value:
    if kind is UUID:
        return UUID(int=(0xDEC1DE << 100) + number)
    if kind is bytes:
        return b"prepared %d" % number
    if kind is datetime:
        return datetime(1976, 1, 1, 0, 0, 0, number + 1, tzinfo=UTC)
    if kind is int:
        return 0x5EA10000 + number
    return f"\ue000{number}"


def _adapted(value: Value) -> Any:  # whatever this database compares that type with
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _is_hashable(value: object) -> bool:
    return type(value).__hash__ is not None

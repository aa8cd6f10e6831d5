"""What `ls src/sceau` promises: arrows point down, in imports and in foreign keys; every column is accounted for."""

import csv
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, Model

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def layers() -> dict[str, int]:
    """Each package's height, from the import contract: 0 is the top."""
    (contract,) = (contract for contract in CONTRACTS if contract["type"] == "layers")
    return {
        name.strip(): height
        for height, layer in enumerate(contract["layers"])
        for name in layer.replace("|", ":").split(":")
    }


def package(model: type[Model]) -> str:
    return model.__module__.split(".")[1]


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("sceau.")]


def test_imports_keep_their_contracts() -> None:
    program = str(Path(sys.executable).with_name("lint-imports"))
    done = subprocess.run([program, "--no-logo"], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_foreign_keys_point_down(model: type[Model]) -> None:
    """Imports cannot see them when they are written as text."""
    height = layers()
    for field in model._meta.get_fields():
        if field.concrete and field.is_relation and isinstance(field.related_model, type):
            assert height[package(field.related_model)] >= height[package(model)], field


def columns() -> dict[str, list[str]]:
    """docs/columns.csv: "table.column" to what is said of it."""
    with (ROOT / "docs" / "columns.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [f"{row['table']}.{row['column']}" for row in rows]
    assert names == sorted(set(names)), "docs/columns.csv: sorted, each column once"
    return {name: [row["holds"], row["what"]] for name, row in zip(names, rows, strict=True)}


@pytest.mark.req("V12")
def test_every_column_says_whether_it_is_plain_sealed_or_a_hash() -> None:
    fields: list[Field[object, object]] = [field for model in our_models() for field in model._meta.concrete_fields]
    assert set(columns()) == {f"{field.model._meta.db_table}.{field.column}" for field in fields}


def test_columns_say_nothing_else() -> None:
    assert {holds for holds, _ in columns().values()} == {"plain", "sealed", "hash"}
    assert all(what for _, what in columns().values())


def test_a_sealed_or_hashed_column_is_made_of_octets() -> None:
    by_name = {f"{f.model._meta.db_table}.{f.column}": f for m in our_models() for f in m._meta.concrete_fields}
    for name, (holds, _) in columns().items():
        if holds != "plain":
            field = by_name[name]
            kind = (field.target_field if field.is_relation else field).get_internal_type()
            assert kind == "BinaryField", name

"""Runs the columns, prints a table, then one line of JSON."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from scripts.with_servers import postgresql, postgresql_programs

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--only", default="", help="seal_10k,open_10k: these lines alone")
    parser.add_argument("--column", choices=("sqlite", "postgresql"), help="this database alone")
    asked = parser.parse_args()
    results: dict[str, Row] = {}
    for column in [asked.column] if asked.column else ["sqlite", "postgresql"]:
        for row in measure(column, asked.only):
            name = row.pop("name") + ("" if column == "sqlite" else "_postgresql")
            results[name] = row
            print(line(name, row), flush=True)
    print(json.dumps(results, ensure_ascii=False))
    return 0


def measure(column: str, only: str) -> Iterator[Row]:
    """The rows of one column, as they come."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sceau-bench-")))
        url = ""
        if column == "postgresql":
            programs = postgresql_programs()
            if programs is None:
                print("PostgreSQL n'est pas installé : sa colonne manque.", file=sys.stderr)
                return
            url = stack.enter_context(postgresql(programs, folder / "postgresql"))
        child = stack.enter_context(_child(folder, url, only))
        assert child.stdout
        for text in child.stdout:
            yield json.loads(text)


@contextmanager
def _child(folder: Path, url: str, only: str) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCEAU_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "sceau.settings",
        "SCEAU_DATA": str(folder / "data"),
        "SCEAU_KEYS": str(folder / "keys"),
        "SCEAU_CUSTODY_PASSPHRASE": "mesures",
        "SCEAU_DATABASE_URL": url,
        "SCEAU_NEW_ACCOUNTS": "certified",
        "SCEAU_LOG_LEVEL": "warning",  # its standard output is the results; web processes log all the same
    }
    (folder / "data").mkdir()
    (folder / "keys").mkdir(mode=0o700)
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.column", only], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        if child.wait() != 0:
            raise SystemExit(f"bench: the column ended with {child.returncode}")


def line(name: str, row: Row) -> str:
    extra = {
        key: value for key, value in row.items() if key not in {"value", "unit", "against", "against_value", "ratio"}
    }
    more = "  ".join(f"{key}={value}" for key, value in extra.items())
    return (
        f"{name:<28} {row['value']:>10,} {row['unit']:<5} against {row['against_value']:>8,} {row['against']:<42}"
        f" ratio {row['ratio']:>6}  {more}"
    )


if __name__ == "__main__":
    sys.exit(main())

"""Keys and tables of an installation, made by its commands once a process and copied from then on.

The two commands cost two seconds of processor each time; what they make is the same.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Places:
    data: Path
    keys: Path
    url: str  # of a PostgreSQL database; empty where SQLite's file is in `data`


_models: dict[bool, Places] = {}  # what nobody uses but to copy it: with PostgreSQL, without
_folder = tempfile.TemporaryDirectory(prefix="sceau-model-")


def prepare(places: Places, *, by_commands: Callable[[], None]) -> None:
    """Fill the folders, and the database if there is one, as `by_commands` does."""
    if model := _models.get(bool(places.url)):
        _copy(model, places)
    else:
        by_commands()
        _models[bool(places.url)] = _kept(places)


def _kept(places: Places) -> Places:
    folder, name = Path(_folder.name), f"model_{uuid4().hex}"
    url = urlsplit(places.url)._replace(path=f"/{name}").geturl() if places.url else ""
    model = Places(folder / name / "data", folder / name / "keys", url)
    _copy(places, model)
    return model


def _copy(source: Places, target: Places) -> None:
    for place in ("data", "keys"):
        shutil.copytree(getattr(source, place), getattr(target, place), dirs_exist_ok=True)
    if source.url:
        _copy_database(source.url, target.url)


def _copy_database(source: str, target: str) -> None:
    """On the same server; what stood at `target` was empty."""
    names = [sql.Identifier(urlsplit(url).path.removeprefix("/")) for url in (source, target)]
    server = urlsplit(source)._replace(path="/postgres").geturl()
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(names[1]))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(names[1], names[0]))

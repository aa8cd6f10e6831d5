"""The translation catalogues: `--write` refreshes them from the source, without it they are only checked.

Checked: every string of the source is in each catalogue, the English one is complete and never guessed, formats agree,
and the compiled .mo says what the .po says (it is kept in the tree: a demonstration needs no gettext tools).
"""

import argparse
import contextlib
import gettext
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages

SOURCE = Path("src/sceau").resolve()
LOCALE = Path("ui/locale")
LANGUAGES = ("en", "fr")  # French is the source language: its catalogue holds plurals only


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.messages")
    parser.add_argument("--write", action="store_true")
    if not shutil.which("xgettext"):
        print("messages: xgettext n'est pas installé, les catalogues ne sont pas vérifiés", file=sys.stderr)
        return 1 if os.environ.get("SCEAU_TEST_INSIST") else 0
    if parser.parse_args().write:
        refresh(SOURCE)
        fill_french()
        for language in LANGUAGES:
            compile_catalogue(language)
        return 0
    faults = list(check())
    print("\n".join(faults) or f"messages: {len(LANGUAGES)} catalogues up to date")
    return 1 if faults else 0


def refresh(source: Path) -> None:
    """Run Django's makemessages over `source`, once a process: other settings would write into other catalogues."""
    settings.configure(LOCALE_PATHS=[str(source / LOCALE)], USE_I18N=True)
    (source / LOCALE).mkdir(exist_ok=True)
    with contextlib.chdir(source):
        call_command(
            makemessages.Command(),
            locale=list(LANGUAGES),
            no_wrap=True,
            no_obsolete=True,
            add_location="file",
            verbosity=0,
        )


def fill_french() -> None:
    """French is the source: its plurals are the source's own words, everything else stays empty."""
    path = _path(SOURCE, "fr")
    catalogue = read(path)
    for message in catalogue:
        if message.id:
            message.string = tuple(message.id) if message.pluralizable else ""
            message.flags.discard("fuzzy")
            message.previous_id = []
    with path.open("wb") as file:
        write_po(file, catalogue, width=0)


def compile_catalogue(language: str) -> None:
    path = _path(SOURCE, language)
    with path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read(path))


def check() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="sceau-messages-") as folder:
        copy = Path(folder) / "sceau"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        refresh(copy)
        return [fault for language in LANGUAGES for fault in check_catalogue(language, copy)]


def check_catalogue(language: str, fresh_source: Path) -> list[str]:
    path = _path(SOURCE, language)
    if not path.exists() or not path.with_suffix(".mo").exists():
        return [f"{path}: missing (make messages)"]
    kept = read(path)
    fresh = read(_path(fresh_source, language))
    faults = [
        f"{path}: not refreshed: {message.id!r}" for message in fresh if message.id and kept.get(*_key(message)) is None
    ]
    faults += [f"{path}: {fault}" for message in kept if message.id for fault in message_faults(message, language)]
    if _compiled(path) != _texts(kept):
        faults.append(f"{path.with_suffix('.mo')}: not compiled from its .po (make messages)")
    return faults


def message_faults(message: Message, language: str) -> list[str]:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    faults = [f"guessed (fuzzy): {message.id!r}"] if message.fuzzy else []
    if not all(texts) and (language != "fr" or message.pluralizable):
        faults.append(f"not translated: {message.id!r}")
    return faults + [f"{message.id!r}: {error}" for error in message.check() if all(texts)]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _path(source: Path, language: str) -> Path:
    return source / LOCALE / language / "LC_MESSAGES" / "django.po"


def _key(message: Message) -> tuple[str, str | None]:
    singular = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return singular, message.context


def _texts(catalog: Catalog) -> dict[str, str]:
    """What the catalogue would say once compiled."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return _load(buffer)


def _compiled(path: Path) -> dict[str, str]:
    with path.with_suffix(".mo").open("rb") as file:
        return _load(file)


def _load(file: io.BufferedIOBase) -> dict[str, str]:
    translations = gettext.GNUTranslations(file)
    catalogue: dict[str, str] = translations._catalog  # type: ignore[attr-defined]  # no public way to list it
    return catalogue


if __name__ == "__main__":
    sys.exit(main())

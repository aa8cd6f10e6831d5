"""Where tests run: a throw-away data folder and keys for each worker, SQLite and files unless told otherwise.

`SCEAU_TEST_DATABASE_URL` and `SCEAU_TEST_S3` (an endpoint) move the same tests to PostgreSQL and S3.
`SCEAU_TEST_INSIST=1` (CI) turns "skipped because a part is missing" into a failure: see `tests/parts.py`.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
PASSPHRASE = "phrase de passe des essais"


def _enter_test_settings() -> Path:
    """Settings are read once, when Django loads: everything must be in the environment before."""
    folder = Path(tempfile.mkdtemp(prefix=f"sceau-tests-{WORKER}-"))
    for name in list(os.environ):
        if name.startswith("SCEAU_") and not name.startswith("SCEAU_TEST_"):
            del os.environ[name]
    (folder / "data").mkdir(mode=0o700)
    (folder / "keys").mkdir(mode=0o700)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="sceau.settings",
        SCEAU_DATA=str(folder / "data"),
        SCEAU_KEYS=str(folder / "keys"),
        SCEAU_CUSTODY_PASSPHRASE=PASSPHRASE,
        SCEAU_HOSTS="localhost,testserver",
        SCEAU_RELAY_PORT="1",  # nothing listens there: a test that sends mail brings its own relay
        SCEAU_DATABASE_URL=os.environ.get("SCEAU_TEST_DATABASE_URL", ""),
        SCEAU_DATABASE_TIMEOUT="60",  # twenty threads may all write at once, and a busy disk is slow to sync
        **_s3(os.environ.get("SCEAU_TEST_S3", "")),
    )
    return folder


def _s3(endpoint: str) -> dict[str, str]:
    if not endpoint:
        return {}
    return {
        "SCEAU_BLOBS": "s3",
        "SCEAU_S3_ENDPOINT": endpoint,
        "SCEAU_S3_BUCKET": f"sceau-{WORKER}",
        "SCEAU_S3_ACCESS_KEY": "essais",
        "SCEAU_S3_SECRET_KEY": "essais-secret",
    }


FOLDER = _enter_test_settings()

import django  # noqa: E402
import hypothesis  # noqa: E402
from django.conf import settings  # noqa: E402

assert settings.SCEAU_DATA == FOLDER / "data"
# An xdist worker inherits this environment: it must not load Django before its own folder exists.
del os.environ["DJANGO_SETTINGS_MODULE"]
django.setup()  # what follows, and other conftests, import models

from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: E402

from sceau import blobs  # noqa: E402
from sceau.blobs.s3 import S3  # noqa: E402
from sceau.evidence import log  # noqa: E402
from tests import installation  # noqa: E402

# A loaded machine is slow, not wrong. And what holds for any value was asked a hundred times beside SQLite.
EXAMPLES = 20 if os.environ.get("SCEAU_TEST_DATABASE_URL") else 100
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("sceau", deadline=None, max_examples=EXAMPLES, suppress_health_check=SLOW)
hypothesis.settings.load_profile("sceau")

pytest_plugins = ["tests.people", "tests.smtp"]  # the fixtures of the cast and of the relay


# Where a test that asks for no database is about values alone: it says the same beside either one, and runs once.
PURE = tuple(f"tests/{name}/" for name in ("core", "custody", "envelopes", "evidence", "notify", "ui", "vault", "web"))
# Pages looked at in a browser: what stands behind them has tests of its own on both sides, and stories/test_spine.py
# and test_everyday.py go through both; the former in one browser here, in two there.
LOOKS = (
    "tests/stories/test_desk.py",
    "tests/stories/test_engines.py",
    "tests/stories/test_viewing.py",
    "tests/stories/test_writing.py",
    "tests/ui/test_scripts.py",
    "tests/web/test_frame_browser.py",
    "tests/web/test_living_browser.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside PostgreSQL and S3, leave out what SQLite and files have shown already."""
    if not os.environ.get("SCEAU_TEST_DATABASE_URL"):
        return
    once = [item for item in items if item.nodeid.startswith(LOOKS) or _asks_for_no_database(item)]
    once += [item for item in items if item.nodeid.startswith("tests/stories/test_spine.py") and "firefox" in item.name]
    config.hook.pytest_deselected(items=once)
    gone = set(once)
    items[:] = [item for item in items if item not in gone]


def _asks_for_no_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return item.nodeid.startswith(PURE) and not asked and item.get_closest_marker("django_db") is None


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def installation_keys() -> Path:
    """The keys of an installation, made once a worker, with password hashing made cheap."""
    installation.cheapen_passwords()
    keys = Path(settings.SCEAU_KEYS)
    installation.create_keys(keys, PASSPHRASE)
    settings.SECRET_KEY = (keys / "secret.key").read_text().strip()
    return keys


@pytest.fixture(scope="session", autouse=True)
def cheap_flush() -> None:
    """TRUNCATE makes and syncs new files for every table and index, a third of a second a test; ours hold few rows.

    Foreign keys are checked when the transaction ends, so the order of tables does not matter.
    """

    def sql_flush(self: DatabaseOperations, _style: object, tables: list[str], **_options: bool) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign, assignment]


_put: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def noted_puts() -> None:
    """To ask an S3 server what it holds takes longer than many a test: it is asked after those that put something."""
    put = S3.put

    def noted(self: S3, name: str, chunks: Iterable[bytes]) -> None:
        _put.append(name)
        put(self, name, chunks)

    S3.put = noted  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def no_kept_blobs() -> Iterator[None]:
    """A test's database forgets its rows; the blobs that they named go too.

    So do its log's tiles and checkpoint, or the next test would be behind them (E7), and what this process remembers
    of its newest time.
    """
    yield
    log.forget_clock()
    store = blobs.store()
    if isinstance(store, S3) and not _put:
        return
    _put.clear()
    for entry in list(store.names("")):
        store.delete(entry.name)


@pytest.fixture
def blobs_folder() -> Path:
    """Where the file store keeps its blobs."""
    return Path(settings.SCEAU_DATA) / "store"

"""A bad configuration refuses to start, for the stated reason and with a way out."""

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import ERROR
from django.db import connection

from sceau.cli import checks, terminal

pytestmark = pytest.mark.django_db

CERTIFICATE = str(Path(__file__))  # any file that can be read


def faults() -> set[str]:
    return {str(message.id) for message in checks.installation() if message.level >= ERROR}


@pytest.fixture(autouse=True)
def sound(settings: Any) -> None:
    """A configuration without a fault, but for the tables: tests make them without migrations."""
    settings.SCEAU_MAIL_FROM = "sceau@exemple.fr"


@pytest.fixture(autouse=True)
def migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sceau.cli.checks.MigrationExecutor.migration_plan", lambda *_: [])


def test_a_sound_installation_starts() -> None:
    assert faults() == set()


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("sceau.E003", {"SCEAU_KEYS": Path("/nonexistent")}),
        ("sceau.E002", {"SCEAU_DATA": Path("/nonexistent")}),
        ("sceau.E005", {"SCEAU_CUSTODY_PASSPHRASE": ""}),
        ("sceau.E022", {"SCEAU_CUSTODY_PASSPHRASE": "une autre"}),
        ("sceau.E022", {"SCEAU_CUSTODY_KEY_FILE": Path("/nonexistent/custody.key")}),
        ("sceau.E009", {"SCEAU_TLS_CERTIFICATE": CERTIFICATE}),
        ("sceau.E009", {"SCEAU_TLS_CERTIFICATE": "/nonexistent", "SCEAU_TLS_KEY": CERTIFICATE}),
        ("sceau.E010", {"SCEAU_BIND": "0.0.0.0:8000"}),
        ("sceau.E010", {"SCEAU_BIND": "[::]:8000"}),
        ("sceau.E010", {"SCEAU_BIND": "192.168.1.2:80"}),
        ("sceau.E011", {"SCEAU_TRUSTED_PROXIES": ["proxy.exemple.fr"]}),
        ("sceau.E013", {"SCEAU_PUBLIC_URL": "sceau.exemple.fr"}),
        ("sceau.E013", {"SCEAU_PUBLIC_URL": "http://localhost:8000/sceau"}),
        ("sceau.E014", {"SCEAU_PUBLIC_URL": "http://autre.localhost:8000"}),
        ("sceau.E015", {"SCEAU_PUBLIC_URL": "http://sceau.exemple.fr", "SCEAU_HOSTS": ["sceau.exemple.fr"]}),
        ("sceau.E016", {"SCEAU_MAIL_FROM": "personne"}),
        (
            "sceau.E017",
            {
                "SCEAU_MAIL_FROM": "sceau@localhost.localdomain",
                "SCEAU_PUBLIC_URL": "https://sceau.exemple.fr",
                "SCEAU_HOSTS": ["sceau.exemple.fr"],
                "SCEAU_TRUSTED_PROXIES": ["10.0.0.1"],
            },
        ),
        ("sceau.E018", {"SCEAU_BLOBS": "s3", "SCEAU_S3_BUCKET": ""}),
        (
            "sceau.E019",
            {
                "SCEAU_DEMO": True,
                "SCEAU_PUBLIC_URL": "https://sceau.exemple.fr",
                "SCEAU_HOSTS": ["sceau.exemple.fr"],
                "SCEAU_TRUSTED_PROXIES": ["10.0.0.1"],
            },
        ),
        ("sceau.E020", {"SCEAU_PUBLIC_URL": "https://sceau.exemple.fr", "SCEAU_HOSTS": ["sceau.exemple.fr"]}),
    ],
)
def test_an_unsafe_setting_refuses_to_start(settings: Any, expected: str, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert faults() == {expected}


@pytest.mark.parametrize(
    "changes",
    [
        {"SCEAU_TLS_CERTIFICATE": CERTIFICATE, "SCEAU_TLS_KEY": CERTIFICATE, "SCEAU_BIND": "0.0.0.0:443"},
        {"SCEAU_TRUSTED_PROXIES": ["10.0.0.0/24", "::1"], "SCEAU_BIND": "0.0.0.0:8000"},
        {"SCEAU_BIND": "[::1]:8000"},
    ],
)
def test_tls_here_or_in_front_or_loopback_is_fine(settings: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert faults() == set()


def test_keys_below_the_data_are_refused(settings: Any) -> None:
    settings.SCEAU_DATA = settings.SCEAU_KEYS.parent
    assert faults() == {"sceau.E001"}


def test_a_key_that_others_can_read_is_refused(settings: Any) -> None:
    key = settings.SCEAU_KEYS / "signer.key"
    key.chmod(0o640)
    try:
        found = {message.id: str(message.msg) for message in checks.installation()}
    finally:
        key.chmod(0o600)
    assert "signer.key" in found["sceau.E004"]


def test_a_database_that_does_not_sync_is_refused() -> None:
    off, on = {
        "sqlite": ("PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"),
        "postgresql": ("SET synchronous_commit = off", "SET synchronous_commit = on"),
    }[connection.vendor]
    connection.ensure_connection()
    raw = connection.connection.cursor()
    if connection.vendor == "sqlite":
        raw.execute("ROLLBACK")  # SQLite changes it outside transactions only
    raw.execute(off)
    try:
        assert faults() == {"sceau.E007"}
    finally:
        raw.execute(on)
        if connection.vendor == "sqlite":
            raw.execute("BEGIN IMMEDIATE")


def test_an_armed_crash_point_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCEAU_FAILPOINT", "seal.blob-put")
    assert faults() == {"sceau.E012"}


def test_every_fault_has_its_own_id_and_a_way_out() -> None:
    source = Path(checks.__file__).read_text()
    ids = [line.split('"')[1] for line in source.splitlines() if line.strip().startswith("id=")]
    assert len(ids) == len(set(ids)) == source.count("hint=")


@pytest.mark.parametrize(("locale", "word"), [("fr_FR.UTF-8", "aide"), ("", "aide")])
def test_the_terminal_chooses_the_language(monkeypatch: pytest.MonkeyPatch, locale: str, word: str) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("LANG", "")
    with terminal.language():
        assert word in terminal.fault_lines(checks.help_page()).lower()

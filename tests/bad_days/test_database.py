"""The database is locked, or gone, when somebody saves, attaches or seals: what was typed comes back in the answer."""

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection, transaction
from django.test import Client
from psycopg import sql

from sceau.core import clock, ids
from sceau.core.errors import Busy, Error, Unconfirmed
from sceau.envelopes.models import Draft, Envelope
from sceau.ui import errors
from sceau.vault.models import Session
from tests.bad_days.desk import LETTER, file, form, names, saved, url
from tests.people import Member, text_of

pytestmark = pytest.mark.django_db(transaction=True)

BUSY = "Le service est très occupé : votre demande n’a pas été exécutée, et rien n’est perdu."
_IMPATIENT = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = '50ms'"}
Trouble = Callable[[], AbstractContextManager[None]]


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes, for longer than we wait."""
    with connection.cursor() as cursor:
        cursor.execute(_IMPATIENT[connection.vendor])
    with _another() as other:
        other.execute({"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}[connection.vendor])
        if connection.vendor == "postgresql":
            other.execute("LOCK TABLE envelopes_draft, vault_session IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            connection.close()


@contextmanager
def gone() -> Iterator[None]:
    """The server was stopped: connections end, new ones are refused. SQLite has none: its file goes."""
    if connection.vendor == "sqlite":
        yield from _without_file()
        return
    database = str(connection.settings_dict["NAME"])
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
    with _another("postgres") as other:
        other.execute(allow(sql.Identifier(database), sql.SQL("false")))
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        try:
            yield
        finally:
            other.execute(allow(sql.Identifier(database), sql.SQL("true")))
            connection.close()


def _without_file() -> Iterator[None]:
    connection.close()
    path = settings.SCEAU_DATA
    away = path.with_name("away")
    path.rename(away)
    try:
        yield
    finally:
        connection.close()
        away.rename(path)


@contextmanager
def _another(database: str = "") -> Iterator[Any]:
    """A connection that is not ours."""
    configured = connection.settings_dict
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(configured["NAME"], isolation_level=None)) as other:
            yield other
        return
    with psycopg.connect(
        host=configured["HOST"],
        port=configured["PORT"],
        user=configured["USER"],
        password=configured["PASSWORD"],
        dbname=database or configured["NAME"],
        autocommit=True,
    ) as other:
        yield other


@pytest.mark.parametrize("act", ["enregistrer", "sceller", "joindre"])
@pytest.mark.parametrize("idle", [False, True], ids=["at once", "after a while"])  # later, the session is written too
@pytest.mark.parametrize("trouble", [locked, gone])
def test_what_was_typed_comes_back_and_leaves_later(
    browser: Client, draft: Draft, claire: Member, marc: Member, trouble: Trouble, act: str, idle: bool
) -> None:
    if idle:
        Session.objects.update(acted_at=clock.now() - timedelta(minutes=1))
    fields = form(draft, marc.address) | ({"file": file("radio.pdf", 30_000)} if act == "joindre" else {})
    with trouble():
        answer = browser.post(url(draft, act), fields)
    close_old_connections()  # as the server does between two requests
    assert answer.status_code == 503
    assert BUSY in text_of(answer)
    assert answer["Retry-After"]
    page = answer.content.decode()
    assert f"{LETTER}</textarea>" in page
    assert str(marc.address) in page
    assert saved(draft, claire).text == "Bonjour."
    assert names(draft, claire) == ["compte-rendu.pdf"]
    assert not Envelope.objects.exists()
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
    assert Envelope.objects.get().documents == 1


@pytest.mark.parametrize(("method", "path"), [("get", "/"), ("get", "/recues"), ("post", "/deconnexion")])
def test_nobody_is_taken_for_a_stranger_meanwhile(browser: Client, method: str, path: str) -> None:
    """« Se déconnecter » would be answered with "Vous êtes déconnecté", and the session go on."""
    with gone():
        answer = getattr(browser, method)(path)
    close_old_connections()
    assert answer.status_code == 503
    assert BUSY in text_of(answer)
    assert browser.get("/recues").status_code == 200


@pytest.mark.parametrize("trouble", [locked, gone])
def test_a_script_that_saves_is_told_and_tries_again(
    browser: Client, draft: Draft, claire: Member, trouble: Trouble
) -> None:
    Session.objects.update(acted_at=clock.now() - timedelta(minutes=1))
    with trouble():
        answer = browser.post(url(draft, "enregistrer"), form(draft), headers={"Accept": "application/json"})
    close_old_connections()
    assert answer.status_code == 503
    assert answer.json()["code"] == "busy"
    assert browser.post(url(draft, "enregistrer"), form(draft)).status_code == 303
    assert saved(draft, claire).text == LETTER


def _hang_up() -> None:
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def _act(*, lost: str) -> None:
    with transaction.atomic():
        if lost == "before":
            _hang_up()
        Draft.objects.filter(id=ids.new()).delete()
        if lost == "at the commit":
            _hang_up()


@pytest.mark.parametrize(("lost", "expected"), [("before", Busy), ("at the commit", Unconfirmed)])
def test_an_answer_that_is_lost_with_the_commit_is_not_called_a_refusal(lost: str, expected: type[Error]) -> None:
    """The server may have committed before it went away: nobody here knows."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite commits in our own process: it answers or the process is gone")
    with pytest.raises(OperationalError) as trouble:
        _act(lost=lost)
    assert type(errors.of_database(trouble.value)) is expected

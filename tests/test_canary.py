"""The canary: what people write, and what lets them in, is nowhere but where it must be (attack 39).

One installation lives a day: people sign up, write, attach 39 MB, seal, are told, open, take all of it home; they
mistype, send too much, are refused, meet a crash; it is backed up and restored. Every word that was unique is then
looked for in every spelling, everywhere: subject, body, file name and content of documents, addresses outside, the word
that mails show, codes, links, cookies, passwords.
"""

import os
import re
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from sceau.blobs.s3 import connect
from tests import canary, deployment, parts, s3
from tests.attacks import traces
from tests.attacks.errand import CLAIRE, MARC, Day, Words
from tests.attacks.visitor import Account
from tests.deployment import Deployment


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployment]:
    with deployment.deployed(tmp_path / "site", parts.settings_of_servers(tmp_path)) as running:
        yield running


def stores(settings: dict[str, str]) -> Iterator[traces.Trace]:
    """Database and blobs of an installation, whichever they are."""
    yield from traces.rows(settings)
    yield from traces.files(Path(settings["SCEAU_DATA"]))
    if url := settings.get("SCEAU_DATABASE_URL"):
        yield from traces.server(url)
    if settings.get("SCEAU_S3_BUCKET"):
        yield from traces.objects(settings)


@pytest.mark.attack(39)
@pytest.mark.req("V11", "V13", "V15")
@pytest.mark.timeout(400)
@pytest.mark.slow
def test_a_day_of_an_installation_leaves_no_word_anywhere(site: Deployment, tmp_path: Path) -> None:
    began, words = time.time() - 1, Words()
    day = Day(site, words)
    day.strangers_knock()
    day.marc_writes()
    site.mails.wait(CLAIRE, "enveloppe")
    day.claire_reads()
    site.mails.wait(MARC, "a ouvert")
    day.everything_goes_wrong()
    limits = {traces.core_limit(pid) for pid in traces.family(process.pid for process in site.processes)}
    restored = day.backed_up_and_restored()
    living = [*stores(site.environment), *stores(restored)]
    _end(site)
    assert limits == {"0"}
    _nothing_is_left(day, living, began)


def _end(site: Deployment) -> None:
    """As an operator does: what is written on the way out is searched too."""
    for process in site.processes:
        process.terminate()
        process.wait(30)
    site.processes.clear()


def _nothing_is_left(day: Day, living: list[traces.Trace], began: float) -> None:
    site, words = day.site, day.words
    told = [("commands", b"\n".join(day.outputs)), ("log", site.logs.read_bytes())]
    assert b'"web:draft-save"' in told[1][1]  # it is the log of this day
    assert b'"crash"' in told[1][1]
    assert {"table notify_notice", "table jobs_job", "table envelopes_envelope"} <= {where for where, _ in living}
    assert sum(len(octets) for _, octets in living) > 2 * 50_000_000  # the large envelope, here and restored
    everywhere = [*living, *told, *traces.files(site.folder), *traces.fresh(began)]
    assert traces.left(words.all, everywhere) == {}
    assert day.watched == {}
    assert day.looks == (3 if os.geteuid() == 0 else 0)
    for account in (day.claire, day.marc):
        _nothing_lets_in(account, [*living, *told, *traces.files(site.folder)])
    _mails_say_no_more_than_they_should(day)


def _nothing_lets_in(account: Account, everywhere: list[traces.Trace]) -> None:
    """Passwords, the recovery code, links, cookies; and codes, which are too short to be looked for in any spelling."""
    known = [account.password, account.recovery_code, *account.tokens]
    known += [cookie for cookie in account.visitor.seen if len(cookie) > 30]
    small = [(where, octets) for where, octets in everywhere if "/blobs/" not in where]
    assert traces.left(known, small) == {}
    for code in account.codes:
        # Neither in the fraction of a second nor, by chance, inside the hexadecimal octets of a dump.
        spelt = re.compile(rb"(?<![0-9A-Fa-f.])" + code.encode() + rb"(?![0-9A-Fa-f])")
        assert [where for where, octets in small if spelt.search(octets)] == []


def _mails_say_no_more_than_they_should(day: Day) -> None:
    codes = {code for account in (day.claire, day.marc) for code in account.codes}
    for _, to, octets in day.site.mails.raw:
        found = canary.search(octets, [day.words.stem, day.words.accented])
        assert not found or to == day.words.newcomer  # his own address, in a mail to him
        is_code = re.search(rb"^Subject: .*\d{6}", octets, re.MULTILINE) is not None
        assert is_code or not any(code.encode() in octets for code in codes)
    assert any(canary.search(octets, [day.words.shown]) for _, to, octets in day.site.mails.raw if to == MARC)


# The search itself: one leak in each place must be found there.


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """A data folder with a database like ours: one table, write-ahead log."""
    with closing(sqlite3.connect(tmp_path / "sceau.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE accounts_person (zone TEXT, octets BLOB)")
        database.commit()
    return {"SCEAU_DATA": str(tmp_path)}


@pytest.mark.attack(39)
class TestTheSearchFindsALeak:
    WORD = "canari0123456789ab"

    def found(self, these: Iterator[traces.Trace]) -> str:
        return " ".join(traces.left([self.WORD], these))

    @pytest.mark.parametrize("value", [WORD, WORD.encode("utf-16-le"), f'{{"texte": "{WORD}"}}'])
    def test_in_a_row(self, place: dict[str, str], value: object) -> None:
        with closing(sqlite3.connect(Path(place["SCEAU_DATA"]) / "sceau.sqlite3")) as database:
            database.execute("INSERT INTO accounts_person VALUES ('', ?)", [value])
            database.commit()
        assert "table accounts_person" in self.found(stores(place))

    def test_in_the_journal_of_the_database_though_the_row_is_gone(self, place: dict[str, str]) -> None:
        with closing(sqlite3.connect(Path(place["SCEAU_DATA"]) / "sceau.sqlite3")) as database:
            database.execute("INSERT INTO accounts_person VALUES (?, NULL)", [self.WORD])
            database.commit()
            database.execute("DELETE FROM accounts_person")
            database.commit()
            assert self.found(traces.rows(place)) == ""
            assert "sceau.sqlite3-wal" in self.found(stores(place))

    def test_in_a_blob_and_in_the_name_of_a_file(self, place: dict[str, str]) -> None:
        store = Path(place["SCEAU_DATA"]) / "store" / "blobs"
        store.mkdir(parents=True)
        (store / "abcd").write_bytes(b"\0" * 5000 + self.WORD.encode())
        (store / self.WORD).write_bytes(b"")
        assert self.found(stores(place)).count("/blobs/") == 2

    @pytest.mark.parametrize("folder", traces.SHARED)
    def test_in_a_temporary_folder_and_in_shared_memory(self, folder: Path) -> None:
        began, path = time.time() - 1, folder / f"fuite-{secrets.token_hex(4)}"
        try:
            path.write_text(self.WORD)
            assert str(path) in self.found(traces.fresh(began))
        finally:
            path.unlink()

    def test_in_a_file_without_a_name_that_a_process_holds(self) -> None:
        """A temporary file as libraries make them, deleted while open; and one that exists in memory alone."""
        code = (
            "import os, sys, tempfile, time\n"
            "word = sys.stdin.readline().encode()\n"
            "one = tempfile.TemporaryFile(); one.write(word); one.flush()\n"
            "two = os.memfd_create('x'); os.write(two, word)\n"
            "print(flush=True); time.sleep(60)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            _tell(child, self.WORD)
            found = self.found(traces.open_files(traces.family([os.getpid()]) - {os.getpid()}))
            assert found.count("deleted") == 2
        finally:
            child.kill()
            child.communicate()

    def test_on_postgresql_and_s3(self, tmp_path: Path) -> None:
        """In a row, in the server's files and write-ahead log once the row is gone, and in an object."""
        settings = parts.settings_of_servers(tmp_path)
        if not settings:
            pytest.skip("wants PostgreSQL and S3: make test-postgresql brings them")
        with psycopg.connect(settings["SCEAU_DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE TABLE accounts_person (zone TEXT)")
            connection.execute("INSERT INTO accounts_person VALUES (%s)", [self.WORD])
            found = self.found(traces.rows(settings)) + self.found(traces.server(settings["SCEAU_DATABASE_URL"]))
            assert "table accounts_person" in found
            assert "pg_dump" in found
            connection.execute("DELETE FROM accounts_person")
        assert "/pg_wal/" in self.found(traces.server(settings["SCEAU_DATABASE_URL"]))
        client = connect(settings["SCEAU_S3_ENDPOINT"], s3.REGION, s3.ACCESS_KEY, s3.SECRET_KEY)
        client.put_object(Bucket=settings["SCEAU_S3_BUCKET"], Key="blobs/ab/cd", Body=self.WORD.encode())
        assert "object blobs/ab/cd" in self.found(traces.objects(settings))


def _tell(child: "subprocess.Popen[bytes]", word: str) -> None:
    """Give it the word; it answers with a line once the word is in its files."""
    assert child.stdin
    assert child.stdout
    child.stdin.write(word.encode() + b"\n")
    child.stdin.flush()
    child.stdout.readline()

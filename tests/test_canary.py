"""The canary: what people write, and what lets them in, is nowhere but where it must be (attack 39).

One installation lives a day: people sign up, write, attach 39 MB, seal, are told, open, take all of it home; they
mistype, send too much, are refused, meet a crash; it is backed up and restored. Every word that was unique is then
looked for in every spelling, everywhere: subject, body, file name and content of documents, addresses outside, the word
that mails show, codes, links, cookies, passwords.
"""

import base64
import gzip
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import structlog

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


def stores(settings: dict[str, str], since: float = 0) -> Iterator[traces.Trace]:
    """Database and blobs of an installation, whichever they are."""
    yield from traces.rows(settings)
    yield from traces.files(Path(settings["SCEAU_DATA"]))
    if url := settings.get("SCEAU_DATABASE_URL"):
        yield from traces.server(url, since)
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
    living = [*stores(site.environment, began), *stores(restored, began)]
    _end(site)
    assert limits == {"0"}
    _nothing_is_left(day, living, began)
    # These processes show their open files to root alone (V15): anybody else has seen all the rest pass by now.
    parts.need("the look into files held open while 39 MB arrive", "" if os.geteuid() == 0 else "root")
    assert day.looks == 3


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
        assert [where for where, octets in small if code.encode() in octets and spelt.search(octets)] == []


def _mails_say_no_more_than_they_should(day: Day) -> None:
    codes = {code for account in (day.claire, day.marc) for code in account.codes}
    assert _told_too_much(day.site.mails.raw, day.words, codes) == []
    assert any(canary.search(octets, [day.words.shown]) for _, to, octets in day.site.mails.raw if to == MARC)


def _told_too_much(mails: Iterable[tuple[float, str, bytes]], words: Words, codes: set[str]) -> list[str]:
    """The mails that hold a word, or a code without being the mail of a code: by their subject line."""
    found = []
    for _, to, octets in mails:
        subject = re.search(rb"^Subject: .*", octets, re.MULTILINE)
        line = subject[0] if subject else b""
        # His own address, in a mail to him, is nobody's secret.
        says_a_word = to != words.newcomer and canary.search(octets, [words.stem, words.accented])
        says_a_code = not re.search(rb"\d{6}", line) and any(code.encode() in octets for code in codes)
        found += [line.decode("ascii", "replace")] if says_a_word or says_a_code else []
    return found


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

    @pytest.mark.parametrize("escaped", [False, True])
    def test_in_a_line_of_a_log(self, tmp_path: Path, escaped: bool) -> None:
        """As our services write them, and as others write JSON; the word has an accent."""
        with (tmp_path / "sceau.log").open("w") as file:
            written = structlog.wrap_logger(
                structlog.WriteLogger(file), processors=[structlog.processors.JSONRenderer(ensure_ascii=escaped)]
            )
            written.error("crash", error=["ValueError", "Zéphyrine-Quetzal"])
        assert traces.left(["Zéphyrine-Quetzal"], traces.files(tmp_path))

    def test_in_a_backup_in_the_database_or_in_a_blob(self, place: dict[str, str], tmp_path: Path) -> None:
        data, backup = Path(place["SCEAU_DATA"]), tmp_path / "backup"
        with closing(sqlite3.connect(data / "sceau.sqlite3")) as database:
            database.execute("INSERT INTO accounts_person VALUES ('', ?)", [self.WORD.encode()])
            database.commit()
            backup.mkdir()
            database.execute("VACUUM INTO ?", [str(backup / "database.sqlite3")])  # as cli.snapshots does
        (backup / "blob").write_bytes(gzip.compress(self.WORD.encode()))
        assert {Path(where).name for where in traces.left([self.WORD], traces.files(backup))} == {
            "database.sqlite3",
            "blob",
        }

    @pytest.mark.parametrize(
        ("mail", "found"),
        [
            (b"Subject: Bonjour\n\n" + base64.b64encode(b"a word: " + WORD.encode()), True),
            (b"Subject: " + WORD.encode() + b"\n\nBonjour", True),
            (b"Subject: Bonjour\n\nVotre code : 259956", True),
            (b"Subject: [259956] - Votre code\n\n259956", False),
            (b"Subject: Bonjour\n\nUne enveloppe vous attend", False),
        ],
    )
    def test_in_a_mail(self, mail: bytes, found: bool) -> None:
        words = Words()
        words.stem = self.WORD
        assert bool(_told_too_much([(0, CLAIRE, mail)], words, {"259956"})) is found

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
        began, url = time.time() - 1, settings["SCEAU_DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE accounts_person (zone TEXT)")
            connection.execute("INSERT INTO accounts_person VALUES (%s)", [self.WORD])
            found = self.found(traces.rows(settings)) + self.found(traces.server(url, began))
            assert "table accounts_person" in found
            assert "pg_dump" in found
            connection.execute("DELETE FROM accounts_person")
        assert "/pg_wal/" in self.found(traces.server(url, began))
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

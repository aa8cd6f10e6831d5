"""One day of an installation, full of words that exist nowhere else: the canary's errand."""

import os
import re
import secrets
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlsplit

import psycopg

from tests import deployment, parts
from tests.attacks import traces
from tests.attacks.visitor import Visitor, sign_up
from tests.deployment import Deployment

CLAIRE, MARC = "claire.vasseur@exemple.fr", "marc.benali@exemple.fr"
PIECE = 1 << 16


class Words:
    """Unique to this run. One stem is in everything that nobody but the readers may see."""

    def __init__(self) -> None:
        self.stem = f"canari{secrets.token_hex(6)}"
        self.accented = f"Éc{secrets.token_hex(4)}çà"
        self.shown = f"mot{secrets.token_hex(5)}"  # mails show it, by their reader's wish
        self.subject = f"{self.stem} objet {self.accented}"
        self.body = f"{self.stem} lettre {self.accented}\nau revoir"
        self.file_name = f"{self.stem}-{self.accented}.pdf"
        self.newcomer = f"{self.stem}-nouvelle@ailleurs.example"
        self.lost = f"{self.stem}-perdu@ailleurs.example"
        self.refused = f"{self.stem}-refuse@ailleurs.example"

    @property
    def all(self) -> tuple[str, ...]:
        return self.stem, self.accented, self.shown

    def document(self, size: int) -> Iterator[bytes]:
        """A PDF whose every kilobyte says who it is."""
        line = f"{self.stem} document {self.accented} ".encode().ljust(1024, b".")
        block = (b"%PDF-1.7 " + line * 64)[:PIECE]
        for start in range(0, size, PIECE):
            yield block[: size - start]


class Day:
    """What happens, in order."""

    def __init__(self, site: Deployment, words: Words) -> None:
        self.site, self.words = site, words
        self.outputs: list[bytes] = []
        self.watched: dict[str, list[str]] = {}
        self.looks = 0
        self.claire = sign_up(site, CLAIRE, "Claire", "Vasseur")
        self.marc = sign_up(site, MARC, "Marc", "Benali")

    def strangers_knock(self) -> None:
        """Addresses that nobody here has; the relay refuses one of them, in words."""

        async def refuse(server: object, session: object, envelope: object, address: str, options: object) -> str:
            if address == self.words.lost:
                return f"550 5.1.1 <{address}> {self.words.subject.encode('ascii', 'ignore').decode()}"
            envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]  # aiosmtpd's own
            return "250 OK"

        self.site.mails.handle_RCPT = refuse  # type: ignore[attr-defined]
        stranger = Visitor(self.site)
        assert stranger.post("/inscription", {"address": self.words.newcomer}).status == 303
        assert stranger.post("/acces-perdu", {"address": self.words.lost}).status == 303
        assert stranger.post("/acces-perdu", {"address": CLAIRE}).status == 303
        form = {"address": self.words.lost, "password": f"{self.words.subject}1A!"}
        assert stranger.post("/connexion", form).status == 422
        link = deployment.link(self.site.mails.wait(CLAIRE, "Accès perdu"))
        self.claire.tokens.append(urlsplit(link).path.rpartition("/")[2])

    def marc_writes(self) -> None:
        """Saves, a saved word under lock, documents small and large, one too large, a recipient who is refused."""
        words, visitor = self.words, self.marc.visitor
        self.marc.sign_in()
        assert visitor.post("/compte/notifications", {"opened": "on", "word": words.shown}).status == 303
        draft = visitor.get("/rediger").location
        form = {"revision": "0", "to": words.refused, "subject": words.subject, "body": words.body}
        for revision in range(3):
            form |= {"revision": str(revision), "body": f"{words.body} {revision}"}
            assert visitor.post(f"{draft}/enregistrer", form, page=draft).status == 303
        visitor.post("/verrou/fermer", page="/compte")
        locked = {**form, "revision": "3", "body": f"{words.body} verrouillée"}
        assert "/verrou" in visitor.post(f"{draft}/enregistrer", locked, page="/verrou").location
        assert visitor.post("/verrou", {"password": self.marc.password}).status == 303
        for size in (1000, 38_999_000):
            pieces = self.watching(words.document(size), size)
            assert visitor.upload(f"{draft}/joindre", words.file_name, pieces, size, {}).status == 303
        too_large = visitor.upload(f"{draft}/joindre", words.file_name, words.document(41_000_000), 41_000_000, {})
        assert too_large.status == 413
        form |= {"revision": self.revision(draft), "to": words.refused}
        assert visitor.post(f"{draft}/sceller", form, page=draft).status == 422
        form |= {"revision": self.revision(draft), "to": CLAIRE, "label": "report"}
        sealed = visitor.post(f"{draft}/sceller", form, page=draft)
        assert sealed.status == 303, sealed.text

    def revision(self, draft: str) -> str:
        found = re.search(r'name="revision" value="(\d+)"', self.marc.visitor.get(draft).text)
        assert found
        return found[1]

    def watching(self, pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
        """Looks, while the document is on its way, at every file that a process of the site holds open."""
        sent, marks = 0, [size // 4, size // 2, size - PIECE]
        for piece in pieces:
            yield piece
            sent += len(piece)
            if size > PIECE and marks and sent >= marks[0]:
                marks.pop(0)
                self.look()

    def look(self) -> None:
        if os.geteuid() == 0:  # these processes show their files to nobody else (V15)
            processes = traces.family(process.pid for process in self.site.processes)
            self.watched |= traces.left(self.words.all, traces.open_files(processes))
            self.watched |= traces.left(self.words.all, traces.files(self.site.folder / "tmp"))
            self.looks += 1

    def claire_reads(self) -> None:
        words, visitor = self.words, self.claire.visitor
        self.claire.sign_in()
        found = re.search(r"/enveloppes/[0-9a-f-]{36}", visitor.get("/recues").text)
        assert found
        page = found[0]
        assert visitor.post(f"{page}/ouvrir", page=page).status == 303
        shown = visitor.get(page).text
        assert words.stem in shown
        assert visitor.get(f"{page}/documents/2").body == b"".join(words.document(1000))
        for path in ("documents/3", "documents.zip", "message.eml"):
            assert visitor.get(f"{page}/{path}").status == 200
        for path in ("preuve.pdf", "preuve.json", "preuves.zip"):
            self.until_published(f"{page}/{path}")
        assert visitor.get("/tout-telecharger/envois-1.zip?dossier=received&dossier=sent").status == 200
        self.leave_a_draft(page)

    def leave_a_draft(self, page: str) -> None:
        """An answer that waits, with a document: the one thing that stays half-way."""
        visitor = self.claire.visitor
        draft = visitor.post(f"{page}/repondre", page=page).location
        assert (
            visitor.upload(f"{draft}/joindre", self.words.file_name, self.words.document(5000), 5000, {}).status == 303
        )

    def until_published(self, path: str) -> None:
        end = time.monotonic() + 60
        while (status := self.claire.visitor.get(path).status) == 503 and time.monotonic() < end:
            time.sleep(0.2)
        assert status == 200

    def everything_goes_wrong(self) -> None:
        """Requests that are none, pages that are not there, a page that crashes: each carries the words."""
        words, visitor = self.words, self.marc.visitor
        plain = quote(words.subject)
        assert visitor.get(f"/{plain}?q={plain}").status == 404
        assert visitor.get(f"/enveloppes/{secrets.token_hex(16)}?{plain}").status == 404
        latin = words.subject.encode().decode("latin-1")
        assert visitor.get("/recues", referer=latin, **{"user-agent": latin, "x-forwarded-for": latin}).status == 200
        assert visitor.get("/recues", host=f"{words.stem}.example").status == 400
        form = {"content-type": "application/x-www-form-urlencoded"}
        for body, kind in (
            (words.body.encode() * 40_000, form["content-type"]),
            (b"&".join([b"a=" + words.stem.encode()] * 1100), form["content-type"]),
            (words.body.encode(), "multipart/form-data; boundary=absent"),
            (words.body.encode(), f"multipart/form-data; boundary={words.stem}"),
        ):
            assert visitor.ask("POST", "/connexion", [body], {"content-type": kind}).status in (400, 403, 413)
        assert visitor.upload("/compte/notifications/x", words.file_name, words.document(99), 99, {}).status in (
            400,
            404,
        )
        assert visitor.post("/compte/notifications", {"word": words.stem + "x" * 40}).status == 422
        self.crash()

    def crash(self) -> None:
        """Marc's time zone becomes one that does not exist: saving by script crashes with his words in hand."""
        visitor, words = self.marc.visitor, self.words
        draft = visitor.get("/rediger").location
        token, form = visitor.token(draft), {"revision": "0", "to": words.refused, "body": words.body}
        self._write("UPDATE accounts_person SET zone = 'Nulle/Part' WHERE email = 'marc.benali@exemple.fr'")
        body = {"csrfmiddlewaretoken": token, **form, "subject": words.subject}
        encoded = "&".join(f"{quote(key)}={quote(value)}" for key, value in body.items()).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        crashed = visitor.ask("POST", f"{draft}/enregistrer", [encoded], headers)
        assert (crashed.status, words.stem in crashed.text) == (500, False)
        self._write("UPDATE accounts_person SET zone = 'Europe/Paris'")

    def backed_up_and_restored(self) -> dict[str, str]:
        """The settings of the second installation."""
        folder = self.site.folder
        self.outputs.append(self.site.run("backup", str(folder / "sauvegardes")).stdout)
        (generation,) = (folder / "sauvegardes").glob("2*")
        (folder / "restaure").mkdir(mode=0o700)
        second = {"SCEAU_DATA": str(folder / "restaure"), **parts.settings_of_servers(folder)}
        restored = {**self.site.environment, **second}
        command = [deployment.SCEAU, "restore", str(generation)]
        done = subprocess.run(command, env=restored, capture_output=True, timeout=120, check=True)
        self.outputs += [done.stdout, done.stderr]
        return restored

    def _write(self, statement: str) -> None:
        if url := self.site.environment.get("SCEAU_DATABASE_URL"):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(statement.encode())
            return
        with closing(sqlite3.connect(self.site.data / "sceau.sqlite3", timeout=20)) as database:
            database.execute(statement)
            database.commit()

"""The thief's drill (attack 33): he has disks, settings, backups and key files, but neither custody nor a login."""

import csv
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from sceau import blobs
from sceau.accounts import people as accounts
from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.cli import backups
from sceau.core import clock
from sceau.core.errors import Error
from sceau.demo.cast import CLAIRE, LEA, MARC
from sceau.envelopes import auto_reply, filing, listing, pieces, search_index, sending, snippets
from sceau.envelopes.auto_reply import Absence
from sceau.envelopes.models import Copy, Envelope, Opening
from sceau.notify import words
from sceau.notify.models import Notice
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import canary, people
from tests.attacks import haul
from tests.attacks.haul import Lock, Secrets
from tests.attacks.test_guessing import pending
from tests.attacks.test_sessions import cookie, row
from tests.envelopes import desk
from tests.people import CHLOE, Member, join, sign_in

pytestmark = [pytest.mark.attack(33), pytest.mark.req("V1", "V12")]

DOCS = Path(__file__).parents[2] / "docs"
NEW = "Vent-frais 7 collines"
# What the drill looks for in the haul; the names are those of docs/threats.md.
HIDDEN = {
    "subjects": "Objet-Zéphyrine-Quetzal",
    "bodies": "Corps-Zéphyrine-Quetzal",
    "file names": "Fichier-Zéphyrine-Quetzal.pdf",
    "outside addresses": "zephyrine.quetzal@dehors.example",
    "labels": "prescription",
}

# Sealed to the queue key for as long as they are needed: what future mails will show, and what auto-replies say.
FOR_THE_WORKER = {"accounts_person.notice_word", "envelopes_envelope.held", "envelopes_autoreply.sealed"}


@pytest.fixture
def secrets(db: None) -> Secrets:
    """A site in full use: letters, drafts, uploads, people in every state of coming in, mails that wait."""
    claire, marc, chloe, lea = join(CLAIRE), join(MARC), join(CHLOE), join(LEA)
    everybody = {str(member.address): member for member in (claire, marc, chloe, lea)}
    accounts.choose_notices(claire.person, set(), word=words.seal(claire.person.id, "Zéphyr"))
    by = people.actor(claire)
    desk.attach(
        desk.write(by, HIDDEN["outside addresses"], subject=HIDDEN["subjects"], text=HIDDEN["bodies"]),
        HIDDEN["file names"],
        HIDDEN["bodies"].encode(),
    )
    draft = desk.write(by, str(marc.address), subject=HIDDEN["subjects"], text=HIDDEN["bodies"], label="prescription")
    desk.attach(draft, HIDDEN["file names"], HIDDEN["bodies"].encode())
    desk.open_copy(sending.seal(draft, by=by, at=clock.now()), marc)
    _arrive_and_be_away(by, marc)
    _keep_order(by)
    _keep_order(people.actor(marc))
    visitor = Client()
    visitor.post("/inscription", {"address": HIDDEN["outside addresses"]})
    visitor.post("/acces-perdu", {"address": lea.person.email})
    form = {"way": "wait", "password": NEW, "repeat": NEW}
    visitor.post(people.link(lea.person.email, "recovery"), form)
    locked = sign_in(chloe)
    locked.post("/verrou/fermer")
    return Secrets(
        passwords={address: member.password for address, member in everybody.items()},
        recovery_codes={address: member.recovery_code for address, member in everybody.items()},
        cookies=[cookie(browser) for browser in (sign_in(claire), pending(marc), locked)],
        links=[people.link(HIDDEN["outside addresses"], "signup").rpartition("/")[2]],
        receptions={lea.person.email: NEW},
    )


def _arrive_and_be_away(by: Actor, marc: Member) -> None:
    """A document that is not whole yet, an envelope that waits for its hour, and somebody who is away."""
    document = HIDDEN["bodies"].encode()
    arrival = pieces.begin(desk.write(by, ""), HIDDEN["file names"], "text/plain", 1_000_000, at=clock.now())
    pieces.add(arrival, 0, [document], at=clock.now())
    tomorrow = clock.now() + timedelta(days=1)
    desk.send(by, str(marc.address), subject=HIDDEN["subjects"], deliver_at=f"{tomorrow:%Y-%m-%dT%H:%M}")
    auto_reply.set(Absence("Absent.", clock.now(), tomorrow), by=people.actor(marc), at=clock.now())


def _keep_order(by: Actor) -> None:
    """A mailbox that was listed and searched, with a folder, a template and a signature of its own."""
    at = clock.now()
    for folder in (Copy.Folder.RECEIVED, Copy.Folder.SENT):
        listing.page(folder, by=by)
    assert search_index.build(by, at=at, until=lambda: False) == 0
    filing.create(HIDDEN["subjects"], by=by, at=at)
    snippets.add(HIDDEN["subjects"], HIDDEN["bodies"], by=by, at=at)
    snippets.sign(HIDDEN["bodies"], by=by, at=at)


def opened(locks: list[Lock], keys: set[bytes]) -> dict[str, list[object]]:
    """What any of these keys opens, by column."""
    found: dict[str, list[object]] = {}
    for lock in locks:
        for key in keys:
            with suppress(Error, ValueError):
                plaintext = lock.open(key)
                found.setdefault(lock.column, []).append(plaintext)
    return found


def sealed_columns() -> set[str]:
    with (DOCS / "columns.csv").open(encoding="utf-8", newline="") as file:
        return {f"{line['table']}.{line['column']}" for line in csv.DictReader(file) if line["holds"] == "sealed"}


class TestEveryKeyOnEveryLock:
    def test_the_right_key_opens_each_lock_and_no_column_is_left_out(self, secrets: Secrets) -> None:
        """Otherwise the drill below would prove nothing."""
        locks = list(haul.locks(secrets))
        assert {lock.column for lock in locks} == sealed_columns() | {"blob"}
        for lock in locks:
            assert lock.open(lock.right)

    def test_without_key_files_nothing_opens(self, secrets: Secrets) -> None:
        """Database, blobs, backups: the first line of the table in docs/threats.md."""
        assert opened(list(haul.locks(secrets)), haul.candidates({})) == {}

    def test_with_every_key_file_but_custody_s_only_waiting_mails_open(self, secrets: Secrets) -> None:
        """And what they say opens the address of a newcomer: the second line."""
        locks, stolen = list(haul.locks(secrets)), haul.key_files(Path(settings.SCEAU_KEYS))
        assert {"queue.key", "signer.key", "log.key", "seal.key", "secret.key", "custody.pub"} <= set(stolen)
        keys = haul.candidates(stolen)
        found = opened(locks, keys)
        assert set(found) == {"notify_notice.sealed", *FOR_THE_WORKER}
        told = {text for mail in found["notify_notice.sealed"] if isinstance(mail, bytes) for text in haul.learnt(mail)}
        more = opened(locks, haul.candidates(stolen, *told) - keys)
        assert set(more) == {"accounts_signup.sealed_address"}

    def test_once_the_mails_have_left_no_content_and_no_address_opens(self, secrets: Secrets) -> None:
        Notice.objects.update(state=Notice.State.SENT, sealed=None)
        found = opened(list(haul.locks(secrets)), haul.candidates(haul.key_files(Path(settings.SCEAU_KEYS))))
        assert set(found) == FOR_THE_WORKER

    def test_the_custody_file_itself_is_under_its_passphrase(self, secrets: Secrets) -> None:
        data = Path(settings.SCEAU_CUSTODY_KEY_FILE).read_bytes()
        assert haul.custody_seed("recovery") not in data
        assert set(opened(list(haul.locks(secrets)), {data, data[-32:]})) == set()


@pytest.mark.req("V6")
class TestOneSession:
    """A row of the table, with or without its cookie."""

    def test_an_open_one_without_its_cookie_opens_nothing(self, secrets: Secrets) -> None:
        session = Session.objects.get(state=Session.State.OPEN)
        keys = haul.candidates({}, bytes(session.id), bytes(session.wrapped_key or b""), session.handle.bytes)
        assert opened(list(haul.locks(secrets)), keys) == {}

    @pytest.mark.req("V7")
    def test_a_locked_one_with_its_cookie_opens_nothing(self, secrets: Secrets) -> None:
        """Neither by our functions nor by trying the cookie on everything: the wrapped key is gone."""
        locked = secrets.cookies[2]
        found = sessions.find(locked, at=clock.now(), human=True)
        assert found
        assert (found.session.state, found.keys, found.session.wrapped_key) == (Session.State.LOCKED, None, None)
        half = sessions._half(locked)
        keys = haul.candidates(haul.key_files(Path(settings.SCEAU_KEYS)), half, locked.encode())
        left = opened(list(haul.locks(secrets)), keys)
        assert set(left) == {"notify_notice.sealed", *FOR_THE_WORKER}  # by the queue key, as above

    def test_a_pending_one_with_its_cookie_reaches_nothing(self, secrets: Secrets) -> None:
        """The server gives no key before the code. Who holds the row too has what the password gave: ten minutes of
        this person's own key, and nobody else's."""
        waiting = secrets.cookies[1]
        found = sessions.find(waiting, at=clock.now(), human=True)
        assert found
        assert found.keys is None
        with pytest.raises(sessions.SessionGone):
            sessions.unlock(waiting, secrets.passwords[MARC.email], at=clock.now())
        left = opened(list(haul.locks(secrets)), {sessions._half(waiting)})
        assert left == {"vault_session.wrapped_key": [secrets.seed(MARC.email)]}

    def test_locking_forgets_the_key_in_the_row_itself(self, secrets: Secrets) -> None:
        browser = Client()
        browser.cookies["__Host-sceau"] = secrets.cookies[0]
        before = bytes(row(browser).get().wrapped_key or b"")
        browser.post("/verrou/fermer")
        stored = [bytes(value) for value in haul._values()]
        assert before
        assert before not in stored


class TestWhatIsReadable:
    """Everything the thief reads is in the first line of the table, and everything in that line is there to read."""

    def line(self) -> tuple[set[str], set[str]]:
        text = (DOCS / "threats.md").read_text()
        found = re.search(r"^\| disk, database, blobs, backups \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
        assert found
        return set(found[1].split(", ")), set(found[2].split(", "))

    def test_the_document_names_what_the_rows_tell(self, secrets: Secrets) -> None:
        readable, _ = self.line()
        envelope = Envelope.objects.get(deliver_at=None)
        received = Copy.objects.get(envelope=envelope, role=Copy.Role.TO)
        opening = Opening.objects.get(copy=received)
        told = {
            "accounts": {person.email for person in Person.objects.all()} >= {CLAIRE.email, MARC.email},
            "who wrote to whom inside Sceau": (envelope.mailbox.address, received.mailbox.address)
            == (CLAIRE.email, MARC.email),
            "who opened what": opening.person.email == MARC.email,
            "sizes": envelope.size > 0,
            "times": None not in (envelope.sealed_at, received.opened_at),
            "states": received.folder == "received",
            "number of documents": envelope.documents == 1,
        }
        assert all(told.values())
        assert set(told) == readable

    def test_no_table_and_no_blob_holds_what_the_document_says_is_hidden(self, secrets: Secrets) -> None:
        _, hidden = self.line()
        digits = [str(mail.context["code"]) for mail in people.mails(MARC.email, "code")]
        words = {**HIDDEN, "links": secrets.links[0]}
        assert {*words, "codes"} == hidden
        data = b"\n".join([*_every_value(), *_every_blob()])
        assert canary.search(data, words.values()) == []
        # Neither in the fraction of a second nor, by chance, inside hexadecimal digits.
        spelt = rb"(?<![0-9A-Fa-f.])" + digits[-1].encode() + rb"(?![0-9A-Fa-f])"
        assert not re.search(spelt, b"\n".join(_every_text()))


def _every_value() -> list[bytes]:
    return [bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in _cells()]


def _every_text() -> list[bytes]:
    return [value.encode() for value in _cells() if isinstance(value, str)]


def _cells() -> list[object]:
    with connection.cursor() as cursor:
        found: list[object] = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # names from the catalogue
            found += [value for line in cursor.fetchall() for value in line if value is not None]
        return found


def _every_blob() -> list[bytes]:
    found = []
    for entry in blobs.store().names(""):
        with blobs.store().open(entry.name) as file:
            found.append(file.read())
    return found


@pytest.mark.django_db(transaction=True)
class TestBackup:
    def test_it_holds_no_key_and_nobody_s_session(self, secrets: Secrets, tmp_path: Path) -> None:
        """A session in a backup would outlive its end: its cookie would open the restored site."""
        made = backups.make(tmp_path / "sauvegarde", at=clock.now())
        files = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
        assert files
        for name, data in haul.key_files(Path(settings.SCEAU_KEYS)).items():
            if name.endswith(".key"):
                assert not [path for path, content in files.items() if data.strip()[-40:] in content], name
        wrapped = [bytes(session.wrapped_key or b"") for session in Session.objects.exclude(wrapped_key=None)]
        assert len(wrapped) == 2
        for octets in wrapped:
            assert not [
                path for path, content in files.items() if octets in content or octets.hex().encode() in content
            ]
        found = canary.search_folders(HIDDEN.values(), made.folder)
        assert found == {}

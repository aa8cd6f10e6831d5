"""The disk is full while somebody attaches or seals: said in words, and nothing that was kept is harmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from sceau import blobs
from sceau.cli import store_check
from sceau.core import clock
from sceau.envelopes.models import Draft, Envelope
from tests.bad_days import small_disk
from tests.bad_days.desk import LETTER, file, form, names, saved, url
from tests.people import Member, text_of

pytestmark = pytest.mark.django_db

SIZE = 4_000_000
FULL = "La place manque sur le service : rien n’a été envoyé, et votre brouillon est gardé."


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where blobs are kept."""
    folder = tmp_path / "disk"
    with small_disk.mounted(folder, SIZE):
        settings.SCEAU_BLOBS, settings.SCEAU_DATA = "files", folder
        yield folder


@pytest.fixture
def draft(disk: Path, draft: Draft) -> Draft:
    return draft


def test_a_document_that_does_not_fit_is_refused_and_the_rest_stays(
    disk: Path, browser: Client, draft: Draft, claire: Member
) -> None:
    answer = browser.post(url(draft, "joindre"), form(draft) | {"file": file("irm.pdf", SIZE)})
    assert answer.status_code == 503
    assert FULL in text_of(answer)
    assert f"{LETTER}</textarea>" in answer.content.decode()
    assert names(draft, claire) == ["compte-rendu.pdf"]
    assert [path.name for path in disk.rglob(".tmp-*")] == [], "what was half written gives its place back"
    assert browser.post(url(draft, "joindre"), form(draft) | {"file": file("note.pdf", 50_000)}).status_code == 303


def test_sealing_waits_until_there_is_room(
    disk: Path, browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    ballast = small_disk.fill(disk, but=8192)
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 503
    assert FULL in text_of(answer)
    assert f"{LETTER}</textarea>" in answer.content.decode()
    assert (saved(draft, claire).text, names(draft, claire)) == (LETTER, ["compte-rendu.pdf"])
    assert not Envelope.objects.exists()
    ballast.unlink()
    draft.refresh_from_db()
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
    assert list(store_check.verify(at=clock.now())) == []
    assert len(list(blobs.store().names("blobs/"))) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone can be told to grow no further")
@pytest.mark.parametrize("act", ["enregistrer", "sceller"])
def test_a_database_that_cannot_grow_says_so_too(
    browser: Client, draft: Draft, claire: Member, marc: Member, act: str
) -> None:
    """Whatever else its error says: the cause is the disk, and the text comes back."""
    letter = LETTER * 4000  # too much for the pages that are left
    with _no_more_pages():
        answer = browser.post(url(draft, act), form(draft, marc.address, body=letter))
    assert answer.status_code == 503
    assert FULL in text_of(answer)
    assert f"{letter}</textarea>" in answer.content.decode()
    assert saved(draft, claire).text == "Bonjour."
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303


@contextmanager
def _no_more_pages(left: int = 8) -> Iterator[None]:
    """The database may not grow, and what earlier rows left free in it is taken, except for so many pages."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ballast (octets BLOB)")
        free, size = (cursor.execute(f"PRAGMA {what}").fetchone()[0] for what in ("freelist_count", "page_size"))
        cursor.execute("INSERT INTO ballast VALUES (zeroblob(%s))", [max(0, free - left) * size])
        cursor.execute("PRAGMA max_page_count = 1")  # as many as there are now
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE ballast")

"""Drafts: sealed, numbered, never overwritten by another tab."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadhandler import FileUploadHandler
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import Malformed, NotFound, Unreadable
from sceau.demo.cast import CLAIRE
from sceau.envelopes import attachments, destruction, drafts, rules
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Draft, DraftRevision, Upload
from sceau.jobs.models import Job
from tests import people
from tests.envelopes import desk
from tests.people import Member

TYPED = Content(to="marc@@", subject="Résultats VIH", text="ligne\r\nligne", expires_on="2026-13-45")
EMPTY = Content().encode()
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.builds(Content, to=texts, cc=texts, subject=texts, text=texts, label=texts, expires_on=texts))
def test_a_draft_keeps_whatever_was_typed(content: Content) -> None:
    assert Content.decode(content.encode()) == content


@pytest.mark.parametrize(
    "octets", [b"", b"{}", b"[]", b'{"to": ""}', EMPTY.replace(b'"to":""', b'"to":1'), EMPTY + b" "]
)
def test_other_octets_are_no_content(octets: bytes) -> None:
    with pytest.raises(Malformed):
        Content.decode(octets)


def test_a_saved_draft_is_read_back(claire: Member) -> None:
    by = people.actor(claire)
    draft = drafts.create(by, TYPED, at=clock.now())
    assert draft.revision == 1
    assert drafts.read(Draft.objects.get(), keys=by.keys) == TYPED


@pytest.mark.req("V13")
def test_saving_needs_no_key_of_the_author(claire: Member) -> None:
    draft = drafts.create(people.actor(claire), at=clock.now())
    locked = Draft.objects.get(id=draft.id)  # what a locked session has: a row, and no keys
    assert drafts.save(locked, TYPED, base=0, at=clock.now()) == 1
    assert drafts.read(Draft.objects.get(), keys=people.actor(claire).keys) == TYPED


def test_nobody_else_s_keys_read_a_draft(claire: Member, chloe: Member) -> None:
    draft = drafts.create(people.actor(claire), TYPED, at=clock.now())
    with pytest.raises(NotFound):
        drafts.read(draft, keys=people.actor(chloe).keys)


@pytest.mark.attack(31)
def test_an_older_revision_put_in_the_place_of_a_newer_one_is_refused(claire: Member) -> None:
    by = people.actor(claire)
    draft = drafts.create(by, TYPED, at=clock.now())
    drafts.save(draft, Content(text="plus récent"), base=1, at=clock.now())
    old = DraftRevision.objects.get(number=1)
    DraftRevision.objects.filter(number=2).update(sealed=old.sealed)
    with pytest.raises(Unreadable):
        drafts.read(draft, keys=by.keys)


@pytest.mark.req("V13")
def test_a_stale_save_writes_nothing_and_keeps_both_versions(claire: Member) -> None:
    by = people.actor(claire)
    draft = drafts.create(by, TYPED, at=clock.now())
    other = Draft.objects.get(id=draft.id)
    drafts.save(draft, Content(text="premier onglet"), base=1, at=clock.now())
    with pytest.raises(drafts.Stale) as refusal:
        drafts.save(other, Content(text="second onglet"), base=1, at=clock.now())
    assert refusal.value.typed.text == "second onglet"
    assert refusal.value.saved == 2
    assert drafts.read(Draft.objects.get(), keys=by.keys).text == "premier onglet"


def test_saving_what_is_gone_is_not_found(claire: Member) -> None:
    draft = drafts.create(people.actor(claire), TYPED, at=clock.now())
    drafts.discard(draft, at=clock.now())
    with pytest.raises(NotFound):
        drafts.save(draft, TYPED, base=1, at=clock.now())


def test_it_keeps_the_newest_twenty_revisions(claire: Member) -> None:
    draft = drafts.create(people.actor(claire), TYPED, at=clock.now())
    for base in range(1, 30):
        drafts.save(draft, TYPED, base=base, at=clock.now())
    numbers = sorted(DraftRevision.objects.values_list("number", flat=True))
    assert numbers == list(range(11, 31))


@pytest.mark.req("V13")
def test_a_document_is_kept_encoded_and_sealed(claire: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, "", ("Ordonnance\u202e.pdf", b"%PDF" + b"x" * 100_000))
    (document,) = attachments.of(draft, keys=by.keys)
    assert (document.name, document.content_type, document.size) == ("Ordonnance.pdf", "application/pdf", 100_004)
    assert len(b"".join(document.encoded())) == document.encoded_size
    with blobs.store().open(blobs.content_name(draft.uploads.get().blob_key)) as file:
        assert b"eHh4" * 4 not in file.read()  # base64 of a line of x, in clear


def test_documents_stay_in_the_order_they_came(claire: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, "", ("b.pdf", b"1"), ("a.pdf", b"2"), ("c.pdf", b"3"))
    attachments.detach(draft.uploads.get(position=2), at=clock.now())
    desk.attach(draft, "d.pdf", b"4")
    assert [document.name for document in attachments.of(draft, keys=by.keys)] == ["b.pdf", "c.pdf", "d.pdf"]


def test_a_document_beyond_the_limit_stops_where_it_crosses_it(claire: Member) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * FileUploadHandler.chunk_size

    with pytest.raises(rules.TooLarge):
        attachments.receive("a.bin", "", endless(), limit=1_000_000)
    assert taken == 1_000_000 // FileUploadHandler.chunk_size + 1
    assert not list(blobs.store().names("blobs/"))


def test_documents_of_two_tabs_are_counted_together(claire: Member, settings: Settings) -> None:
    settings.SCEAU_DRAFT_LIMIT = 1000
    draft = drafts.create(people.actor(claire), at=clock.now())
    rooms = [attachments.room(draft) for _ in range(2)]
    first, second = (attachments.receive("a", "", [b"x" * 600], limit=room) for room in rooms)
    attachments.attach(draft, first, at=clock.now())
    with pytest.raises(rules.TooLarge) as refusal:
        attachments.attach(draft, second, at=clock.now())
    assert refusal.value.size == 1200
    assert len(list(blobs.store().names("blobs/"))) == 1  # the refused one was dropped
    assert attachments.room(draft) == 400


def test_a_document_for_a_draft_that_is_gone_is_dropped(claire: Member) -> None:
    draft = drafts.create(people.actor(claire), at=clock.now())
    received = attachments.receive("a", "", [b"x"], limit=10)
    drafts.discard(draft, at=clock.now())
    with pytest.raises(NotFound):
        attachments.attach(draft, received, at=clock.now())
    assert not list(blobs.store().names("blobs/"))


def test_discarding_removes_rows_now_and_blobs_after_the_commit(claire: Member) -> None:
    draft = desk.write(people.actor(claire), "", ("a.pdf", b"1"))
    upload = draft.uploads.get()
    drafts.discard(draft, at=clock.now())
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()
    job = Job.objects.get(name="delete-blob")
    assert job.object_id is not None
    assert job.object_id.hex == upload.blob_key
    for _ in range(2):  # a job may run twice
        destruction.delete_blob(job.object_id, at=clock.now())
    assert not list(blobs.store().names("blobs/"))


def test_what_nobody_wrote_in_goes_the_next_day(claire: Member) -> None:
    by, at = people.actor(claire), clock.now()
    drafts.create(by, at=at - timedelta(hours=25))
    kept = [
        drafts.create(by, at=at - timedelta(hours=23)),
        drafts.create(by, TYPED, at=at - timedelta(days=30)),
        drafts.create(by, at=at - timedelta(days=30)),
    ]
    desk.attach(kept[2], "a.pdf", b"1")
    assert drafts.purge(at=at) == 1
    assert set(Draft.objects.all()) == set(kept)


def test_all_that_nobody_wrote_in_goes_however_much_there_is(claire: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_BATCH", 2)
    for _ in range(5):
        drafts.create(people.actor(claire), at=clock.now())
    assert drafts.purge(at=clock.now() + timedelta(days=2)) == 5


@pytest.mark.django_db(transaction=True)
def test_what_is_being_written_while_the_purge_looks_stays() -> None:
    by = people.actor(people.join(CLAIRE))
    at, draft = clock.now(), drafts.create(by, at=clock.now())
    saved = threading.Event()

    def save() -> None:
        with transaction.atomic():
            drafts.save(draft, TYPED, base=0, at=at)
            saved.set()
            time.sleep(0.5)  # the purge has seen it empty by then
        connection.close()

    with ThreadPoolExecutor(1) as hands:
        saving = hands.submit(save)
        assert saved.wait(60)
        assert drafts.purge(at=at + timedelta(days=2)) == 0
        saving.result()
    assert drafts.read(Draft.objects.get(), keys=by.keys) == TYPED


@pytest.mark.req("V15")
def test_contents_and_documents_show_nothing_of_themselves(claire: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, "", ("Secret.pdf", b"1"), subject="Secret")
    shown = repr([drafts.read(draft, keys=by.keys), attachments.of(draft, keys=by.keys)])
    assert "Secret" not in shown

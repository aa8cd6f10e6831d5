"""Power cuts while documents arrive and envelopes are sealed: what was said stays true (attack 38, promise 1).

The blob store stands on a disk that forgets what was not synced; the database is taken at its word (that it
syncs is checked at start). Each test cuts the power before every single call that the store makes.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from sceau import blobs
from sceau.blobs.port import BlobStore
from sceau.core import clock
from sceau.envelopes import attachments, orphans, sending
from sceau.envelopes.models import Draft, Envelope, Upload
from tests import people
from tests.blobs.unsynced import Luck, PowerCut, UnsyncedFiles
from tests.envelopes import desk
from tests.people import Member

PDF = bytes(range(256)) * 600

pytestmark = [pytest.mark.django_db, pytest.mark.attack(38)]
Use = Callable[[BlobStore], None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes the product keep its blobs in the store given."""
    return lambda store: monkeypatch.setattr(blobs, "store", lambda: store)


@pytest.fixture
def disk(tmp_path: Path, use: Use) -> UnsyncedFiles:
    store = UnsyncedFiles(tmp_path)
    use(store)
    return store


def calls_of(store: UnsyncedFiles, act: Callable[[], object]) -> int:
    before = len(store.disk.calls)
    act()
    return len(store.disk.calls) - before


@pytest.mark.parametrize("luck", Luck)
def test_a_sealed_envelope_survives(disk: UnsyncedFiles, use: Use, luck: Luck, claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), ("écho.pdf", PDF))
    use(disk.power_cut(luck))
    desk.open_copy(envelope, marc)
    unsealed = desk.read(desk.copy_of(envelope, marc), people.actor(marc))
    assert desk.octets(unsealed.documents()[0]) == PDF
    assert unsealed.text() == "Bonjour."


@pytest.mark.parametrize("luck", Luck)
def test_an_attached_document_survives(disk: UnsyncedFiles, use: Use, luck: Luck, claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), ("écho.pdf", PDF))
    use(disk.power_cut(luck))
    envelope = sending.seal(draft, by=by, at=clock.now())
    assert desk.octets(desk.read(desk.own_copy(envelope, by), by).documents()[0]) == PDF


def test_a_cut_at_any_call_of_sealing_leaves_the_draft_to_seal_again(
    disk: UnsyncedFiles, use: Use, claire: Member, marc: Member
) -> None:
    by = people.actor(claire)
    total = calls_of(disk, lambda: desk.send(by, str(marc.address), ("écho.pdf", PDF)))
    assert total > 12
    draft = desk.write(by, str(marc.address), ("écho.pdf", PDF))
    for cut in range(total):
        disk.disk.cut_before = len(disk.disk.calls) + cut
        try:
            sending.seal(draft, by=by, at=clock.now())
        except PowerCut:
            assert not Envelope.objects.filter(id=draft.id).exists()
            assert Draft.objects.filter(id=draft.id).exists()
            (document,) = attachments.of(Draft.objects.get(id=draft.id), keys=by.keys)
            assert sum(map(len, document.encoded())) == document.encoded_size
        else:
            break
    assert cut > 6  # every call of the put was cut before
    use(disk.power_cut())
    own = desk.own_copy(Envelope.objects.get(id=draft.id), by)
    assert desk.octets(desk.read(own, by).documents()[0]) == PDF


def test_a_cut_at_any_call_of_an_upload_leaves_no_row_and_nothing_that_is_not_swept(
    disk: UnsyncedFiles, use: Use, claire: Member, marc: Member
) -> None:
    draft = desk.write(people.actor(claire), str(marc.address))
    for cut in range(100):
        disk.disk.cut_before = len(disk.disk.calls) + cut
        try:
            desk.attach(draft, "écho.pdf", PDF)
        except PowerCut:
            assert not Upload.objects.filter(draft=draft).exists()
        else:
            break
    assert cut > 6
    after = disk.power_cut(Luck.ALL)
    use(after)
    orphans.sweep(at=clock.now() + 2 * orphans._YOUNG)
    kept = {entry.name for entry in after.names("")}
    assert kept == {blobs.content_name(upload.blob_key) for upload in Upload.objects.all()}
    assert list(after._root.rglob(".tmp-*")) == []

"""A backup is whole, holds no key, and comes back."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sceau import blobs
from sceau.cli import backups, restoring, snapshots, store_check, work
from sceau.core import clock
from sceau.envelopes import pieces, sending
from sceau.envelopes.models import Envelope
from sceau.evidence import integrator
from sceau.jobs.models import Job
from tests.envelopes import desk
from tests.evidence import logs
from tests.people import Member, actor

pytestmark = pytest.mark.django_db(transaction=True)

OCTETS = b"%PDF-1.7 " + bytes(300_000)


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    sealed = desk.send(actor(claire), marc.person.email, ("avis.pdf", OCTETS))
    integrator.step(at=clock.now())
    return sealed


def store_listing() -> dict[str, int]:
    return {entry.name: entry.size for entry in blobs.store().names("")}


def empty_the_store() -> None:
    for name in store_listing():
        blobs.store().delete(name)


def test_it_holds_every_blob_and_a_snapshot(envelope: Envelope, folder: Path) -> None:
    made = backups.make(folder, at=clock.now())
    assert {blob.name: blob.size for blob in backups.index(made.folder)} == store_listing()
    assert made.copied == made.blobs > 0
    assert backups.snapshot_of(made.folder).stat().st_size > 0
    assert list(backups.generations(folder)) == [made.folder]


def test_the_next_generation_links_what_has_not_changed(envelope: Envelope, folder: Path, claire: Member) -> None:
    first = backups.make(folder, at=clock.now())
    desk.send(actor(claire), claire.person.email, ("suite.pdf", OCTETS))
    second = backups.make(folder, at=clock.now())
    name = blobs.content_name(str(envelope.blob_key))
    assert (first.folder / "store" / name).samefile(second.folder / "store" / name)
    assert second.copied == second.blobs - first.blobs + 1  # what is new, and the log's checkpoint


@pytest.mark.req("V14")
def test_a_generation_goes_when_its_days_are_over(envelope: Envelope, folder: Path) -> None:
    now = clock.now()
    old = backups.make(folder, at=now - timedelta(days=settings.SCEAU_BACKUP_DAYS + 1))
    recent = backups.make(folder, at=now - timedelta(days=settings.SCEAU_BACKUP_DAYS - 1))
    newest = backups.make(folder, at=now)
    assert newest.forgotten == 1
    assert not old.folder.exists()
    assert backups.generations(folder) == [recent.folder, newest.folder]


@pytest.mark.attack(33)
@pytest.mark.req("V5")
def test_no_key_is_ever_in_a_backup(envelope: Envelope, folder: Path) -> None:
    made = backups.make(folder, at=clock.now())
    secrets = [path.read_bytes() for path in settings.SCEAU_KEYS.iterdir() if path.suffix == ".key"]
    kept = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert len(secrets) >= 4
    assert not any(secret.strip() in kept for secret in secrets)


@pytest.mark.attack(33)
@pytest.mark.parametrize("below", ["", "sauvegardes"])
def test_it_refuses_a_folder_among_the_keys_or_the_data(below: str) -> None:
    for forbidden in (settings.SCEAU_KEYS / below, settings.SCEAU_DATA / below, settings.SCEAU_KEYS.parent):
        with pytest.raises(backups.KeysInBackup):
            backups.make(forbidden, at=clock.now())


def test_a_blob_destroyed_meanwhile_starts_another_round(
    envelope: Envelope, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between snapshot and copy the envelope goes: the next snapshot does not name it any more."""
    take, rounds = snapshots.take, []

    def destroy_after_the_first(where: Path) -> tuple[Path, set[str]]:
        taken = take(where)
        rounds.append(taken)
        if len(rounds) == 1:
            blobs.store().delete(blobs.content_name(str(envelope.blob_key)))
            Envelope.objects.filter(id=envelope.id).update(blob_key=None, summary=None)
        return taken

    monkeypatch.setattr(snapshots, "take", destroy_after_the_first)
    made = backups.make(folder, at=clock.now())
    assert len(rounds) == 2
    assert blobs.content_name(str(envelope.blob_key)) not in {blob.name for blob in backups.index(made.folder)}


def test_a_busy_site_gets_its_backup_in_one_round(
    envelope: Envelope, claire: Member, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever a snapshot is taken somebody has a document in a draft, and seals it before it is copied."""
    take, rounds = snapshots.take, []

    def seal_after_each(where: Path) -> tuple[Path, set[str]]:
        by = actor(claire)
        draft = desk.write(by, claire.person.email, ("avis.pdf", OCTETS))
        taken = take(where)
        sending.seal(draft, by=by, at=clock.now())
        work.next_job({"delete-blob"})
        rounds.append(taken)
        return taken

    monkeypatch.setattr(snapshots, "take", seal_after_each)
    backups.make(folder, at=clock.now())
    assert len(rounds) == 1
    waiting = Job.objects.filter(name="delete-blob").count()
    for _ in range(waiting):
        work.next_job({"delete-blob"})
    assert (waiting, Job.objects.filter(name="delete-blob").count()) == (2, 0)  # and then they go on


def test_the_log_of_a_backup_is_whole_though_it_grew_meanwhile(
    envelope: Envelope, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial tile that was listed is dropped before it is copied: the full one took its place."""
    kind = type(blobs.store())
    names, grown = kind.names, []

    def grow_once_listed(store: blobs.BlobStore, prefix: str) -> Iterator[blobs.Entry]:
        found = list(names(store, prefix))
        if prefix == "" and not grown:
            grown.append(logs.happen(600))
            integrator.step(at=clock.now())
        return iter(found)

    monkeypatch.setattr(kind, "names", grow_once_listed)
    made = backups.make(folder, at=clock.now())
    tiles = {blob.name.partition("/tile/")[2] for blob in backups.index(made.folder) if "/tile/" in blob.name}
    assert {"0/000", "entries/000"} <= tiles


def test_a_row_without_its_blob_never_becomes_a_backup(envelope: Envelope, folder: Path) -> None:
    blobs.store().delete(blobs.content_name(str(envelope.blob_key)))
    with pytest.raises(backups.AlwaysChanging):
        backups.make(folder, at=clock.now())
    assert backups.generations(folder) == []


def test_nor_does_a_document_on_its_way_of_which_a_piece_is_missing(claire: Member, folder: Path) -> None:
    arrival = pieces.begin(desk.write(actor(claire), ""), "a.pdf", "", 10, at=clock.now())
    pieces.add(arrival, 0, [b"x" * 10], at=clock.now())
    blobs.store().delete(blobs.content_name(arrival.pieces.get().blob_key))
    with pytest.raises(backups.AlwaysChanging):
        backups.make(folder, at=clock.now())


@pytest.mark.parametrize("victim", ["manifest.json", "blobs.txt", "database*"])
def test_a_changed_file_is_refused(envelope: Envelope, folder: Path, victim: str) -> None:
    made = backups.make(folder, at=clock.now())
    path = next(made.folder.glob(victim))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(backups.DamagedBackup):
        backups.snapshot_of(made.folder)


def test_a_restore_never_overwrites(envelope: Envelope, folder: Path) -> None:
    made = backups.make(folder, at=clock.now())
    with pytest.raises(snapshots.NotEmpty):
        restoring.restore(made.folder)
    assert not restoring.under_way()


def test_blobs_come_back_octet_by_octet(
    envelope: Envelope, folder: Path, monkeypatch: pytest.MonkeyPatch, marc: Member, settings: Any
) -> None:
    """The database comes back in its own process: see test_restore_command.py."""
    made = backups.make(folder, at=clock.now())
    before = store_listing()
    empty_the_store()
    monkeypatch.setattr(snapshots, "require_empty", lambda: None)
    monkeypatch.setattr(snapshots, "bring_back", lambda _path: None)
    assert restoring.restore(made.folder) == len(before)
    assert store_listing() == before
    assert list(store_check.verify(at=clock.now())) == []
    restoring.finish()
    copy = desk.copy_of(envelope, marc)
    assert desk.octets(desk.read(copy, actor(marc)).message())


def test_a_damaged_blob_stops_the_restore(envelope: Envelope, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = backups.make(folder, at=clock.now())
    name = blobs.content_name(str(envelope.blob_key))
    kept = made.folder / "store" / name
    *whole, last = kept.read_bytes()
    kept.write_bytes(bytes([*whole, last ^ 1]))
    empty_the_store()
    monkeypatch.setattr(snapshots, "require_empty", lambda: None)
    with pytest.raises(backups.DamagedBackup):
        restoring.restore(made.folder)
    assert restoring.under_way()
    assert name not in store_listing()
    restoring.finish()
    shutil.rmtree(made.folder)

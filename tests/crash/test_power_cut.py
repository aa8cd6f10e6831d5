"""The power goes before any single call to the disk, from the first document to the published log and back.

`tests.blobs.unsynced` drops what was not synced; the database is taken at its word. The next start finds what an honest
disk must have kept: no row points at a blob that is missing or short, and everything that was begun can be finished.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import transaction

from sceau import blobs
from sceau.accounts.actor import Actor
from sceau.blobs.files import Files
from sceau.blobs.port import BlobStore
from sceau.cli import store_check
from sceau.core import clock
from sceau.envelopes import access, destruction, orphans, sending
from sceau.envelopes.models import Draft, Envelope, Upload
from sceau.evidence import checks
from sceau.evidence.integrator import Integrator
from sceau.jobs.models import Job
from tests import people
from tests.blobs.unsynced import Luck, PowerCut, UnsyncedFiles
from tests.crash import rebuilt
from tests.crash.site import VENDOR
from tests.envelopes import desk
from tests.evidence.logs import happen
from tests.people import Member

pytestmark = [pytest.mark.django_db, pytest.mark.attack(38), pytest.mark.timeout(300)]

Use = Callable[[BlobStore], None]
PDF = bytes(range(256)) * 400


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes the product keep its blobs in the store given."""
    return lambda store: monkeypatch.setattr(blobs, "store", lambda: store)


class Life:
    """A document, a sealed envelope, deleted leftovers, a log that fills its tile; what was acknowledged of it."""

    def __init__(self, by: Actor, to: str, at: datetime) -> None:
        self.by, self.to, self.at = by, to, at
        self.attached = self.sealed = False

    def live(self) -> None:
        draft = desk.write(self.by, self.to, ("écho.pdf", PDF))
        self.attached = True
        sending.seal(draft, by=self.by, at=self.at)
        self.sealed = True
        self.finish(self.at + timedelta(minutes=1))

    def finish(self, at: datetime) -> None:
        """What workers do, for the first time or again."""
        for job in Job.objects.filter(name="delete-blob"):
            assert job.object_id
            destruction.delete_blob(job.object_id, at=at)
            job.delete()
        happen(10, at=at)
        Integrator().step(at=at)

    def check(self) -> None:
        """On the disk that the next start finds."""
        assert list(store_check.verify(at=self.at)) == []
        assert Envelope.objects.exists() >= self.sealed
        assert Upload.objects.exists() or Envelope.objects.exists() or not self.attached
        for draft in Draft.objects.filter(uploads__isnull=False):
            sending.seal(access.draft(draft.id, for_=self.by), by=self.by, at=self.at)
        self.finish(self.at + timedelta(minutes=5))
        checks.fully(at=self.at)
        assert rebuilt.differences() == []
        for envelope in Envelope.objects.all():
            (document,) = desk.read(desk.own_copy(envelope, self.by), self.by).documents()
            assert desk.octets(document) == PDF
        orphans.sweep(at=self.at + timedelta(days=2))
        kept = {blobs.content_name(str(key)) for key in Envelope.objects.values_list("blob_key", flat=True)}
        assert {entry.name for entry in blobs.store().names("blobs/")} == kept


# How lucky one is, is the disk's affair alone: beside PostgreSQL nothing unsynced is kept.
LUCK = [luck for luck in Luck if VENDOR == "sqlite" or luck is Luck.NOTHING]


@pytest.mark.parametrize("luck", LUCK)
def test_a_cut_at_any_call_leaves_what_can_be_finished(
    luck: Luck, use: Use, tmp_path: Path, claire: Member, marc: Member
) -> None:
    by, at, before = people.actor(claire), clock.now(), tmp_path / "before"
    before.mkdir()
    use(Files(before / "store"))
    happen(248, at=at)
    Integrator().step(at=at)
    for cut in count():
        folder = shutil.copytree(before, tmp_path / f"{cut}")
        store = UnsyncedFiles(folder, cut_before=cut)
        life, whole = Life(by, str(marc.address), at), True
        with transaction.atomic():
            use(store)
            try:
                life.live()
            except PowerCut:
                whole = False
            use(store.power_cut(luck))
            life.check()
            transaction.set_rollback(True)  # the next cut finds the same database
        if whole:
            break
    assert cut > 60, "every call of uploading, sealing, deleting and publishing was cut before"

"""Taking everything along, without opening what is closed, and without leaving anything out unsaid."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from sceau import blobs
from sceau.core import clock
from sceau.envelopes import access, export, filing, folders
from sceau.envelopes.export import Plan, Wish
from sceau.envelopes.models import Copy, Envelope, Handover
from sceau.evidence import integrator
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence, Record
from tests import people
from tests.envelopes import desk
from tests.people import Member

F = Copy.Folder
PATHS: dict[export.Place, tuple[str, ...]] = {
    F.RECEIVED: ("Reçues",),
    F.SENT: ("Envoyées",),
    F.TRASH: ("Corbeille",),
}


def planned(member: Member, *more: export.Place, since: datetime | None = None) -> tuple[Plan, Wish]:
    at = clock.now()
    wish = Wish((F.RECEIVED, F.SENT, F.TRASH, *more), at, since)
    return export.plan(wish, by=people.actor(member), at=at), wish


def unpack(member: Member, *more: export.Place, paths: dict[export.Place, tuple[str, ...]] = PATHS) -> dict[str, bytes]:
    """The messages, all parcels together."""
    plan, wish = planned(member, *more)
    found: dict[str, bytes] = {}
    for ids in plan.parcels:
        made = export.parcel(
            ids, wish, by=people.actor(member), paths=paths, note="À lire.txt", word="\n".join, now=clock.now
        )
        found |= _read(b"".join(made.chunks()))
    return found


def receipts(member: Member) -> dict[str, bytes]:
    plan, wish = planned(member)
    by = people.actor(member)
    stream = export.proofs(
        plan.proofs[0], wish, by=by, name="p.zip", paths=PATHS, note="À lire.txt", word="\n".join, now=clock.now
    )
    return _read(desk.octets(stream))


def _read(octets: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_what_was_sent_and_what_was_opened(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    opened = desk.send(by, str(marc.address), subject="Ouverte")
    desk.send(by, str(marc.address), subject="Fermée")
    thrown = desk.send(by, str(marc.address), subject="Jetée")
    for envelope in (opened, thrown):
        desk.open_copy(envelope, marc)
    folders.trash(desk.copy_of(thrown, marc))
    received = unpack(marc)
    assert [name.split("/")[0] for name in received] == ["Reçues", "Corbeille"]
    assert planned(marc)[0].closed == 1
    message = desk.octets(desk.read(desk.own_copy(opened, by), by).message())
    assert message in received.values()
    assert len(unpack(claire)) == 3


def test_own_folders_stand_below_their_paths(claire: Member, marc: Member) -> None:
    by = people.actor(marc)
    folder = filing.create("Patients", None, by=by, at=clock.now())
    envelope = desk.send(people.actor(claire), str(marc.address))
    desk.open_copy(envelope, marc)
    filing.file([desk.copy_of(envelope, marc)], folder, by=by)
    (name,) = unpack(marc, folder.id, paths={**PATHS, folder.id: ("Dossiers", "Patients")})
    assert name.startswith("Dossiers/Patients/")
    assert unpack(marc) == {}  # not asked for


def test_dates_choose(claire: Member, marc: Member) -> None:
    now = clock.now()
    desk.send(people.actor(claire), str(marc.address), at=now - timedelta(seconds=30))
    desk.send(people.actor(claire), str(marc.address))
    assert [planned(claire, since=now - timedelta(seconds=age))[0].count for age in (60, 15)] == [2, 1]


def test_parcels_stay_below_their_size(claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    for subject in "123":
        desk.send(people.actor(claire), str(marc.address), ("a.pdf", bytes(20_000)), subject=subject)
    monkeypatch.setattr(export, "PARCEL", 60_000)
    plan, _ = planned(claire)
    assert [len(parcel) for parcel in plan.parcels] == [2, 1]
    assert all(size <= 60_000 for size in plan.sizes)
    assert len(unpack(claire)) == 3


def test_what_arrives_meanwhile_changes_no_parcel(claire: Member, marc: Member) -> None:
    desk.send(people.actor(claire), str(marc.address))
    plan, wish = planned(claire)
    desk.send(people.actor(claire), str(marc.address))
    assert export.plan(wish, by=people.actor(claire), at=clock.now()) == plan


def test_the_same_wish_makes_the_same_octets(claire: Member, marc: Member) -> None:
    desk.send(people.actor(claire), str(marc.address), ("a.pdf", b"%PDF"))
    plan, wish = planned(claire)
    made = [
        export.parcel(
            plan.parcels[0], wish, by=people.actor(claire), paths=PATHS, note="n", word="\n".join, now=clock.now
        )
        for _ in range(2)
    ]
    assert made[0].tag == made[1].tag
    assert list(made[0].chunks()) == list(made[1].chunks())


def test_each_message_has_its_receipt_once_the_log_is_signed(claire: Member, marc: Member) -> None:
    desk.send(people.actor(claire), str(marc.address))
    assert list(receipts(claire)) == ["À lire.txt"]
    integrator.step(at=clock.now())
    ((name, receipt),) = receipts(claire).items()
    assert name.startswith("Envoyées/")
    assert receipt.startswith(b"%PDF")


def test_each_message_taken_along_is_a_handover_and_nothing_is_opened(claire: Member, marc: Member) -> None:
    opened, closed = (desk.send(people.actor(claire), str(marc.address)) for _ in range(2))
    desk.open_copy(opened, marc)
    unpack(marc)
    assert Handover.objects.get().part == "eml"
    assert Evidence.objects.filter(envelope=opened.id, event=Event.CONTENT_HANDOVER).count() == 1
    assert desk.copy_of(closed, marc).opened_at is None


@pytest.mark.attack(31)
def test_what_does_not_open_holds_nothing_back_and_is_named(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    bad, gone, good = (desk.send(by, str(marc.address), subject=subject) for subject in ("Abîmée", "Perdue", "Bonne"))
    Envelope.objects.filter(id=bad.id).update(summary=good.summary)
    blobs.store().delete(blobs.content_name(Envelope.objects.get(id=gone.id).blob_key or ""))
    found = unpack(claire)
    assert [name.rpartition(" ")[2] for name in found] == ["Bonne.eml", "lire.txt"]
    assert len(found["À lire.txt"].decode().splitlines()) == 2


@pytest.mark.attack(36)
def test_one_receipt_that_somebody_spoilt_is_named_beside_the_others(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    edited, changed, _good = (desk.send(by, str(marc.address)) for _ in range(3))
    integrator.step(at=clock.now())
    Evidence.objects.filter(envelope=edited.id, event=Event.SUBMISSION_ACCEPTANCE).update(at_ms=1)
    Record.objects.filter(envelope=changed.id).update(sealed=b"changed")
    found = receipts(claire)
    assert [name.partition("/")[0] for name in found] == ["Envoyées", "À lire.txt"]
    assert len(found["À lire.txt"].decode().splitlines()) == 2


@pytest.mark.attack(19)
def test_documents_of_one_envelope_keep_their_names_and_stay_in_their_folder(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address), ("a.pdf", b"1"), ("../a.pdf", b"2"), ("A.pdf", b"3"))
    letter = desk.read(access.copy(desk.own_copy(envelope, by).id, for_=by), by)
    stream = export.documents(letter, name="documents.zip", at=clock.now())
    with zipfile.ZipFile(io.BytesIO(desk.octets(stream))) as archive:
        assert sorted(archive.read(name) for name in archive.namelist()) == [b"1", b"2", b"3"]
        assert not [name for name in archive.namelist() if "/" in name or ".." in name]
        assert len({name.casefold() for name in archive.namelist()}) == 3

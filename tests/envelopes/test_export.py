"""Taking everything along, without opening what is closed."""

import io
import zipfile

import pytest

from sceau.core import clock
from sceau.envelopes import access, export, folders
from sceau.envelopes.models import Copy, Envelope, Handover
from sceau.evidence import integrator
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence, Record
from tests import people
from tests.envelopes import desk
from tests.people import Member

FOLDERS = {Copy.Folder.RECEIVED: "Reçues", Copy.Folder.SENT: "Envoyées", Copy.Folder.TRASH: "Corbeille"}


def unpack(member: Member) -> dict[str, bytes]:
    stream = export.everything(
        by=people.actor(member),
        name="tout.zip",
        folders=FOLDERS,
        proofs="Preuves",
        notes={"À lire.txt": "note"},
        now=clock.now,
    )
    with zipfile.ZipFile(io.BytesIO(desk.octets(stream))) as archive:
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
    assert [name.split("/")[0] for name in received] == ["À lire.txt", "Reçues", "Corbeille"]
    assert export.left_closed(people.actor(marc), at=clock.now()) == 1
    message = desk.octets(desk.read(desk.own_copy(opened, by), by).message())
    assert message in received.values()
    assert len(unpack(claire)) == 4


def test_each_message_is_accompanied_by_its_receipt_once_the_log_is_signed(claire: Member, marc: Member) -> None:
    desk.send(people.actor(claire), str(marc.address))
    assert len(unpack(claire)) == 2
    integrator.step(at=clock.now())
    taken = unpack(claire)
    receipt = next(octets for name, octets in taken.items() if name.startswith("Preuves/"))
    assert receipt.startswith(b"%PDF")


def test_each_message_taken_along_is_a_handover_and_nothing_is_opened(claire: Member, marc: Member) -> None:
    opened, closed = (desk.send(people.actor(claire), str(marc.address)) for _ in range(2))
    desk.open_copy(opened, marc)
    unpack(marc)
    assert Handover.objects.get().part == "eml"
    assert Evidence.objects.filter(envelope=opened.id, event=Event.CONTENT_HANDOVER).count() == 1
    assert desk.copy_of(closed, marc).opened_at is None


@pytest.mark.attack(31)
def test_one_envelope_that_does_not_open_does_not_hold_back_the_others(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    bad, good = (desk.send(by, str(marc.address), subject=subject) for subject in ("Abîmée", "Bonne"))
    Envelope.objects.filter(id=bad.id).update(summary=good.summary)
    assert [name.rpartition(" ")[2] for name in unpack(claire)] == ["lire.txt", "Bonne.eml"]


@pytest.mark.attack(36)
def test_one_receipt_that_somebody_spoilt_does_not_hold_back_the_others(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    edited, changed, _good = (desk.send(by, str(marc.address)) for _ in range(3))
    integrator.step(at=clock.now())
    Evidence.objects.filter(envelope=edited.id, event=Event.SUBMISSION_ACCEPTANCE).update(at_ms=1)
    Record.objects.filter(envelope=changed.id).update(sealed=b"changed")
    taken = [name.partition("/")[0] for name in unpack(claire)]
    assert (taken.count("Envoyées"), taken.count("Preuves")) == (3, 1)


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

"""`sceau verify-store` finds each kind of damage, names it, and changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from sceau import blobs
from sceau.cli import store_check, work
from sceau.core import clock
from sceau.envelopes import destruction, drafts, pieces, retention
from sceau.envelopes.models import Copy, Draft, Envelope
from sceau.evidence import erasure, integrator
from sceau.evidence.models import Evidence, LogEntry, Pending, Record
from sceau.vault.models import Grant, MailboxEpoch, Principal
from tests.envelopes import desk
from tests.people import Member, actor

pytestmark = pytest.mark.django_db(transaction=True)

OCTETS = bytes(200_000)


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    sealed = desk.send(actor(claire), marc.person.email, ("avis.pdf", OCTETS))
    integrator.step(at=clock.now())
    return sealed


@pytest.fixture
def draft(claire: Member) -> Draft:
    return desk.write(actor(claire), "marc.benali@ch-ecrins.example", ("brouillon.pdf", OCTETS))


def codes() -> set[str]:
    return {finding.code for finding in store_check.verify(at=clock.now())}


def name(envelope: Envelope) -> str:
    return blobs.content_name(str(envelope.blob_key))


def rewrite(where: str, change: Callable[[bytes], bytes]) -> None:
    with blobs.store().open(where) as file:
        data = file.read()
    blobs.store().put(where, [change(data)])


def test_a_sound_store_has_no_finding(envelope: Envelope, draft: Draft) -> None:
    assert codes() == set()
    assert store_check.counts() == {
        "envelopes": 1,
        "uploads": 1,
        "copies": 2,
        "epochs": 2,
        "events": Evidence.objects.count(),
    }


def test_a_piece_of_a_document_on_its_way(draft: Draft) -> None:
    arrival = pieces.begin(draft, "scanner.pdf", "", len(OCTETS), at=clock.now())
    pieces.add(arrival, 0, [OCTETS[:1000]], at=clock.now())
    assert codes() == set()
    rewrite(blobs.content_name(arrival.pieces.get().blob_key), lambda data: data[:-1])
    assert codes() == {"blob-size"}


def test_a_missing_blob(envelope: Envelope) -> None:
    blobs.store().delete(name(envelope))
    assert codes() == {"blob-missing"}


@pytest.mark.attack(31)
def test_a_cut_blob(envelope: Envelope) -> None:
    rewrite(name(envelope), lambda data: data[:-1])
    assert codes() == {"blob-size"}


@pytest.mark.attack(31)
def test_another_blob_in_its_place(envelope: Envelope, draft: Draft) -> None:
    upload = draft.uploads.get()
    with blobs.store().open(blobs.content_name(upload.blob_key)) as file:
        other = file.read()
    rewrite(name(envelope), lambda _: other)
    assert codes() == {"blob-header"}


def test_a_missing_document_of_a_draft(draft: Draft) -> None:
    blobs.store().delete(blobs.content_name(draft.uploads.get().blob_key))
    assert codes() == {"blob-missing"}


def test_a_copy_whose_content_is_gone(envelope: Envelope) -> None:
    Envelope.objects.filter(id=envelope.id).update(blob_key=None, summary=None)
    assert codes() == {"copy-without-content"}


def test_a_copy_sealed_to_no_known_key(envelope: Envelope) -> None:
    Copy.objects.filter(envelope=envelope, role=Copy.Role.TO).update(epoch=7)
    assert codes() == {"copy-without-key"}


def test_content_that_nobody_can_open(envelope: Envelope) -> None:
    Copy.objects.filter(envelope=envelope).update(seal=None)
    assert codes() == {"content-without-copy"}


def test_a_mailbox_key_that_nobody_holds(envelope: Envelope, marc: Member) -> None:
    Grant.objects.filter(epoch__mailbox=marc.mailbox.id).delete()
    assert codes() == {"key-without-grant"}


@pytest.mark.attack(32)
def test_a_swapped_mailbox_key(claire: Member, marc: Member) -> None:
    stolen = MailboxEpoch.objects.get(mailbox=claire.mailbox.id).public_key
    MailboxEpoch.objects.filter(mailbox=marc.mailbox.id).update(public_key=stolen)
    assert codes() == {"unsigned-key"}


@pytest.mark.attack(32)
def test_a_swapped_person_key(claire: Member, marc: Member) -> None:
    Principal.objects.filter(id=marc.person.principal_id).update(public_key=claire.person.principal.public_key)
    assert codes() == {"unsigned-key"}


@pytest.mark.attack(36)
def test_an_act_without_trace(envelope: Envelope) -> None:
    rows = Evidence.objects.filter(envelope=envelope.id)
    Pending.objects.filter(evidence__in=rows).delete()
    LogEntry.objects.filter(evidence__in=rows).delete()
    rows.delete()
    assert "envelope-without-evidence" in codes()


def test_a_missing_record(envelope: Envelope) -> None:
    Record.objects.filter(envelope=envelope.id).delete()
    assert codes() == {"record-missing"}


def test_names_that_ended_with_their_years_are_not_missed(claire: Member, marc: Member, settings: Settings) -> None:
    """Sealed 400 days ago, destroyed 308 days ago, one year of names: the younger event cites the record that went."""
    settings.SCEAU_EVIDENCE_YEARS = 1
    sealed_at = clock.now() - timedelta(days=400)
    desk.send(actor(claire), marc.person.email, at=sealed_at)
    retention.sweep(at=sealed_at + timedelta(days=92))
    erasure.sweep(at=clock.now())
    integrator.step(at=clock.now())
    assert not Record.objects.filter(created_at__lt=clock.now() - timedelta(days=365)).exists()
    assert codes() == set()


@pytest.mark.parametrize("vanishing", ["upload", "envelope"])
def test_what_goes_while_it_is_looked_at_is_no_damage(
    vanishing: str, envelope: Envelope, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, at = store_check._blob_fault, clock.now()

    def go_first(key: str, size: int) -> str | None:
        """What its reader or its author does between our reading of the row and of the blob."""
        if vanishing == "upload":
            drafts.discard(draft, at=at)
        else:
            with transaction.atomic():
                destruction.destroy(Copy.objects.filter(envelope=envelope), destruction.Reason.RETENTION, at=at)
        while work.next_job({"delete-blob"}) == 0:
            pass
        return look(key, size)

    monkeypatch.setattr(store_check, "_blob_fault", go_first)
    look_through = store_check._uploads if vanishing == "upload" else store_check._envelopes
    assert list(look_through()) == []


@pytest.mark.attack(36)
def test_a_changed_row_of_the_log(envelope: Envelope) -> None:
    Evidence.objects.filter(envelope=envelope.id).update(event=17)
    assert "log-damaged" in codes()

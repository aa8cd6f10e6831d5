"""Imports: kept byte for byte, as they are written, with no claim of proof."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.db import transaction
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.envelopes import access, destruction, filing, folders, receiving, retention, timeline
from sceau.envelopes.destruction import Reason
from sceau.envelopes.mime.oddities import EmptyMail, LargeMail
from sceau.envelopes.models import Copy, Envelope, Folder
from sceau.evidence.models import Evidence
from sceau.vault import epochs
from tests.envelopes import desk
from tests.envelopes.mails import mail, multipart
from tests.people import Member, actor

pytestmark = pytest.mark.django_db
RAW = multipart(
    "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nTr=E8s bien.",
    "Content-Type: application/pdf; name=cr.pdf\nContent-Transfer-Encoding: base64\n\nJVBE Ri0x",
)


def place(raw: bytes, member: Member, at: datetime | None = None) -> Copy:
    by = actor(member)
    envelope = receiving.place(raw, by=by, folder=None, at=at or clock.now())
    return access.copy(Copy.objects.get(envelope=envelope).id, for_=by)


def stored() -> int:
    return sum(1 for _ in blobs.store().names("blobs/"))


def test_a_mail_is_kept_byte_for_byte_and_read(claire: Member) -> None:
    copy = place(RAW, claire)
    letter = desk.read(copy, actor(claire))
    assert desk.octets(letter.message()) == RAW
    assert letter.text() == "Très bien."
    (document,) = letter.documents()
    assert (document.name, document.content_type, document.size) == ("cr.pdf", "application/pdf", 6)
    assert desk.octets(document) == b"%PDF-1"


def test_formatted_text_and_its_pictures_are_read(claire: Member) -> None:
    raw = multipart(
        "Content-Type: text/html; charset=utf-8\n\n<style>p{}</style><p>Très <b>bien</b></p><p>&amp; vous",
        "Content-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\nUE5H",
        kind="related",
    )
    letter = desk.read(place(raw, claire), actor(claire))
    assert (letter.html() or "").startswith("<style>")
    assert letter.text() == "Très bien\n\n& vous"
    picture = letter.inline("logo@x")
    assert picture is not None
    assert desk.octets(picture) == b"PNG"
    assert letter.inline("other") is None


def test_it_comes_piece_by_piece_too(claire: Member) -> None:
    envelope = receiving.place(desk.pieces(RAW, 7), by=actor(claire), folder=None, at=clock.now())
    assert envelope.size == len(RAW)


def test_nothing_of_it_is_evidence_and_its_holder_needs_no_opening(claire: Member) -> None:
    before = Evidence.objects.count()
    copy = place(RAW, claire)
    assert Evidence.objects.count() == before
    assert copy.envelope.source == Envelope.Source.IMPORTED
    assert copy.envelope.parties is None
    assert (copy.role, copy.recipient) == (Copy.Role.KEPT, None)
    assert access.opening(copy, by=actor(claire), at=clock.now()) is None
    assert timeline.of(copy, by=actor(claire)) == []


def test_it_stands_among_the_mails_of_its_time_and_is_kept_from_today(claire: Member) -> None:
    at = clock.now()
    copy = place(mail("Date: Mon, 5 Jan 2015 08:00:00 +0100"), claire, at)
    assert copy.sort_at == datetime(2015, 1, 5, 7, tzinfo=UTC)
    assert copy.destroy_at == at + timedelta(days=configured.SCEAU_RETENTION_DAYS)


@pytest.mark.parametrize(
    ("date", "oddity"), [("Date: Mon, 5 Jan 2099 08:00:00 +0100", "future-date"), ("Date:", "bad-date")]
)
def test_a_date_that_cannot_be_is_that_of_the_import(claire: Member, date: str, oddity: str) -> None:
    at = clock.now()
    copy = place(mail(date), claire, at)
    assert copy.sort_at == at
    imported = desk.read(copy, actor(claire)).summary.imported
    assert imported is not None
    assert oddity in imported.oddities


def test_the_same_mail_twice_is_one(claire: Member, marc: Member) -> None:
    first, again = place(RAW, claire), place(RAW, claire)
    assert first.id == again.id
    assert stored() == 1
    other = place(RAW, marc)
    assert other.envelope_id != first.envelope_id
    assert bytes(other.mark or b"") != bytes(first.mark or b"")


def test_it_is_known_again_after_the_mailbox_s_keys_were_renewed(claire: Member) -> None:
    copy = place(RAW, claire)
    addresses = [claire.mailbox.address]
    epochs.open_next(claire.mailbox.id, addresses, to=[claire.person.principal], at=clock.now())
    assert place(RAW, claire).id == copy.id


def test_what_was_destroyed_can_be_brought_again(claire: Member) -> None:
    copy = place(RAW, claire)
    folders.delete(copy, by=actor(claire), at=clock.now())
    assert place(RAW, claire).id != copy.id


def test_it_goes_into_a_folder_of_its_holder(claire: Member, marc: Member) -> None:
    folder = filing.create("Archives", None, by=actor(claire), at=clock.now())
    envelope = receiving.place(RAW, by=actor(claire), folder=folder, at=clock.now())
    copy = Copy.objects.get(envelope=envelope)
    assert (copy.folder, copy.filed_in_id) == (Copy.Folder.FILED, folder.id)
    before = stored()
    with pytest.raises(NotFound):
        receiving.place(RAW, by=actor(marc), folder=folder, at=clock.now())
    Folder.objects.filter(id=folder.id).delete()
    with pytest.raises(NotFound):
        receiving.place(mail("Subject: autre"), by=actor(claire), folder=folder, at=clock.now())
    assert stored() == before


def test_what_cannot_be_kept_leaves_nothing(claire: Member, settings: Settings) -> None:
    settings.SCEAU_MESSAGE_LIMIT = 1000
    for raw, refusal in ((b"", EmptyMail), (mail(body=b"x" * 2000), LargeMail)):
        with pytest.raises(refusal):
            place(raw, claire)
    assert stored() == 0
    assert not Envelope.objects.exists()


def test_destruction_needs_no_evidence(claire: Member) -> None:
    copy, before = place(RAW, claire), Evidence.objects.count()
    with transaction.atomic():
        destruction.destroy([copy], Reason.DELETED, by=claire.person, at=clock.now())
    kept = Copy.objects.select_related("envelope").get(id=copy.id)
    assert (kept.seal, kept.mark, kept.envelope.summary, kept.envelope.blob_key) == (None, None, None, None)
    assert Evidence.objects.count() == before


def test_it_is_destroyed_when_its_time_has_come(claire: Member) -> None:
    copy = place(RAW, claire)
    assert retention.sweep(at=copy.destroy_at) == 1
    assert Copy.objects.get(id=copy.id).destroyed_at is not None


def test_received_shows_nothing(claire: Member) -> None:
    received = receiving.receive([mail("Subject: secret")], at=clock.now())
    assert "secret" not in repr([received, received.key])

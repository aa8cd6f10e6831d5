"""Passing an envelope on: its letter and documents go from seal to seal, and the evidence cites it."""

from dataclasses import replace

import pytest
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock
from sceau.envelopes import access, attachments, drafts, forwarding, receiving, rules, sending
from sceau.envelopes.models import Copy, Draft, Envelope
from sceau.evidence import records
from tests import people
from tests.envelopes import desk
from tests.people import Member

PDF = b"%PDF-1.7 " + bytes(range(256)) * 900
HEADING = "--- transférée ---"


@pytest.fixture
def received(claire: Member, marc: Member) -> Envelope:
    envelope = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", PDF), ("b.txt", b"b"), label="report")
    desk.open_copy(envelope, marc)
    return envelope


def parties(envelope: Envelope, member: Member) -> dict[str, object]:
    _, content = records.open_many(envelope.id, people.actor(member).keys)[envelope.commitment]
    return content


def test_everything_goes_on_and_the_evidence_cites_the_first(received: Envelope, marc: Member, chloe: Member) -> None:
    by = people.actor(marc)
    draft = forwarding.forward(desk.copy_of(received, marc), heading=HEADING, by=by, at=clock.now())
    content = drafts.read(draft, keys=by.keys)
    assert (content.to, content.subject, content.label) == ("", "Tr : Avis", "report")
    assert content.text == f"\n\n{HEADING}\n\nBonjour."
    typed = drafts.Content(to=str(chloe.address), subject=content.subject, text=f"Pour vous.{content.text}")
    drafts.save(draft, typed, base=draft.revision, at=clock.now())
    envelope = sending.seal(draft, by=by, at=clock.now())
    letter = desk.read(desk.copy_of(envelope, chloe), people.actor(chloe))
    assert [desk.octets(each) for each in letter.documents()] == [PDF, b"b"]
    assert [part.name for part in letter.summary.documents] == ["Écho.pdf", "b.txt"]
    assert parties(envelope, chloe)["forwards"] == str(received.id)
    assert envelope.forward_of == received.id
    assert envelope.thread == envelope.id


def test_its_sender_passes_his_own_on(received: Envelope, claire: Member, chloe: Member) -> None:
    by = people.actor(claire)
    draft = forwarding.forward(desk.own_copy(received, by), heading=HEADING, by=by, at=clock.now())
    assert [document.name for document in attachments.of(draft, keys=by.keys)] == ["Écho.pdf", "b.txt"]


def test_what_was_not_opened_is_not_passed_on(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), ("a.pdf", PDF))
    with pytest.raises(rules.NotOpened):
        forwarding.forward(desk.copy_of(envelope, marc), heading=HEADING, by=people.actor(marc), at=clock.now())
    assert not Draft.objects.exists()


def test_an_account_that_is_not_validated_passes_nothing_on(claire: Member, lea: Member) -> None:
    envelope = desk.send(people.actor(claire), str(lea.address))
    desk.open_copy(envelope, lea)
    with pytest.raises(rules.NotEntitled):
        forwarding.forward(desk.copy_of(envelope, lea), heading=HEADING, by=people.actor(lea), at=clock.now())


MAIL = b"""From: Ancien Confrere <ancien@ailleurs.example>\r
To: marc@ailleurs.example\r
Subject: =?utf-8?q?R=C3=A9sultats?=\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
Voil=E0.\r
--b\r
Content-Type: application/pdf; name=r.pdf\r
Content-Disposition: attachment; filename=r.pdf\r
Content-Transfer-Encoding: base64\r
\r
JVBERg==\r
--b--\r
"""


def test_an_import_goes_on_without_any_claim(marc: Member, chloe: Member) -> None:
    """Nothing is proved about it: the new envelope's evidence cites nothing."""
    by = people.actor(marc)
    import_ = receiving.place(MAIL, by=by, folder=None, at=clock.now())
    copy = access.copy(import_.copies.get().id, for_=by)
    draft = forwarding.forward(copy, heading=HEADING, by=by, at=clock.now())
    content = drafts.read(draft, keys=by.keys)
    assert (content.subject, content.text) == ("Tr : Résultats", f"\n\n{HEADING}\n\nVoilà.")
    assert [each.name for each in attachments.of(draft, keys=by.keys)] == ["r.pdf"]
    drafts.save(draft, replace(content, to=str(chloe.address)), base=draft.revision, at=clock.now())
    envelope = sending.seal(draft, by=by, at=clock.now())
    assert "forwards" not in parties(envelope, chloe)
    assert desk.octets(desk.read(desk.copy_of(envelope, chloe), people.actor(chloe)).document("2")) == b"%PDF"


def test_a_forward_of_an_envelope_one_does_not_hold_cites_nothing(
    received: Envelope, chloe: Member, claire: Member
) -> None:
    by = people.actor(chloe)
    draft = drafts.create(by, drafts.Content(to=str(claire.address)), forward_of=received.id, at=clock.now())
    assert "forwards" not in parties(sending.seal(draft, by=by, at=clock.now()), claire)


def test_when_it_fails_midway_nothing_is_left(received: Envelope, marc: Member, settings: Settings) -> None:
    before = {entry.name for entry in blobs.store().names("blobs/")}
    settings.SCEAU_DRAFT_LIMIT = len(PDF)
    with pytest.raises(rules.TooLarge):
        forwarding.forward(desk.copy_of(received, marc), heading=HEADING, by=people.actor(marc), at=clock.now())
    assert {entry.name for entry in blobs.store().names("blobs/")} == before
    assert not Draft.objects.exists()


def test_a_subject_says_once_that_it_was_passed_on() -> None:
    assert rules.forward_subject("Avis") == "Tr : Avis"
    assert rules.forward_subject("TR: Avis") == "TR: Avis"
    assert rules.forward_subject("Fwd: Avis") == "Fwd: Avis"
    assert rules.forward_subject("Trouble du rythme") == "Tr : Trouble du rythme"


def test_a_reply_marks_what_it_answers(received: Envelope, claire: Member, marc: Member) -> None:
    by, at = people.actor(marc), clock.now()
    assert desk.copy_of(received, marc).answered_at is None
    sending.seal(desk.write(by, str(claire.address), reply_to=received.id), by=by, at=at)
    assert desk.copy_of(received, marc).answered_at == at
    assert not Copy.objects.filter(role=Copy.Role.FROM).exclude(answered_at=None).exists()

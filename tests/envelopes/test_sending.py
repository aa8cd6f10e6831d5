"""Sealing: what is true once it is said."""

import email
import email.policy
import hashlib
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.core.values import Address
from sceau.demo.cast import CLAIRE, MARC
from sceau.envelopes import access, attachments, drafts, letters, rules, sending
from sceau.envelopes.models import Copy, Draft, DraftRevision, Envelope, Upload
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence, Pending
from sceau.jobs.models import Job
from tests import people
from tests.envelopes import desk
from tests.people import Member

typed = st.text(st.characters(exclude_categories=["Cs"]), max_size=rules.SUBJECT_LIMIT)
PDF = b"%PDF-1.7 " + bytes(range(256)) * 900


def test_what_was_written_is_what_the_recipient_reads(claire: Member, marc: Member) -> None:
    by, reader = people.actor(claire), people.actor(marc)
    envelope = desk.send(by, "Dr Benali <marc.benali@ch-ecrins.example>", ("Écho.pdf", PDF), text="Chère\nconsœur,")
    letter = desk.read(desk.copy_of(envelope, marc), reader)
    assert letter.text() == "Chère\nconsœur,"
    assert letter.summary.subject == "Avis"
    assert letter.summary.sender.name == claire.mailbox.name
    assert [part.name for part in letter.summary.documents] == ["Écho.pdf"]
    document = letter.document("2")
    assert (document.content_type, document.size) == ("application/pdf", len(PDF))
    assert desk.octets(document) == PDF


@given(subject=typed, text=typed, name=typed)
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@pytest.mark.attack(7)
def test_whatever_is_typed_is_sealed_and_comes_back(
    claire: Member, marc: Member, subject: str, text: str, name: str
) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address), (name, b"x"), subject=subject, text=text)
    letter = desk.read(desk.own_copy(envelope, by), by)
    assert letter.text() == re.sub(r"\r\n|\r", "\n", text)
    headers = email.message_from_bytes(desk.octets(letter.message()), policy=email.policy.default)
    assert (headers["Subject"] or "") == letter.summary.subject == rules.subject(subject)
    (attachment,) = headers.iter_attachments()  # type: ignore[attr-defined]  # an EmailMessage by its policy
    assert attachment.get_filename() == letter.summary.documents[0].name


@pytest.mark.req("E10")
def test_the_message_is_canonical_and_its_digest_is_in_the_evidence(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address), ("Écho.pdf", PDF))
    message = desk.octets(desk.read(desk.own_copy(envelope, by), by).message())
    assert len(message) == envelope.size
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert parsed["To"] == "Dr Marc Benali <marc.benali@ch-ecrins.example>"
    assert parsed["Bcc"] is None
    _, told = records.open_many(envelope.id, people.actor(marc).keys)[bytes(envelope.parties)]
    assert told["digest"] == hashlib.sha256(message).hexdigest()
    assert told["message_id"] == parsed["Message-ID"]
    assert told["parts"][1]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert [recipient["value"] for recipient in told["recipients"]] == [str(marc.address)]


def test_sealing_is_accepted_once_and_consigned_to_each_recipient(claire: Member, marc: Member, lea: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), cc=str(lea.address))
    rows = Evidence.objects.filter(envelope=envelope.id).order_by("id")
    assert [(row.event, row.recipient) for row in rows] == [
        (Event.SUBMISSION_ACCEPTANCE, None),
        (Event.CONTENT_CONSIGNMENT, 0),
        (Event.CONTENT_CONSIGNMENT, 1),
    ]
    assert {bytes(row.parties or b"") for row in rows} == {bytes(envelope.parties)}
    assert Pending.objects.filter(evidence__in=rows).count() == 3


def test_each_mailbox_holds_its_own_copy(claire: Member, marc: Member, lea: Member) -> None:
    at = clock.now()
    envelope = desk.send(people.actor(claire), str(marc.address), cc=str(lea.address), at=at)
    held = {copy.mailbox_id: copy for copy in Copy.objects.filter(envelope=envelope)}
    assert {copy.role for copy in held.values()} == {"from", "to", "cc"}
    assert held[claire.mailbox.id].folder == Copy.Folder.SENT
    assert held[marc.mailbox.id].folder == Copy.Folder.RECEIVED
    assert held[marc.mailbox.id].destroy_at == at + timedelta(days=92)
    assert len({bytes(copy.seal or b"") for copy in held.values()}) == 3


def test_somebody_may_write_to_himself(claire: Member) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(claire.address))
    assert {copy.role for copy in Copy.objects.filter(envelope=envelope)} == {"from", "to"}
    assert desk.read(desk.copy_of(envelope, claire), by).text() == "Bonjour."


def test_the_draft_and_its_documents_become_the_envelope(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), ("a.pdf", PDF))
    upload = draft.uploads.get()
    envelope = sending.seal(draft, by=by, at=clock.now())
    assert envelope.id == draft.id
    assert not Draft.objects.exists()
    assert not DraftRevision.objects.exists()
    assert not Upload.objects.exists()
    assert Job.objects.filter(name="delete-blob", object_id=upload.blob_key).exists()


def test_recipients_and_nobody_else_are_told(claire: Member, marc: Member, chloe: Member) -> None:
    desk.send(people.actor(claire), str(marc.address), ("a.pdf", PDF), label="report")
    (message,) = people.mails(str(marc.address), "received")
    assert message.context["sender"] == claire.person.name
    assert message.context["documents"] == 1
    assert message.context["label"] == "report"
    assert "Avis" not in repr(sorted(message.context.values(), key=str))
    assert not people.mails(str(chloe.address), "received")


@pytest.mark.req("V3")
def test_two_envelopes_with_the_same_words_have_nothing_in_common(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    first, second = (desk.send(by, str(marc.address)) for _ in range(2))
    one, other = (desk.octets(desk.read(desk.own_copy(each, by), by).message()) for each in (first, second))
    assert one != other  # Message-ID and boundary are secret random (E10)
    assert first.blob_key != second.blob_key


@pytest.mark.django_db(transaction=True)
@pytest.mark.attack(38)
@pytest.mark.req("V13")
def test_a_doubled_submit_gives_one_envelope() -> None:
    claire, marc = people.join(CLAIRE), people.join(MARC)
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), ("a.pdf", PDF))
    start = threading.Barrier(4)

    def submit(_: int) -> UUID | None:
        """A click: its own connection, and its own reading of the draft."""
        mine, hand = Draft.objects.get(id=draft.id), people.actor(claire)
        start.wait()
        try:
            return sending.seal(mine, by=hand, at=clock.now()).id
        except NotFound:  # it came after the draft was gone: the door then looks for the envelope
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as clicks:
        sealed = set(clicks.map(submit, range(4)))
    envelope = Envelope.objects.get()
    assert envelope.id in sealed
    assert sealed <= {envelope.id, None}
    assert Copy.objects.count() == 2
    assert Evidence.objects.filter(envelope=envelope.id).count() == 2
    named = {blobs.content_name(key) for key in (envelope.blob_key, *jobs_blobs()) if key}
    assert {entry.name for entry in blobs.store().names("blobs/")} == named


def test_the_second_of_two_submits_that_read_the_same_draft_finds_the_first_one_s_envelope(
    claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address))
    again = Draft.objects.get(id=draft.id)
    write = letters.write
    first: list[Envelope] = []

    def overtaken(*args: Any, **kwargs: Any) -> letters.Written:
        if not first:
            first.append(draft)  # type: ignore[arg-type]  # a mark: the call below comes here again
            first[0] = sending.seal(again, by=by, at=clock.now())
        return write(*args, **kwargs)

    monkeypatch.setattr(letters, "write", overtaken)
    assert sending.seal(draft, by=by, at=clock.now()) == first[0]
    assert Envelope.objects.get() == first[0]


def jobs_blobs() -> list[str]:
    ids = Job.objects.filter(name="delete-blob").values_list("object_id", flat=True)
    return [id.hex for id in ids if id]


def test_an_address_without_an_account_is_refused_by_name_and_nothing_is_written(claire: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, "personne@ailleurs.example", ("a.pdf", PDF))
    with pytest.raises(rules.UnknownRecipient) as refusal:
        sending.seal(draft, by=by, at=clock.now())
    assert refusal.value.addresses == (Address.parse("personne@ailleurs.example"),)
    assert not Envelope.objects.exists()
    assert drafts.read(draft, keys=by.keys).to == "personne@ailleurs.example"
    assert not Evidence.objects.filter(envelope=draft.id).exists()  # a typing error is no evidence (E6)


@pytest.mark.req("E6")
def test_an_account_that_is_not_validated_cannot_write_first_and_the_refusal_is_evidence(
    lea: Member, marc: Member
) -> None:
    by = people.actor(lea)
    draft = desk.write(by, str(marc.address))
    for _ in range(2):
        with pytest.raises(rules.NotEntitled):
            sending.seal(draft, by=by, at=clock.now())
    (row,) = Evidence.objects.filter(envelope=draft.id)  # once for this version of the draft
    assert row.event == Event.SUBMISSION_REJECTION
    _, told = records.open_many(draft.id, by.keys)[bytes(row.facts or b"")]
    assert (told["code"], told["recipients"]) == ("not-entitled", [str(marc.address)])


def test_an_account_that_is_not_validated_learns_nothing_about_who_has_a_mailbox(lea: Member) -> None:
    by = people.actor(lea)
    with pytest.raises(rules.NotEntitled):
        desk.send(by, "personne@ailleurs.example")


def test_an_account_that_is_not_validated_answers_whoever_wrote_to_it(
    claire: Member, lea: Member, marc: Member
) -> None:
    received = desk.send(people.actor(claire), str(lea.address), cc=str(marc.address))
    by = people.actor(lea)
    answer = sending.seal(desk.write(by, str(claire.address), reply_to=received.id), by=by, at=clock.now())
    assert desk.read(desk.copy_of(answer, claire), people.actor(claire)).text() == "Bonjour."
    with pytest.raises(rules.NotEntitled):
        sending.seal(desk.write(by, str(marc.address), reply_to=received.id), by=by, at=clock.now())


def test_a_reply_to_an_envelope_one_does_not_hold_gives_no_right(claire: Member, marc: Member, lea: Member) -> None:
    foreign = desk.send(people.actor(claire), str(marc.address))
    by = people.actor(lea)
    with pytest.raises(rules.NotEntitled):
        sending.seal(desk.write(by, str(claire.address), reply_to=foreign.id), by=by, at=clock.now())


def test_a_reply_names_what_it_answers(claire: Member, marc: Member) -> None:
    asked = desk.send(people.actor(claire), str(marc.address))
    by = people.actor(marc)
    answer = sending.seal(desk.write(by, str(claire.address), reply_to=asked.id), by=by, at=clock.now())
    first = desk.read(desk.own_copy(asked, people.actor(claire)), people.actor(claire)).summary
    letter = desk.read(desk.own_copy(answer, by), by)
    headers = email.message_from_bytes(desk.octets(letter.message()), policy=email.policy.default)
    assert headers["In-Reply-To"] == first.message_id
    assert headers["References"] == first.message_id
    assert letter.summary.references == (first.message_id,)


def test_a_document_that_fits_no_envelope_is_refused(claire: Member, marc: Member, settings: Settings) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), ("a.pdf", PDF))
    settings.SCEAU_MESSAGE_LIMIT = len(PDF) - 1
    with pytest.raises(rules.DocumentTooLarge):
        sending.seal(draft, by=by, at=clock.now())
    assert draft.uploads.count() == 1


def test_a_draft_changed_in_another_tab_is_not_sealed(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address))
    stale = Draft.objects.get(id=draft.id)
    content = drafts.read(stale, keys=by.keys)
    drafts.save(draft, content, base=1, at=clock.now())
    with pytest.raises(drafts.Stale):
        sending.seal(stale, by=by, at=clock.now())
    assert not Envelope.objects.exists()
    assert drafts.read(Draft.objects.get(), keys=by.keys) == content


def test_a_refused_seal_leaves_no_blob(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address))
    stale = Draft.objects.get(id=draft.id)
    drafts.save(draft, drafts.read(draft, keys=by.keys), base=1, at=clock.now())
    before = {entry.name for entry in blobs.store().names("blobs/")}
    with pytest.raises(drafts.Stale):
        sending.seal(stale, by=by, at=clock.now())
    assert {entry.name for entry in blobs.store().names("blobs/")} == before


def test_the_sender_decides_when_recipients_lose_it(claire: Member, marc: Member) -> None:
    at = clock.now()
    day = (at + timedelta(days=10)).date().isoformat()
    envelope = desk.send(people.actor(claire), str(marc.address), expires_on=day, at=at)
    assert envelope.expires_at is not None
    assert desk.copy_of(envelope, marc).destroy_at == envelope.expires_at
    assert desk.copy_of(envelope, marc).warned == 15
    assert desk.own_copy(envelope, people.actor(claire)).destroy_at == at + timedelta(days=92)


@pytest.mark.parametrize("before", [(), (("a.pdf", PDF),)])
def test_a_document_attached_in_another_tab_is_not_left_behind(
    claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch, before: tuple[tuple[str, bytes], ...]
) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), *before)
    write = letters.write

    def slow(*args: Any, **kwargs: Any) -> letters.Written:
        """While the message is written, the other tab swaps one document for another."""
        other = access.draft(draft.id, for_=by)
        for upload in other.uploads.all():
            attachments.detach(upload, at=clock.now())
        desk.attach(other, "b.pdf", PDF)
        return write(*args, **kwargs)

    monkeypatch.setattr(letters, "write", slow)
    with pytest.raises(drafts.Stale):
        sending.seal(draft, by=by, at=clock.now())
    assert not Envelope.objects.exists()
    assert draft.uploads.count() == 1

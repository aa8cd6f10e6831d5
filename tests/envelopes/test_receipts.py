"""Receipts: built for each reader, readable by people, verified without us, spoilt by one octet."""

import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from sceau.cli import verifier
from sceau.core import clock
from sceau.envelopes import destruction, handover, receipt_pages, receipts
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.receipts import NotYetPublished, Receipt
from sceau.evidence import reasons, seals, trust, verify
from sceau.evidence.events import Event
from sceau.evidence.faults import LogDamaged
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Evidence, Record
from sceau.evidence.trust import Trust
from tests import people
from tests.envelopes import desk
from tests.evidence.test_verify import CLAIMS
from tests.people import Member


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    envelope = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", b"%PDF-1.4 scan"), subject="Canari-7f3a")
    opening = desk.open_copy(envelope, marc)
    handover.record(desk.copy_of(envelope, marc), opening, "2", by=people.actor(marc), at=clock.now())
    return envelope


@pytest.fixture
def trusted() -> Trust:
    return Trust.parse(trust.write(settings.SCEAU_KEYS, "Essais"))


def publish() -> None:
    Integrator().step(at=clock.now())


def sender_s(envelope: Envelope, claire: Member) -> Receipt:
    by = people.actor(claire)
    return receipts.build(desk.own_copy(envelope, by), by=by, at=clock.now())


def reader_s(envelope: Envelope, marc: Member) -> Receipt:
    return receipts.build(desk.copy_of(envelope, marc), by=people.actor(marc), at=clock.now())


@pytest.mark.req("E2")
def test_a_receipt_waits_for_the_signature(envelope: Envelope, claire: Member) -> None:
    with pytest.raises(NotYetPublished):
        sender_s(envelope, claire)
    publish()
    assert sender_s(envelope, claire).document.items


@pytest.mark.req("E10")
def test_both_sides_verify_with_the_trust_file_alone(
    envelope: Envelope, claire: Member, marc: Member, trusted: Trust
) -> None:
    publish()
    for made in (sender_s(envelope, claire), reader_s(envelope, marc)):
        outcome = verify.verify(made.json, trusted)
        assert [step.event for step in outcome.steps] == [1, 11, 17, 18]
        assert outcome.parties is not None
        assert outcome.parties["sender"]["value"] == str(claire.address)
        sealed_pdf = verify.verify(receipts.pdf(made), trusted)
        assert sealed_pdf.pdf_checked
        assert sealed_pdf.receipt == made.document


def test_the_downloaded_message_is_the_one_that_was_sealed(
    envelope: Envelope, claire: Member, marc: Member, trusted: Trust
) -> None:
    publish()
    by = people.actor(marc)
    stream = desk.read(desk.copy_of(envelope, marc), by).message()
    eml = desk.octets(stream)
    assert verify.verify(sender_s(envelope, claire).json, trusted, io.BytesIO(eml)).message_checked
    changed = eml[:-3] + bytes([eml[-3] ^ 1]) + eml[-2:]
    with pytest.raises(reasons.AnotherMessage):
        verify.verify(sender_s(envelope, claire).json, trusted, io.BytesIO(changed))


def test_a_recipient_s_receipt_holds_nothing_of_the_others(claire: Member, marc: Member, chloe: Member) -> None:
    envelope = desk.send(people.actor(claire), f"{marc.address}, {chloe.address}")
    desk.open_copy(envelope, chloe)
    publish()
    made = reader_s(envelope, marc)
    assert (made.document.role, made.document.recipient) == ("recipient", 0)
    assert {item.row.recipient for item in made.document.items} == {None, 0}
    assert [record.content["kind"] for record in made.document.records] == ["parties"]


def test_it_holds_no_subject_no_file_name_and_no_content(envelope: Envelope, claire: Member) -> None:
    publish()
    made = sender_s(envelope, claire)
    pages = text_of(receipts.pdf(made))
    for secret in ("Canari", "Écho", "Bonjour"):
        assert secret not in made.json.decode()
        assert secret not in pages


@pytest.mark.req("E11")
def test_receipts_outlive_the_names(envelope: Envelope, claire: Member, trusted: Trust) -> None:
    publish()
    Record.objects.filter(envelope=envelope.id).delete()
    made = sender_s(envelope, claire)
    outcome = verify.verify(receipts.pdf(made), trusted)
    assert outcome.parties is None
    assert made.document.records == ()
    assert "a été effacée" in text_of(receipts.pdf(made))


def test_receipts_outlive_the_content(envelope: Envelope, claire: Member, marc: Member, trusted: Trust) -> None:
    with transaction.atomic():
        destruction.destroy(Copy.objects.filter(envelope=envelope), destruction.Reason.RETENTION, at=clock.now())
    publish()
    for made in (sender_s(envelope, claire), reader_s(envelope, marc)):
        outcome = verify.verify(receipts.pdf(made), trusted)
        assert Event.CONTENT_DESTROYED in {step.event for step in outcome.steps}
        assert outcome.parties is not None


@pytest.mark.attack(36)
def test_no_receipt_is_made_from_an_edited_row(envelope: Envelope, claire: Member) -> None:
    publish()
    Evidence.objects.filter(envelope=envelope.id, event=Event.CONTENT_ACCESS_TRACKING).update(at_ms=1)
    with pytest.raises(LogDamaged):
        sender_s(envelope, claire)


# The PDF


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_people_can_read_it(envelope: Envelope, claire: Member, marc: Member) -> None:
    publish()
    made = sender_s(envelope, claire)
    text = " ".join(text_of(receipts.pdf(made)).split())
    digest = made.document.records[0].content["digest"]
    for expected in (
        "Preuve d’une enveloppe scellée",
        str(envelope.id),
        claire.person.name,
        str(marc.address),
        "Enveloppe scellée",
        "A.1 SubmissionAcceptance",
        "Enveloppe ouverte",
        "Document n° 2",
        "Ce qu’elle n’établit pas",
        "L’heure est celle de l’opérateur",
        "sceau verify preuve.pdf",
    ):
        assert expected in text, expected
    assert digest in text.replace(" ", "")
    assert re.search(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2} \(UTC\+0[12]:00\)", text)
    assert not CLAIMS.search(text)


def test_english_readers_get_english_pages_in_their_own_time(envelope: Envelope, claire: Member) -> None:
    publish()
    claire.person.language, claire.person.zone = "en", "Indian/Reunion"
    claire.person.save()
    text = " ".join(text_of(receipts.pdf(sender_s(envelope, claire))).split())
    assert "Receipt of a sealed envelope" in text
    assert "(UTC+04:00)" in text
    assert not CLAIMS.search(text)


def test_the_receipt_and_one_proof_an_event_are_attached_and_nothing_else(envelope: Envelope, claire: Member) -> None:
    publish()
    made = sender_s(envelope, claire)
    attached = {name: parts[0] for name, parts in pypdf.PdfReader(io.BytesIO(receipts.pdf(made))).attachments.items()}
    assert attached == {"preuve.json": made.json, **made.proofs}
    assert all(text.startswith(b"c2sp.org/tlog-proof@v1\n") for text in made.proofs.values())
    assert len(made.proofs) == 4


def test_a_hundred_recipients_fit_on_several_pages(envelope: Envelope, claire: Member) -> None:
    publish()
    document = sender_s(envelope, claire).document
    many = receipt_pages.write(replace(document, items=document.items * 60), "fr", "Europe/Paris")
    assert len(pypdf.PdfReader(io.BytesIO(many)).pages) > 5


def test_names_are_never_markup_and_other_scripts_are_told(claire: Member, marc: Member) -> None:
    marc.person.given_name, marc.person.family_name = "Łukasz <b>&amp;", "Дмитриев"
    marc.person.save()
    second = desk.send(people.actor(claire), str(marc.address))
    desk.open_copy(second, marc)
    publish()
    text = text_of(receipts.pdf(sender_s(second, claire)))
    assert "<b>&amp;" in text
    assert "le nom exact est dans" in text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("receipts")


@pytest.fixture
def sealed(envelope: Envelope, claire: Member) -> bytes:
    publish()
    return receipts.pdf(sender_s(envelope, claire))


def test_one_changed_octet_anywhere_in_the_pdf_is_enough(sealed: bytes, trusted: Trust) -> None:
    @hypothesis(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(sealed) - 1), st.integers(1, 255))
    def check(at: int, mask: int) -> None:
        changed = sealed[:at] + bytes([sealed[at] ^ mask]) + sealed[at + 1 :]
        with pytest.raises(reasons.Unproven):
            verify.verify(changed, trusted)

    check()


def test_no_octet_of_the_seal_s_wrapping_is_free(sealed: bytes, trusted: Trust) -> None:
    """The cryptographic message around a signature is signed by nobody: it has one spelling."""
    start = sealed.index(b"/Contents <")
    seal = range(start, sealed.index(b">", start) + 1)
    for at in (*seal[:130], *seal[130:2400:41], *seal[2400::997], *seal[-3:]):
        for mask in (1, 0x20):
            with pytest.raises(reasons.Unproven):
                verify.verify(sealed[:at] + bytes([sealed[at] ^ mask]) + sealed[at + 1 :], trusted)


@pytest.mark.parametrize("addition", [b"\n% more\n", b" ", b"\n1 0 obj\n<<>>\nendobj\n"])
def test_what_is_added_after_the_seal_is_a_change(sealed: bytes, trusted: Trust, addition: bytes) -> None:
    with pytest.raises((reasons.PdfChanged, reasons.PdfUnreadable)):
        verify.verify(sealed + addition, trusted)


def test_a_page_added_by_another_program_is_a_change(sealed: bytes, trusted: Trust) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(sealed), incremental=True)
    writer.add_blank_page(100, 100)
    output = io.BytesIO()
    writer.write(output)
    with pytest.raises(reasons.PdfChanged):
        verify.verify(output.getvalue(), trusted)


def test_an_unsealed_pdf_proves_nothing(envelope: Envelope, claire: Member, trusted: Trust) -> None:
    publish()
    pages = receipt_pages.write(sender_s(envelope, claire).document, "fr", "Europe/Paris")
    with pytest.raises(reasons.PdfUnsealed):
        verify.verify(pages, trusted)


def test_another_operator_s_seal_is_not_ours(sealed: bytes, trusted: Trust, tmp_path: Path) -> None:
    seals.create(tmp_path, "Un autre", at=clock.now())
    (tmp_path / "log.vkey").write_text("".join(f"{key.vkey}\n" for key in trusted.log_keys))
    stranger = Trust.parse(trust.write(tmp_path, "Un autre"))
    with pytest.raises(reasons.PdfUntrusted):
        verify.verify(sealed, stranger)
    with pytest.raises(reasons.PdfUntrusted):
        verify.verify(sealed, Trust("x", trusted.log_keys, ()))


def test_a_renewed_seal_leaves_older_receipts_valid(sealed: bytes, trusted: Trust, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(settings.SCEAU_KEYS, keys)
    seals.renew(keys, "Essais", at=clock.now())
    renewed = Trust.parse(trust.write(keys, "Essais"))
    assert len(renewed.authorities) == 2
    assert renewed.authorities[1] == trusted.authorities[0]
    assert verify.verify(sealed, renewed).pdf_checked


def test_a_process_that_has_sealed_takes_up_the_renewed_seal(
    sealed: bytes, envelope: Envelope, claire: Member, trusted: Trust, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = shutil.copytree(settings.SCEAU_KEYS, tmp_path / "keys")
    monkeypatch.setattr(settings, "SCEAU_KEYS", keys)
    made = sender_s(envelope, claire)
    assert verify.verify(receipts.pdf(made), trusted).pdf_checked
    seals.renew(keys, "Essais", at=clock.now())
    resealed = receipts.pdf(made)
    assert verify.verify(resealed, Trust.parse(trust.write(keys, "Essais"))).pdf_checked
    with pytest.raises(reasons.PdfUntrusted):
        verify.verify(resealed, trusted)


def test_proofs_swapped_in_a_sealed_pdf_are_noticed(
    envelope: Envelope, claire: Member, trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator's own seal over attachments that contradict each other."""
    publish()
    made = sender_s(envelope, claire)
    wrong = dict(zip(made.proofs, reversed(made.proofs.values()), strict=True))
    monkeypatch.setattr(Receipt, "proofs", property(lambda _self: wrong))
    with pytest.raises(reasons.AttachmentsDiffer):
        verify.verify(receipts.pdf(made), trusted)


def test_the_command_verifies_the_pdf_with_the_message(
    sealed: bytes, envelope: Envelope, marc: Member, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "preuve.pdf").write_bytes(sealed)
    (tmp_path / "operator.pem").write_text(trust.write(settings.SCEAU_KEYS, "Essais"))
    stream = desk.read(desk.copy_of(envelope, marc), people.actor(marc)).message()
    (tmp_path / "message.eml").write_bytes(desk.octets(stream))
    arguments = [str(tmp_path / "preuve.pdf"), "--trust", str(tmp_path / "operator.pem")]
    assert verifier.main([*arguments, "--message", str(tmp_path / "message.eml")]) == 0
    told = capsys.readouterr().out
    assert "Le PDF porte le sceau de l’opérateur et n’a pas changé depuis." in told
    assert "Le message donné est exactement celui qui a été scellé." in told


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler-utils (pdfsig) is not installed")
def test_another_program_finds_the_seal_valid(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "preuve.pdf").write_bytes(sealed)
    told = subprocess.run(["pdfsig", "-nocert", "preuve.pdf"], cwd=tmp_path, capture_output=True, text=True).stdout
    assert "Signature is Valid." in told
    assert "ETSI.CAdES.detached" in told
    assert "Total document signed" in told


def test_json_is_what_programs_expect(envelope: Envelope, claire: Member) -> None:
    publish()
    value = json.loads(sender_s(envelope, claire).json)
    assert set(value) == {
        "envelope",
        "evidence",
        "format",
        "made_ms",
        "operator",
        "recipient",
        "records",
        "role",
        "time_source",
    }

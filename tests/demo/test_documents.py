"""The demonstration's documents: what other software reads in them, and that they can be nobody's."""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from xml.etree import ElementTree

import pydicom
import pypdf
import pytest
from PIL import Image

from sceau.demo import documents
from sceau.demo.documents import Document, imaging
from sceau.demo.documents.people import (
    BIOLOGIST,
    CLAIRE,
    HENRI,
    MARC,
    SARAH,
    Doctor,
    in_words,
    with_ins_key,
    with_luhn_key,
)

V3 = "{urn:hl7-org:v3}"
EVERY = [
    *(documents.letter, documents.report, documents.prescription, documents.pregnancy_letter, documents.blood_test),
    *(documents.scan, documents.photo, documents.xray, documents.cda),
]
PDFS = {
    documents.letter: (1, "Cher confrère"),
    documents.report: (2, "Fraction d’éjection"),
    documents.prescription: (1, "Ordonnance"),
    documents.pregnancy_letter: (1, "grossesse"),
    documents.blood_test: (1, "Hémoglobine"),
}


class TestPdf:
    @pytest.mark.parametrize("make", PDFS)
    def test_it_reads_as_a_french_page(self, make: Callable[[], Document]) -> None:
        pages, words = PDFS[make]
        document = make()
        found = pypdf.PdfReader(io.BytesIO(document.data), strict=True)
        text = "\n".join(page.extract_text() for page in found.pages)
        assert document.content_type == "application/pdf"
        assert len(found.pages) == pages
        assert words in text
        assert "-FICTIF" in text
        assert "Document de démonstration" in text
        assert not re.search("[\x00■�]", text)  # a letter that the font does not have

    def test_the_patient_and_the_doctor_are_those_asked_for(self) -> None:
        data = documents.report_pdf(SARAH, CLAIRE, on=date(2027, 3, 1))
        text = pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()
        assert "Sarah ROUVIER-FICTIF" in text
        assert "34 ans" in text
        assert "Cabinet des Tilleuls" in text

    def test_results_out_of_range_are_marked_in_words(self) -> None:
        texts = {
            pypdf.PdfReader(io.BytesIO(documents.blood_test_pdf(seed=seed))).pages[0].extract_text()
            for seed in range(4)
        }
        assert len(texts) == 4
        assert any("(haut)" in text for text in texts)


class TestBigPdf:
    @pytest.mark.parametrize("octets", [20_000, 99_999, 1_000_003])
    def test_it_is_a_pdf_of_exactly_the_size_asked_for(self, octets: int) -> None:
        data = documents.big_pdf(octets)
        found = pypdf.PdfReader(io.BytesIO(data), strict=True)
        assert len(data) == octets
        assert "Compte rendu" in found.pages[0].extract_text()
        assert {name: len(content[0]) for name, content in found.attachments.items()}["serie-brute.bin"] > octets * 0.6

    def test_it_does_not_shrink(self) -> None:
        data = documents.big_pdf(2_000_000)
        assert len(zlib.compress(data)) > 0.99 * len(data)

    def test_seeds_give_different_ones(self) -> None:
        assert documents.big_pdf(50_000, seed=1) != documents.big_pdf(50_000, seed=2)

    def test_too_small_a_size_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no room"):
            documents.big_pdf(1000)


class TestPictures:
    @pytest.mark.parametrize(
        ("make", "mode"), [(documents.xray, "L"), (documents.scan, "RGB"), (documents.photo, "RGB")]
    )
    def test_it_is_a_picture_with_something_on_it(self, make: Callable[[], Document], mode: str) -> None:
        document = make()
        with Image.open(io.BytesIO(document.data)) as picture:
            picture.load()
            assert (picture.format, picture.mode) == ("JPEG", mode)
            assert min(picture.size) >= 900
            shades = picture.convert("L").histogram()
        assert sum(shade > 0 for shade in shades) > 100
        assert max(shades) < 0.7 * sum(shades)
        assert 100_000 < len(document.data) < 1_500_000


class TestCda:
    @pytest.fixture
    def root(self) -> ElementTree.Element:
        return ElementTree.fromstring(documents.cda_report())

    def test_the_header_has_what_the_ci_sis_asks_for_in_the_order_of_the_schema(
        self, root: ElementTree.Element
    ) -> None:
        assert root.tag == f"{V3}ClinicalDocument"
        assert [child.tag.removeprefix(V3) for child in root] == [
            *("realmCode", "typeId", "templateId", "templateId", "id", "code", "title", "effectiveTime"),
            *("confidentialityCode", "languageCode", "setId", "versionNumber", "recordTarget", "author", "custodian"),
            *("informationRecipient", "legalAuthenticator", "documentationOf", "componentOf", "component"),
        ]
        assert {each.get("root") for each in root.iter(f"{V3}templateId")} == {
            "2.16.840.1.113883.2.8.2.1",
            "1.2.250.1.213.1.1.1.1",
        }

    def test_the_patient_is_a_test_identity_with_a_right_key(self, root: ElementTree.Element) -> None:
        identifier = root.find(f"{V3}recordTarget/{V3}patientRole/{V3}id")
        assert identifier is not None
        assert identifier.get("root") == "1.2.250.1.213.1.4.10"
        assert identifier.get("extension") == HENRI.ins
        assert int(HENRI.ins[13:]) == 97 - int(HENRI.ins[:13]) % 97

    def test_every_professional_has_a_fictitious_rpps(self, root: ElementTree.Element) -> None:
        numbers = [each.get("extension", "") for each in root.iter(f"{V3}id") if each.get("root") == RPPS]
        assert len(numbers) == 4
        assert all(re.fullmatch(r"899\d{9}", number) for number in numbers)

    def test_the_body_is_of_level_three_and_its_entries_point_at_the_narrative(self, root: ElementTree.Element) -> None:
        sections = list(root.iter(f"{V3}section"))
        references = [each.get("value", "")[1:] for each in root.iter(f"{V3}reference")]
        anchors = {each.get("ID") for each in root.iter(f"{V3}td")}
        assert [each.findtext(f"{V3}title") for each in sections][-1] == "Conclusion"
        assert all("".join(section.find(f"{V3}text").itertext()) for section in sections)  # type: ignore[union-attr]
        assert len(references) == 4
        assert set(references) <= anchors

    def test_text_cannot_break_the_document(self) -> None:
        hostile = replace(HENRI, family_name='<b>&"', birthplace="]]>")
        root = ElementTree.fromstring(documents.cda_report(hostile))
        assert root.findtext(f".//{V3}family") == '<b>&"'

    def test_two_versions_in_time_are_two_documents(self) -> None:
        other = documents.cda_report(at=datetime(2027, 1, 1, tzinfo=UTC))
        assert ElementTree.fromstring(other).find(f"{V3}id").attrib != (  # type: ignore[union-attr]
            ElementTree.fromstring(documents.cda_report()).find(f"{V3}id").attrib  # type: ignore[union-attr]
        )


RPPS = "1.2.250.1.71.4.2.1"


class TestIdentifiers:
    @pytest.mark.parametrize("number", ["99000000002", "99000001372", "99000002743", "99000004111"])
    def test_known_rpps_numbers_get_their_key(self, number: str) -> None:
        assert with_luhn_key(number[:-1]) == number

    @pytest.mark.parametrize("number", ["279035121518989", "277076322082910", "255089901200122"])
    def test_known_ins_numbers_get_their_key(self, number: str) -> None:
        assert with_ins_key(number[:-2]) == number

    @pytest.mark.parametrize("doctor", [CLAIRE, MARC, BIOLOGIST])
    def test_nobody_can_have_these_numbers(self, doctor: Doctor) -> None:
        assert doctor.rpps.startswith("99")
        assert with_luhn_key(doctor.rpps[:-1]) == doctor.rpps
        assert with_luhn_key(doctor.finess[:-1]) == doctor.finess
        assert doctor.phone.startswith("04 65 71")  # ARCEP keeps it for fiction

    def test_dates_are_said_in_french(self) -> None:
        assert in_words(date(2026, 8, 1)) == "1er août 2026"


def digests() -> list[str]:
    makers: list[Callable[[], bytes]] = [
        *(documents.report_pdf, documents.blood_test_pdf, documents.xray_jpeg, documents.cda_report),
        lambda: documents.big_pdf(30_000),
    ]
    return [sha256(make()).hexdigest() for make in makers]


def test_the_same_arguments_give_the_same_octets() -> None:
    assert digests() == digests()


@pytest.mark.parametrize("make", EVERY)
def test_names_suit_their_kind(make: Callable[[], Document]) -> None:
    document = make()
    extension = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "text/xml": ".xml"}[document.content_type]
    assert document.name.endswith(extension)
    assert document is not make()
    assert document.data is make().data  # made once


class TestDicom:
    def test_it_reads_as_one_frame_with_its_tags(self) -> None:
        found = pydicom.dcmread(io.BytesIO(documents.dicom().data))
        assert (found.Modality, found.PhotometricInterpretation) == ("DX", "MONOCHROME2")
        assert found.pixel_array.shape == (found.Rows, found.Columns)
        assert found.pixel_array.std() > 20  # something is on it
        assert "FICTIF" in str(found.PatientName)

    def test_the_same_film_has_the_same_octets(self) -> None:
        one, other = (imaging.film(HENRI, MARC, at=datetime(2026, 11, 12, tzinfo=UTC), seed=2) for _ in range(2))
        assert one == other
        assert one != imaging.film(HENRI, MARC, at=datetime(2026, 11, 12, tzinfo=UTC), seed=3)

"""The documents that the demonstration's envelopes carry, and that tests send: realistic, invented, reproducible.

Every number and every sentence is ours; `people` says why no identifier can be anybody's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache

from sceau.demo.documents import bulk, imaging, paper, pictures, structured, words
from sceau.demo.documents.people import BIOLOGIST, CLAIRE, HENRI, MARC, SARAH, Doctor, Patient
from sceau.demo.documents.structured import Measure

_DAY = date(2026, 11, 12)


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    name: str
    content_type: str
    data: bytes


def letter() -> Document:
    """Claire's letter about Henri, who has chest pain."""
    return Document("Lettre au cardiologue.pdf", "application/pdf", _made(_letter))


def scan() -> Document:
    """Henri's latest tracing."""
    return Document("ECG 12 dérivations.jpg", "image/jpeg", _made(pictures.tracing))


def report() -> Document:
    """Marc's answer, to be read."""
    return Document("Compte rendu de cardiologie.pdf", "application/pdf", _made(report_pdf))


def cda() -> Document:
    """Marc's answer, for the practice's software."""
    return Document("Compte rendu de cardiologie.xml", "text/xml", _made(cda_report))


def prescription() -> Document:
    """Claire's prescription for the nurse."""
    return Document("Ordonnance pansements.pdf", "application/pdf", _made(_prescription))


def photo() -> Document:
    """The nurse's picture of the dressing."""
    return Document("Pansement.jpg", "image/jpeg", _made(pictures.dressing))


def pregnancy_letter() -> Document:
    """Claire's letter about Sarah to the midwife."""
    return Document("Suivi de grossesse.pdf", "application/pdf", _made(_pregnancy_letter))


def blood_test() -> Document:
    return Document("Résultats d’analyses.pdf", "application/pdf", _made(blood_test_pdf))


def xray() -> Document:
    return Document("Radiographie du thorax.jpg", "image/jpeg", _made(xray_jpeg))


def dicom() -> Document:
    """Henri's film as the scanner wrote it."""
    return Document("Radiographie du thorax.dcm", "application/dicom", _made(_film))


def thumbnail() -> Document:
    """The dressing, small enough to stand in a mail."""
    return Document("Pansement.jpg", "image/jpeg", _made(pictures.small_dressing))


def report_pdf(patient: Patient = HENRI, doctor: Doctor = MARC, *, on: date = _DAY) -> bytes:
    """A cardiology report of two pages."""
    title = "Compte rendu de consultation de cardiologie"
    return paper.report(doctor, patient, title, words.sections(words.REPORT), on=on)


def blood_test_pdf(patient: Patient = HENRI, doctor: Doctor = BIOLOGIST, *, on: date = _DAY, seed: int = 1) -> bytes:
    """Laboratory results of one page. The seed places each value: most within its range, a few above."""
    places = iter(pictures.noise(seed, 32))
    groups = [
        (title, [paper.Line(name, low + (high - low) * (0.2 + next(places) / 268), low, high, unit, digits)
                 for name, low, high, unit, digits in lines])
        for title, lines in words.ANALYSES.items()
    ]  # fmt: skip
    return paper.results(doctor, patient, groups, "Bilan de surveillance, à interpréter avec la clinique.", on=on)


def xray_jpeg(seed: int = 1) -> bytes:
    """A chest film."""
    return pictures.chest_film(seed)


def cda_report(
    patient: Patient = HENRI, doctor: Doctor = MARC, to: Doctor = CLAIRE, *, at: datetime | None = None
) -> bytes:
    """The cardiology report as CDA R2, level 3."""
    return structured.document(doctor, patient, to, _SECTIONS, at=at or datetime.combine(_DAY, time(14, 30), UTC))


def big_pdf(octets: int, *, seed: int = 1) -> bytes:
    """A real PDF of exactly that many octets (at least 20,000) which no archive makes smaller."""
    return bulk.padded(report_pdf(), octets, seed=seed)


@cache
def _made(make: Callable[[], bytes]) -> bytes:
    return make()


def _film() -> bytes:
    return imaging.film(HENRI, MARC, at=datetime.combine(_DAY, time(9, 15), UTC))


def _letter() -> bytes:
    to = f"À l’attention du {MARC.name}, {MARC.structure}"
    return paper.letter(CLAIRE, HENRI, to, words.paragraphs(words.LETTER), on=_DAY)


def _pregnancy_letter() -> bytes:
    to = "À l’attention de Mme Léa Martin, sage-femme"
    return paper.letter(CLAIRE, SARAH, to, words.paragraphs(words.PREGNANCY), on=_DAY)


def _prescription() -> bytes:
    return paper.prescription(CLAIRE, SARAH, words.paragraphs(words.PRESCRIPTION), on=_DAY)


_SECTIONS = (
    structured.Section("42349-1", "Motif", words.said(words.REPORT, "Motif")),
    structured.Section(
        "8716-3",
        "Signes vitaux",
        "Pression artérielle et fréquence au repos.",
        (
            Measure("8480-6", "Pression artérielle systolique", "134", "mm[Hg]"),
            Measure("8462-4", "Pression artérielle diastolique", "80", "mm[Hg]"),
            Measure("8867-4", "Fréquence cardiaque", "66", "/min"),
        ),
    ),
    structured.Section(
        "30954-2",
        "Résultats d’examens",
        words.said(words.REPORT, "Échographie cardiaque"),
        (Measure("10230-1", "Fraction d’éjection du ventricule gauche", "62", "%"),),
    ),
    structured.Section("55110-1", "Conclusion", words.said(words.REPORT, "Conclusion")),
)

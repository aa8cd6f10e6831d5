"""Letters, reports, prescriptions and laboratory results as PDFs that look like what a practice prints.

The same arguments give the same octets: no date of making, no random identifier.
"""

import io
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from sceau.demo.documents.people import Doctor, Patient, in_words

INK, PALE, RULE, SIGNAL = HexColor("#1f3a5f"), HexColor("#f3f1ea"), HexColor("#c9c4b4"), HexColor("#a8321f")
_MARGIN, _TOP, _BOTTOM = 22 * mm, 46 * mm, 24 * mm
_WIDTH = A4[0] - 2 * _MARGIN

_TEXT = ParagraphStyle("text", fontName="Times-Roman", fontSize=11, leading=15.5, alignment=TA_JUSTIFY, spaceAfter=7)
_RIGHT = ParagraphStyle("right", _TEXT, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", fontName="Times-Bold", fontSize=17, leading=21, textColor=INK, spaceAfter=10)
_HEADING = ParagraphStyle(
    "heading", fontName="Helvetica-Bold", fontSize=9.5, leading=13, textColor=INK, spaceBefore=9, spaceAfter=3
)
_SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=8.6, leading=11.5)
_CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=9.2, leading=12)
_STRONG = ParagraphStyle("strong", _CELL, fontName="Helvetica-Bold", textColor=SIGNAL)
_COLUMN = ParagraphStyle("column", _CELL, fontName="Helvetica-Bold", textColor=INK)

Row = tuple[str, str, str]  # what, value, usual range; a value that ends in a bracket is out of the ordinary
Section = tuple[str, Sequence[str | Row]]  # a heading, then paragraphs and rows of a table


def letter(doctor: Doctor, patient: Patient, to: str, paragraphs: Sequence[str], *, on: date) -> bytes:
    """A letter from one professional to another, one page. `to` is the line of whom it is for."""
    parts: list[Flowable] = [
        Paragraph(escape(f"{doctor.city}, le {in_words(on)}"), _RIGHT),
        Paragraph(escape(to), _RIGHT),
        Spacer(0, 4 * mm),
        _identity(patient, on),
        Spacer(0, 5 * mm),
        *(Paragraph(escape(text), _TEXT) for text in paragraphs),
        _signature(doctor),
    ]
    return _printed(doctor, f"Lettre, {patient.civil_name}", parts)


def report(doctor: Doctor, patient: Patient, title: str, sections: Sequence[Section], *, on: date) -> bytes:
    """A report in sections, on as many pages as it takes."""
    parts: list[Flowable] = [
        Paragraph(escape(title), _TITLE),
        _identity(patient, on),
        *(part for section in sections for part in _section(section)),
        _signature(doctor),
    ]
    return _printed(doctor, f"{title}, {patient.civil_name}", parts)


def prescription(doctor: Doctor, patient: Patient, lines: Sequence[str], *, on: date) -> bytes:
    """An ordonnance: numbered lines, nothing between the last one and the signature but a rule."""
    parts: list[Flowable] = [
        Paragraph("Ordonnance", _TITLE),
        _identity(patient, on),
        Spacer(0, 8 * mm),
        *(Paragraph(f"<b>{number}.</b>&nbsp; {escape(line)}", _TEXT) for number, line in enumerate(lines, 1)),
        _signature(doctor),
    ]
    return _printed(doctor, f"Ordonnance, {patient.civil_name}", parts)


def results(
    doctor: Doctor, patient: Patient, groups: Sequence[tuple[str, Sequence["Line"]]], comment: str, *, on: date
) -> bytes:
    """Laboratory results by group; what lies outside its range is printed strong and marked in words."""
    parts: list[Flowable] = [Paragraph("Résultats d’analyses", _TITLE), _identity(patient, on)]
    for title, lines in groups:
        columns = ("Analyse", "Résultat", "Intervalle de référence")
        parts += [Paragraph(escape(title), _HEADING), _table(columns, [line.shown() for line in lines])]
    parts += [*_section(("Conclusion du biologiste", [comment])), _signature(doctor)]
    return _printed(doctor, f"Résultats d’analyses, {patient.civil_name}", parts)


class Line:
    """One analysis: its value between the bounds of its usual range, in a unit."""

    def __init__(self, name: str, value: float, low: float, high: float, unit: str, digits: int = 1) -> None:
        self._name, self._value, self._low, self._high = name, value, low, high
        self._unit, self._digits = unit, digits

    def shown(self) -> Row:
        mark = " (haut)" if self._value > self._high else " (bas)" if self._value < self._low else ""
        low, high = self._number(self._low), self._number(self._high)
        return self._name, f"{self._number(self._value)} {self._unit}{mark}", f"{low} – {high} {self._unit}"

    def _number(self, value: float) -> str:
        return f"{value:.{self._digits}f}".replace(".", ",")


def _identity(patient: Patient, on: date) -> Table:
    born = f"né{'e' if patient.sex == 'F' else ''} le {patient.born:%d/%m/%Y} à {patient.birthplace}"
    who = Paragraph(f"<b>{escape(patient.civil_name)}</b>, {escape(born)}, {patient.age(on)} ans", _SMALL)
    ins = Paragraph(f"INS (identité de test) : {patient.ins}", _SMALL)
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), PALE),
            ("LINEBEFORE", (0, 0), (0, -1), 2.4, INK),
            ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ]
    )
    return Table([[who], [ins]], [_WIDTH], style=style)


def _section(section: Section) -> list[Flowable]:
    title, lines = section
    first, *rest = [Paragraph(escape(line), _TEXT) for line in lines if isinstance(line, str)]
    rows = [line for line in lines if not isinstance(line, str)]
    table = [_table(("Mesure", "Valeur", "Repères"), rows), Spacer(0, 3 * mm)] if rows else []
    return [KeepTogether([Paragraph(escape(title), _HEADING), first]), *rest, *table]


def _table(columns: Sequence[str], rows: Sequence[Row]) -> Table:
    cells = [[Paragraph(escape(column), _COLUMN) for column in columns]]
    for what, value, usual in rows:
        styled = ((what, _CELL), (value, _STRONG if value.endswith(")") else _CELL), (usual, _CELL))
        cells.append([Paragraph(escape(text), style) for text, style in styled])
    style = TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0), 0.9, INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
        ]
    )
    return Table(cells, [_WIDTH * share for share in (0.44, 0.28, 0.28)], style=style, repeatRows=1)


def _signature(doctor: Doctor) -> KeepTogether:
    return KeepTogether(
        [
            Spacer(0, 7 * mm),
            Paragraph(escape(doctor.name), _RIGHT),
            Paragraph(
                f"<i>{escape(doctor.specialty)}</i>, RPPS {doctor.rpps}", ParagraphStyle("x", _RIGHT, fontSize=9)
            ),
        ]
    )


def _printed(doctor: Doctor, title: str, parts: list[Flowable]) -> bytes:
    sheet = io.BytesIO()
    frame = Frame(_MARGIN, _BOTTOM, _WIDTH, A4[1] - _TOP - _BOTTOM, 0, 0, 0, 0)
    template = PageTemplate("page", [frame], onPage=lambda canvas, _: _head_and_foot(canvas, doctor))
    document = BaseDocTemplate(sheet, pagesize=A4, title=title, author=doctor.name, lang="fr-FR", invariant=1)
    document.addPageTemplates([template])
    document.build(parts)
    return sheet.getvalue()


def _head_and_foot(canvas: Canvas, doctor: Doctor) -> None:
    width, height = A4
    canvas.setFillColor(INK)
    canvas.rect(0, height - 4 * mm, width, 4 * mm, stroke=0, fill=1)
    canvas.setFont("Times-Bold", 16)
    canvas.drawString(_MARGIN, height - 19 * mm, doctor.structure)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(_MARGIN, height - 25 * mm, f"{doctor.name}, {doctor.specialty.lower()}")
    address = (doctor.street, f"{doctor.postcode} {doctor.city}", doctor.phone)
    for number, line in enumerate(address):
        canvas.drawRightString(width - _MARGIN, height - (16.5 + 4.5 * number) * mm, line)
    canvas.setStrokeColor(RULE)
    canvas.line(_MARGIN, height - 33 * mm, width - _MARGIN, height - 33 * mm)
    canvas.line(_MARGIN, 17 * mm, width - _MARGIN, 17 * mm)
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(HexColor("#6b6757"))
    canvas.drawString(_MARGIN, 12.5 * mm, "Document de démonstration. Patient, professionnels et résultats inventés.")
    canvas.drawRightString(width - _MARGIN, 12.5 * mm, f"Page {canvas.getPageNumber()}")

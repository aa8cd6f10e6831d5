"""The pages of a receipt, for people: who, when, what, and what that proves. Bytes of a PDF without its seal."""

import io
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sceau.core.clock import from_milliseconds
from sceau.envelopes import facts, timeline
from sceau.evidence import words
from sceau.evidence.events import DESCRIPTIONS, Event
from sceau.evidence.receipt import Item, Receipt
from sceau.evidence.words import Language

_INK, _MUTED, _SEAL, _RULE = HexColor("#17222e"), HexColor("#4b5866"), HexColor("#a8282b"), HexColor("#e2ddd2")
_MARGIN = 20 * mm
_PADDING = 6  # points: reportlab's own, inside its frames
_WIDTH = A4[0] - 2 * _MARGIN

_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12.5, textColor=_INK)
_POINT = ParagraphStyle("point", parent=_BODY, leftIndent=11)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=8, leading=10.5, textColor=_MUTED)
_TITLE = ParagraphStyle("title", parent=_BODY, fontName="Helvetica-Bold", fontSize=17, leading=21, textColor=_SEAL)
_HEADING = ParagraphStyle("heading", parent=_BODY, fontName="Helvetica-Bold", fontSize=10.5, leading=14, spaceBefore=9)
_MONO = ParagraphStyle("mono", parent=_BODY, fontName="Courier", fontSize=8, leading=11)

Content = dict[str, Any]


def write(receipt: Receipt, language: Language, zone: str) -> bytes:
    """`zone` is an IANA name: every time is shown there, to the second, with its distance from UTC."""
    pages = _Pages(receipt, language, ZoneInfo(zone))
    output = io.BytesIO()
    document = SimpleDocTemplate(
        output,
        pagesize=A4,
        leftMargin=_MARGIN - _PADDING,
        rightMargin=_MARGIN - _PADDING,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 4 * mm,
        title=f"{pages.say('title')} {receipt.envelope}",
        author=receipt.operator,
        creator="Sceau",
        lang=language,
    )
    document.build(list(pages.flowables()), onFirstPage=pages.foot, onLaterPages=pages.foot)
    return output.getvalue()


class _Pages:
    """One receipt in one language and zone."""

    def __init__(self, receipt: Receipt, language: Language, zone: ZoneInfo) -> None:
        self._receipt, self._language, self._zone = receipt, language, zone
        self._contents = {record.commitment: record.content for record in receipt.records}
        cited = next((item.row.parties for item in receipt.items if item.row.parties), b"")
        self._parties: Content | None = self._contents.get(cited or b"")

    def say(self, what: str) -> str:
        french, english = _SENTENCES[what]
        return french if self._language == "fr" else english

    def flowables(self) -> Iterator[Flowable]:
        yield Paragraph(self.say("title"), _TITLE)
        yield Paragraph(_text(f"{self.say('envelope')} {self._receipt.envelope}"), _BODY)
        yield Spacer(0, 3 * mm)
        yield from self._who()
        yield Paragraph(self.say("events"), _HEADING)
        yield Spacer(0, 1.5 * mm)
        yield self._table()
        yield from self._list("establishes", words.establishes(self._language))
        yield from self._list("does-not-establish", words.does_not_establish(self._language))
        yield Paragraph(self.say("how"), _HEADING)
        yield Paragraph(self.say("how-text"), _BODY)
        yield Paragraph("sceau verify preuve.pdf --message message.eml --trust operator.pem", _MONO)
        if any(_text(name) != escape(name) for name in self._names()):
            yield Spacer(0, 2 * mm)
            yield Paragraph(self.say("other-script"), _SMALL)

    def foot(self, canvas: Canvas, _document: object) -> None:
        made = self._time(self._receipt.made_ms)
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(_MUTED)
        canvas.drawString(_MARGIN, 12 * mm, _latin(f"{self._receipt.operator} · {self.say('made')} {made}")[:110])
        canvas.drawRightString(A4[0] - _MARGIN, 12 * mm, f"{self.say('page')} {canvas.getPageNumber()}")
        canvas.restoreState()

    def _who(self) -> Iterator[Flowable]:
        if self._parties is None:
            yield Paragraph(self.say("erased"), _BODY)
            return
        sender, by = self._parties["sender"], self._parties["by"]
        names = dict.fromkeys((by["name"], sender["name"]))  # once when a person writes from his own mailbox
        yield self._line("sender", f"{', '.join(names)} <{sender['value']}>")
        for number, recipient in enumerate(self._parties["recipients"], 1):
            yield self._line("recipient", f"{number}. {recipient['name']} <{recipient['value']}>")
        yield self._line("message-id", str(self._parties["message_id"]))
        size = f"{self._parties['size']:,}".replace(",", " ")
        count = facts.documents(self._parties)
        documents = f"{count or self.say('none')} {self.say('documents' if count > 1 else 'document')}"
        yield self._line("content", f"{size} {self.say('octets')}, {documents}")
        yield self._line("digest", str(self._parties["digest"]), _MONO)
        yield from self._circumstances(self._parties)

    def _circumstances(self, said: Content) -> Iterator[Flowable]:
        """What only some envelopes have."""
        if said.get("automatic"):
            yield self._line("automatic", self.say("automatic-text"))
        if part := said.get("part"):
            yield self._line("series", f"{part['number']} / {part['of']}")
        if moment := said.get("deliver_ms"):
            yield self._line("deliver", self._time(moment))
        if first := said.get("forwards"):
            yield self._line("forwards", str(first))
        if patient := said.get("patient"):
            told = _PATIENT[patient["said"]][0 if self._language == "fr" else 1]
            yield self._line("patient", f"{told}, {patient['on']}")

    def _line(self, label: str, text: str, style: ParagraphStyle = _BODY) -> Flowable:
        row = [[Paragraph(self.say(label), _SMALL), Paragraph(_text(text), style)]]
        table = Table(row, colWidths=[38 * mm, _WIDTH - 38 * mm], hAlign="LEFT")
        table.setStyle(_TIGHT)
        return table

    def _table(self) -> Flowable:
        head = [Paragraph(self.say(name), _SMALL) for name in ("when", "what", "number")]
        table = Table(
            [head, *(self._row(item) for item in self._receipt.items)],
            colWidths=[56 * mm, _WIDTH - 78 * mm, 22 * mm],
            repeatRows=1,
            hAlign="LEFT",
        )
        table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, _RULE)], parent=_TIGHT))
        return table

    def _row(self, item: Item) -> list[Flowable]:
        row = item.row
        content = self._contents.get(row.facts or b"")
        who = timeline.who(row.event, row.recipient, content, self._parties)
        name = DESCRIPTIONS[Event(row.event)]
        lines = [f"<b>{_text(words.event(row.event, self._language))}</b>"]
        lines += [_text(who)] if who else []
        lines += [_text(self._detail(timeline.detail(content)))] if timeline.detail(content) else []
        lines += [f'<font size="7.5" color="#4b5866">{_text(f"{name.letter} {name.name}".strip())}</font>']
        return [
            Paragraph(_text(self._time(row.at_ms)), _BODY),
            Paragraph("<br/>".join(lines), _BODY),
            Paragraph(str(item.proof.index), _BODY),
        ]

    def _detail(self, text: str) -> str:
        if text in _DETAILS:
            return _DETAILS[text][0 if self._language == "fr" else 1]
        return f"{self.say('part')} {text}"

    def _list(self, heading: str, texts: Iterable[str]) -> Iterator[Flowable]:
        yield Paragraph(self.say(heading), _HEADING)
        for text in texts:
            yield Paragraph(_text(text), _POINT, bulletText="–")

    def _time(self, ms: int) -> str:
        at = from_milliseconds(ms).astimezone(self._zone)
        day = at.strftime("%d/%m/%Y" if self._language == "fr" else "%d %b %Y")
        return f"{day} {at.strftime('%H:%M:%S')} (UTC{_offset(at)})"

    def _names(self) -> Iterator[str]:
        if self._parties is not None:
            yield from (person["name"] for person in (self._parties["by"], *self._parties["recipients"]))
        yield from (content["person"]["name"] for content in self._contents.values() if content.get("person"))


_TIGHT = TableStyle(
    [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def _text(text: str) -> str:
    """For a paragraph: nothing in it is markup."""
    return escape(_latin(text))


def _latin(text: str) -> str:
    """What PDF's own fonts can draw (Windows-1252); other letters lose their marks or become "?".

    The exact name stands in the attached receipt, and the page says so.
    """
    return "".join(_drawable(character) for character in unicodedata.normalize("NFC", text))


def _drawable(character: str) -> str:
    if character.isprintable() and character.encode("cp1252", "ignore"):
        return character
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain if plain.isprintable() and plain else "?"


_DETAILS = {
    "eml": ("Message entier", "Whole message"),
    "zip": ("Tous les documents", "All documents"),
    "1": ("Texte du message", "Text of the message"),
    "expired": ("à la date choisie par l’expéditeur", "on the day its sender chose"),
    "retention": ("à la fin de la durée de conservation", "at the end of the retention period"),
    "deleted": ("par le titulaire de la boîte", "by the holder of the mailbox"),
}

_PATIENT = {
    "informed": ("informé de cet échange", "informed of this exchange"),
    "agrees": ("d’accord avec cet échange", "agrees to this exchange"),
    "objects": ("s’oppose à cet échange", "objects to this exchange"),
}

_SENTENCES = {
    "automatic": ("Réponse automatique", "Automatic reply"),
    "automatic-text": (
        "Le programme l’a scellée au nom de son expéditeur absent : aucune personne ne l’a fait à la main.",
        "The program sealed it in the name of its absent sender: no person did so by hand.",
    ),
    "series": ("Envoi en plusieurs enveloppes", "Sent as several envelopes"),
    "deliver": ("Remise demandée pour le", "Delivery asked for"),
    "forwards": ("Transfère l’enveloppe", "Forwards the envelope"),
    "patient": ("Patient", "Patient"),
    "title": ("Preuve d’une enveloppe scellée", "Receipt of a sealed envelope"),
    "envelope": ("Enveloppe", "Envelope"),
    "sender": ("Expéditeur", "Sender"),
    "recipient": ("Destinataire", "Recipient"),
    "message-id": ("Identifiant du message", "Message identifier"),
    "content": ("Contenu", "Content"),
    "octets": ("octets", "octets"),
    "document": ("document joint", "attached document"),
    "documents": ("documents joints", "attached documents"),
    "none": ("aucun", "no"),
    "digest": ("Empreinte SHA-256", "SHA-256 digest"),
    "events": ("Ce qui s’est passé", "What happened"),
    "when": ("Date et heure de l’opérateur", "Operator’s date and time"),
    "what": ("Événement", "Event"),
    "number": ("N° au journal", "No. in the log"),
    "part": ("Document n°", "Document no."),
    "establishes": ("Ce que cette preuve établit", "What this receipt establishes"),
    "does-not-establish": ("Ce qu’elle n’établit pas", "What it does not establish"),
    "how": ("Comment la vérifier", "How to check it"),
    "how-text": (
        (
            "Les données de la preuve sont jointes à ce PDF, qui porte le sceau électronique de l’opérateur. Le"
            " programme libre Sceau la vérifie sans réseau, avec le fichier de confiance de l’opérateur et, si vous"
            " l’avez, le message :"
        ),
        (
            "The data of this receipt are attached to this PDF, which carries the operator’s electronic seal. The free"
            " program Sceau checks it without network, with the operator’s trust file and, if you have it, the message:"
        ),
    ),
    "erased": (
        "La fiche qui nomme l’expéditeur et les destinataires a été effacée à la fin de sa durée de conservation.",
        "The record that names sender and recipients was erased at the end of its retention period.",
    ),
    "other-script": (
        (
            "Un nom de cette page s’écrit avec des lettres qu’elle ne sait pas dessiner : le nom exact est dans"
            " la preuve jointe."
        ),
        "A name on this page is written with letters that it cannot draw: the exact name is in the attached receipt.",
    ),
    "made": ("preuve établie le", "receipt made on"),
    "page": ("page", "page"),
}

"""What a document is: by its octets and by what it says, and when the two disagree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.envelopes import kinds
from sceau.envelopes.kinds import Show, Warning

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
DICOM = bytes(128) + b"DICM" + bytes(20)
ZIP = b"PK\x03\x04\x14\x00\x00\x00" + bytes(40)
MEDIA = {
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "text/plain",
    "application/octet-stream",
}


@pytest.mark.parametrize(
    ("name", "declared", "head", "show", "media"),
    [
        ("Lettre.pdf", "application/pdf", b"%PDF-1.7\n", Show.PDF, "application/pdf"),
        ("Lettre.pdf", "application/octet-stream", b"%PDF-1.7\n", Show.PDF, "application/pdf"),
        ("photo.png", "image/png", PNG, Show.PICTURE, "image/png"),
        ("photo.png", "image/png", JPEG, Show.PICTURE, "image/jpeg"),  # a telephone renamed it
        ("fax.tif", "image/tiff", b"II*\0" + bytes(9), Show.RENDERED, "image/png"),
        ("scan.bmp", "image/bmp", b"BM1234\0\0\0\0", Show.RENDERED, "image/png"),
        ("irm", "application/dicom", DICOM, Show.DICOM, "image/png"),
        ("irm.dcm", "application/octet-stream", DICOM, Show.DICOM, "image/png"),
        ("notes.txt", "text/plain", "Température".encode(), Show.TEXT, "text/plain"),
        ("releve.csv", "text/csv", b"a;b\n1;2", Show.TEXT, "text/plain"),
        ("cda.xml", "application/xml", b"<?xml version='1.0'?><ClinicalDocument/>", Show.TEXT, "text/plain"),
        ("vide.txt", "text/plain", b"", Show.TEXT, "text/plain"),
        ("mail.eml", "message/rfc822", b"From: a", Show.TEXT, "text/plain"),
        ("windows.txt", "text/plain", "\ufeffbonjour".encode("utf-16-le"), Show.TEXT, "text/plain"),
        ("lettre.docx", "application/msword", ZIP, Show.NOTHING, "application/octet-stream"),
        ("page.html", "text/html", b"<html>", Show.NOTHING, "application/octet-stream"),
        ("dessin.svg", "image/svg+xml", b"<svg>", Show.NOTHING, "application/octet-stream"),
        ("photo.heic", "image/heic", b"\0\0\0\x18ftypheic", Show.NOTHING, "application/octet-stream"),
    ],
)
def test_a_document_that_is_what_it_says_is_shown(
    name: str, declared: str, head: bytes, show: Show, media: str
) -> None:
    kind = kinds.judge(name, declared, head)
    assert (kind.show, kind.media) == (show, media)
    assert Warning.UNEXPECTED not in kind.warnings


@pytest.mark.attack(19)
@pytest.mark.parametrize(
    ("name", "declared", "head"),
    [
        ("lettre.pdf", "application/pdf", b"<html><script>alert(1)</script>"),
        ("lettre.pdf", "application/pdf", PNG),
        ("photo.png", "image/png", b"%PDF-1.7"),
        ("photo.gif", "image/gif", b"<script>alert(1)</script>"),
        ("lettre.pdf", "application/pdf", b"MZ\x90\x00"),
        ("notes.txt", "text/plain", b"\x7fELF\0"),
        ("notes.txt", "text/plain", b"%PDF-1.7"),
        ("notes.txt", "text/plain", b"a\0b"),
        ("irm.dcm", "application/dicom", b"<script>alert(1)</script>".ljust(128) + b"DICM"),
        ("irm.dcm", "application/dicom", b"MZ".ljust(128, b"\0") + b"DICM"),
        ("irm.dcm", "application/dicom", b"#!/bin/sh\n".ljust(128) + b"DICM"),
        ("fax.tif", "image/tiff", DICOM),
    ],
)
def test_a_lie_is_not_shown_and_is_told(name: str, declared: str, head: bytes) -> None:
    kind = kinds.judge(name, declared, head)
    assert kind.show is Show.NOTHING
    assert Warning.UNEXPECTED in kind.warnings
    assert kind.media == "application/octet-stream"


@pytest.mark.attack(14)
@pytest.mark.attack(19)
@pytest.mark.parametrize(
    ("name", "declared", "head", "warned"),
    [
        ("radio.pdf.exe", "application/octet-stream", b"MZ", {Warning.PROGRAM, Warning.DOUBLE}),
        ("radio.exe", "application/pdf", b"%PDF-1.4", {Warning.PROGRAM}),
        ("lien.lnk", "", b"", {Warning.PROGRAM}),
        ("facture\u202efdp.exe", "application/octet-stream", b"", {Warning.PROGRAM, Warning.HIDDEN}),
        ("a\u200b.pdf", "application/pdf", b"%PDF-1.4", {Warning.HIDDEN}),
        ("calcul.XLSM", "application/octet-stream", ZIP, {Warning.MACROS}),
        ("vieux.doc", "application/msword", b"\xd0\xcf\x11\xe0", {Warning.MACROS}),
        ("x", "application/vnd.ms-excel.sheet.macroEnabled.12", ZIP, {Warning.MACROS}),
        ("page.htm", "text/plain", b"<html>", {Warning.ACTIVE}),
        ("dessin.png", "image/svg+xml", b"<svg>", {Warning.ACTIVE}),
        ("resultats.html.pdf", "application/pdf", b"%PDF-1.4", set()),
        ("secret.zip", "application/zip", b"PK\x03\x04\x14\x00\x01\x00", {Warning.LOCKED}),
        ("clair.zip", "application/zip", ZIP, set()),
        ("v1.2 Dupont.pdf", "application/pdf", b"%PDF-1.4", set()),
        ("Compte rendu", "application/pdf", b"%PDF-1.4", set()),
    ],
)
def test_what_may_harm_is_told(name: str, declared: str, head: bytes, warned: set[Warning]) -> None:
    kind = kinds.judge(name, declared, head)
    assert set(kind.warnings) - {Warning.UNEXPECTED} == warned
    if warned & {Warning.PROGRAM, Warning.DOUBLE}:
        assert kind.show is Show.NOTHING


@given(st.text(max_size=30), st.text(max_size=40), st.binary(max_size=300))
def test_no_document_gets_a_type_that_a_browser_would_run(name: str, declared: str, head: bytes) -> None:
    assert kinds.judge(name, declared, head).media in MEDIA

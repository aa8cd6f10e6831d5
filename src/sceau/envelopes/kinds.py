"""What a document is, by its octets and by what it says of itself; both must agree before it is shown (attacks 14, 19).

Pure. Nothing here is sure that a document is good: only that what a browser is told about it is true.
"""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum

from sceau.envelopes import html_values, names

HEAD = 4096  # octets that are enough to judge


class Show(Enum):
    """How the viewer shows a document."""

    PDF = "pdf"
    PICTURE = "picture"  # as it is: every browser knows it
    RENDERED = "rendered"  # as a picture that our own process makes of it
    DICOM = "dicom"  # the same, with its tags
    TEXT = "text"
    NOTHING = "nothing"  # name, type and size


class Warning(StrEnum):
    UNEXPECTED = "unexpected"  # its octets are not what it says
    PROGRAM = "program"  # it does something when it is opened
    ACTIVE = "active"  # a page: it may run scripts, fetch, imitate
    MACROS = "macros"
    LOCKED = "locked"  # an archive under a password: nobody looked inside
    DOUBLE = "double"  # "radio.pdf.exe"
    HIDDEN = "hidden"  # characters in its name that are not seen


@dataclass(frozen=True, slots=True)
class Kind:
    show: Show
    media: str  # the type it is served with; a browser is never left to guess
    warnings: tuple[Warning, ...] = ()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROGRAMS = _words(
    "appimage apk app bat bin cab chm cmd com cpl deb desktop dll dmg elf exe gadget hta img inf iso jar js jse lnk mjs"
    " msc msi msp pif pkg ps1 psm1 py reg rpm run scf scr sct sh so sys url vb vbe"
    " vbs vhd vhdx wasm ws wsc wsf wsh xll"
)
_ACTIVE = _words("htm html mht mhtml shtml svg svgz swf xht xhtml xsl xslt")
_MACROS = _words("doc docm dot dotm odb pot potm ppa ppam ppsm ppt pptm sldm xla xlam xls xlsb xlsm xlt xltm")
_ACTIVE_TYPES = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xsl", "application/xslt+xml")
_PROGRAM_TYPES = ("application/x-msdownload", "application/x-msdos-program", "application/x-sh", "text/javascript")
_TEXT_TYPES = ("text/", "application/json", "application/xml", "message/rfc822", "application/hl7-v2")
_TEXTS = _words("csv eml hl7 hpr ics json log md tsv txt vcf xml")
_UNSAID = (
    "",
    "application/octet-stream",
    "application/x-download",
    "application/force-download",
    "binary/octet-stream",
)

_PICTURES = {"png", "jpeg", "gif", "webp"}
_RENDERED = {"tiff", "bmp"}
_BY_EXTENSION = {
    "pdf": "pdf",
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), "jpeg"),
    **{name: name for name in ("png", "gif", "webp", "bmp")},
    **dict.fromkeys(("tif", "tiff"), "tiff"),
    **dict.fromkeys(("dcm", "dicom"), "dicom"),
}
_BY_TYPE = {
    **dict.fromkeys(("application/pdf", "application/x-pdf"), "pdf"),
    **dict.fromkeys(("image/jpeg", "image/jpg", "image/pjpeg"), "jpeg"),
    **dict.fromkeys(("image/tiff", "image/x-tiff"), "tiff"),
    **dict.fromkeys(("image/bmp", "image/x-ms-bmp", "image/x-bmp"), "bmp"),
    **{f"image/{name}": name for name in ("png", "gif", "webp")},
    "application/dicom": "dicom",
}
_PROGRAM_HEADS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"PK\x03\x04META-INF")
_MARKUP = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script|svg|iframe|img|meta)\b", re.IGNORECASE
)


def judge(name: str, declared: str, head: bytes) -> Kind:
    """`declared`: the media type that came with it; `head`: its first octets, HEAD of them when it has as many."""
    said, is_ = _said(name, declared), _octets_say(head)
    warned = set(warnings(name, declared, head))
    if said == "text" and is_ is None and _is_text(head):
        return _kind(Show.TEXT, "text/plain", warned)
    if said == is_ or {said, is_} <= _PICTURES:
        shown = _SHOWN.get(is_ or "", (Show.NOTHING, "application/octet-stream"))
        return _kind(*(shown if not warned & _HIDE else (Show.NOTHING, shown[1])), warned)
    if is_ or said:
        warned.add(Warning.UNEXPECTED)
    return _kind(Show.NOTHING, "application/octet-stream", warned)


def promised(name: str, declared: str) -> bool:
    """Does it say that it is something that can be shown?"""
    return _said(name, declared) is not None


def warnings(name: str, declared: str, head: bytes = b"") -> tuple[Warning, ...]:
    """Why one should think before opening it, most grave first; by its name and type alone without a head."""
    *stem, extension = [part.strip().lower() for part in names.one_line(name).split(".")] if "." in name else ["", ""]
    found = set()
    if extension in _PROGRAMS or declared in _PROGRAM_TYPES or head.startswith(_PROGRAM_HEADS):
        found.add(Warning.PROGRAM)
    if extension in _ACTIVE or declared.startswith(_ACTIVE_TYPES):
        found.add(Warning.ACTIVE)
    if extension in _MACROS or "macroenabled" in declared.lower():
        found.add(Warning.MACROS)
    if len(stem) > 1 and stem[-1] in _BY_EXTENSION.keys() | _TEXTS and extension in _PROGRAMS | _ACTIVE:
        found.add(Warning.DOUBLE)
    if names.one_line(name) != name.strip():
        found.add(Warning.HIDDEN)
    if head[:4] == b"PK\x03\x04" and len(head) > 7 and head[6] & 1:  # APPNOTE 4.4.4: bit 0, encrypted
        found.add(Warning.LOCKED)
    return tuple(warning for warning in Warning if warning in found)


def _kind(show: Show, media: str, warned: set[Warning]) -> Kind:
    return Kind(show, media, tuple(warning for warning in Warning if warning in warned))


_SHOWN = {
    "pdf": (Show.PDF, "application/pdf"),
    **{name: (Show.PICTURE, f"image/{name}") for name in _PICTURES},
    **dict.fromkeys(_RENDERED, (Show.RENDERED, "image/png")),
    "dicom": (Show.DICOM, "image/png"),
}
_HIDE = {Warning.PROGRAM, Warning.ACTIVE, Warning.DOUBLE}


def _said(name: str, declared: str) -> str | None:
    """What it says it is: by type; by the end of its name when the type says nothing."""
    declared = declared.partition(";")[0].strip().lower()
    extension = name.rpartition(".")[2].strip().lower() if "." in name else ""
    if declared in _BY_TYPE:
        return _BY_TYPE[declared]
    if declared in _UNSAID:
        return _BY_EXTENSION.get(extension) or ("text" if extension in _TEXTS else None)
    is_text = declared.startswith(_TEXT_TYPES) or declared.endswith(("+xml", "+json"))
    return "text" if is_text and not declared.startswith((*_ACTIVE_TYPES, "text/rtf")) else None


def _octets_say(head: bytes) -> str | None:
    if raster := html_values.raster(head):
        return raster
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return "pdf"
    if head[128:132] == b"DICM":
        return None if _is_disguised(head) else "dicom"
    if head.startswith((b"II*\0", b"MM\0*")):
        return "tiff"
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "bmp"
    return "program" if head.startswith(_PROGRAM_HEADS) else None


def _is_disguised(head: bytes) -> bool:
    """The 128 octets before DICM may be anything, a program or a page too (PS3.10 §7.1)."""
    return head.startswith(_PROGRAM_HEADS) or bool(_MARKUP.match(head)) or b"<script" in head[:128].lower()


def _is_text(head: bytes) -> bool:
    """Any text may be shown as text, even a page's source; what holds NUL is something else, but for UTF-16."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head

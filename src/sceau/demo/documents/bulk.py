"""A PDF of any size: a readable first page, and an attached file inside that does not compress."""

import re

from sceau.demo.documents.pictures import noise

_CATALOGUE = re.compile(rb"(\d+) 0 obj\n<<([^>]*/Type /Catalog[^>]*)>>")
_SIZE = re.compile(rb"/Size (\d+)")


def padded(pdf: bytes, octets: int, *, seed: int) -> bytes:
    """The PDF with an embedded file, by an incremental update (ISO 32000-1 §7.5.6), `octets` long in all.

    Raises ValueError when there is no room for the update itself (about 700 octets).
    """
    room = octets - len(_updated(pdf, b""))  # numbers have a fixed width in the update
    if room < 0:
        raise ValueError("no room for an embedded file")
    return _updated(pdf, noise(seed, room))


def _updated(pdf: bytes, filler: bytes) -> bytes:
    """The catalogue again, now naming the attachment; its description; its content; and where each stands."""
    root, catalogue = _found(_CATALOGUE, pdf)
    (size,) = _found(_SIZE, pdf)
    file, content = int(size), int(size) + 1
    name = b"(serie-brute.bin)"
    objects = {
        int(root): b"<<%s/Names << /EmbeddedFiles << /Names [ %s %d 0 R ] >> >> >>" % (catalogue, name, file),
        file: b"<< /Type /Filespec /F %s /UF %s /EF << /F %d 0 R >> >>" % (name, name, content),
        content: b"<< /Type /EmbeddedFile /Length %-10d >>\nstream\n%s\nendstream" % (len(filler), filler),
    }
    update, places = bytearray(pdf), {}
    for number, value in objects.items():
        places[number] = len(update)
        update += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    start = len(update)
    update += b"xref\n"
    for number, place in places.items():
        update += b"%d 1\n%010d 00000 n \n" % (number, place)
    before = pdf[pdf.rindex(b"startxref") :].split()[1]
    update += b"trailer\n<< /Size %d /Root %s 0 R /Prev %s >>\n" % (content + 1, root, before)
    return bytes(update + b"startxref\n%-10d\n%%%%EOF\n" % start)


def _found(pattern: re.Pattern[bytes], pdf: bytes) -> tuple[bytes, ...]:
    match = pattern.search(pdf)
    if match is None:
        raise ValueError("not a PDF as ReportLab writes it")
    return match.groups()

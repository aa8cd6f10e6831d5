"""A receipt as a PDF file: pages for people, what programs check attached, all of it under the operator's seal (E4)."""

import io
from collections.abc import Mapping

from django.conf import settings
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from sceau.envelopes import receipt_pages
from sceau.evidence import pades
from sceau.evidence.receipt import Receipt
from sceau.evidence.words import Language


def write(receipt: Receipt, language: Language, zone: str, attached: Mapping[str, tuple[bytes, str]]) -> bytes:
    """`zone` is an IANA name; `attached`: file name → octets and media type. Raises what `pades.seal` raises."""
    writer = IncrementalPdfFileWriter(io.BytesIO(receipt_pages.write(receipt, language, zone)))
    for name, (data, mime_type) in attached.items():
        embedded = embed.EmbeddedFileObject.from_file_data(writer, data, mime_type=mime_type)
        relation = generic.NameObject("/Data")
        embed.embed_file(writer, embed.FileSpec(name, name, embedded_data=embedded, af_relationship=relation))
    return pades.seal(writer, settings.SCEAU_KEYS)

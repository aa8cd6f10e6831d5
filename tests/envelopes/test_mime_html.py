"""A letter with formatting: text and HTML as alternatives, where Python's own parser finds them too."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from sceau.core.errors import Malformed
from sceau.envelopes import mime
from sceau.envelopes.mime import Letter, Mailbox, Role

LETTER = Letter(
    message_id="<0192f3a4.b5@sceau.fictif.mssante.fr>",
    date=datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC),
    sender=Mailbox("Dr Alice Martin", "alice@cabinet.fictif.mssante.fr"),
    to=(Mailbox("", "bruno@ch.fictif.mssante.fr"),),
    cc=(),
    subject="Compte rendu",
    text="Évolution *favorable*.\n",
    html="<p>Évolution <b>favorable</b>.</p>\n",
)
BOUNDARY = "sceau_0123456789abcdefghij"
DOCUMENT = mime.attachment("cr.pdf", "application/pdf", b"%PDF-1.7")


def leaves(raw: bytes) -> list[tuple[str, bytes]]:
    message = message_from_bytes(raw, policy=policy.default)
    assert not message.defects
    return [
        (part.get_content_type(), bytes(part.get_payload(decode=True)))
        for part in message.walk()
        if not part.is_multipart()
    ]


@pytest.mark.parametrize("documents", [(), (DOCUMENT,), (DOCUMENT, DOCUMENT)])
def test_text_and_html_are_alternatives_before_the_documents(documents: tuple[mime.Attachment, ...]) -> None:
    letter = replace(LETTER, attachments=documents)
    message = mime.write(letter, BOUNDARY)
    raw = b"".join(message.chunks())
    assert len(raw) == message.size
    assert leaves(raw) == [
        ("text/plain", "Évolution *favorable*.\r\n".encode()),
        ("text/html", "<p>Évolution <b>favorable</b>.</p>\r\n".encode()),
        *[("application/pdf", b"%PDF-1.7")] * len(documents),
    ]
    for part, (kind, content) in zip(message.parts, leaves(raw), strict=True):
        encoded = raw[part.offset : part.offset + part.encoded_size]
        assert (part.content_type, b"".join(mime.decode_base64([encoded]))) == (kind, content)


def test_parts_are_numbered_as_imap_counts_and_say_what_they_are() -> None:
    alone = mime.write(LETTER, BOUNDARY).parts
    assert [(part.number, part.role) for part in alone] == [("1", Role.TEXT), ("2", Role.HTML)]
    accompanied = mime.write(replace(LETTER, attachments=(DOCUMENT,)), BOUNDARY).parts
    assert [(part.number, part.role) for part in accompanied] == [
        ("1.1", Role.TEXT),
        ("1.2", Role.HTML),
        ("2", Role.DOCUMENT),
    ]


def test_html_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(Malformed):
        mime.write(replace(LETTER, html="\ud800"), BOUNDARY)

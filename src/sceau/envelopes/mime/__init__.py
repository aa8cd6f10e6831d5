"""The canonical RFC 5322 bytes of an envelope, written as a stream: CRLF, 7-bit, encoded lines of 76, no Bcc.

Pure. Raw received bytes are the truth elsewhere; this package only writes what people compose here.
"""

from sceau.envelopes.mime.base64 import decode_base64, encode_base64, encoded_size, lines_of
from sceau.envelopes.mime.letter import Attachment, Letter, Mailbox, attachment
from sceau.envelopes.mime.message import Message, Part, Role, write

__all__ = [
    "Attachment",
    "Letter",
    "Mailbox",
    "Message",
    "Part",
    "Role",
    "attachment",
    "decode_base64",
    "encode_base64",
    "encoded_size",
    "lines_of",
    "write",
]

"""What is odd about a mail, as codes: the reader is told in plain words, and nothing odd is hidden from him."""

from enum import StrEnum

from sceau.core.errors import Malformed


class BadMail(Malformed):
    """The only error that leaves the parser."""

    code = "bad-mail"


class EmptyMail(BadMail):
    code = "empty-mail"


class NoMail(BadMail):
    """Another kind of file: a picture, a PDF."""

    code = "no-mail"


class LargeMail(BadMail):
    """`limit`: decoded octets that all parts may have together."""

    code = "large-mail"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class Oddity(StrEnum):
    NO_HEAD = "no-head"  # not one header field: all of it is shown as text
    BROKEN_HEAD = "broken-head"  # a line in the header that is none: the body begins there
    LARGE_HEAD = "large-head"  # longer than the limit: the rest of it was not read
    REPEATED_FIELD = "repeated-field"  # From, Sender, Date, Subject, Message-ID… twice: the first counts
    MANY_SENDERS = "many-senders"  # several addresses in From
    NO_SENDER = "no-sender"
    DECEIVING_NAME = "deceiving-name"  # a display name that looks like another address
    HIDDEN_CHARACTERS = "hidden-characters"  # controls, bidi overrides, zero-width: taken out of what is shown
    FOREIGN_LETTERS = "foreign-letters"  # an address with letters that look like others
    BAD_DATE = "bad-date"  # absent or unreadable
    FUTURE_DATE = "future-date"  # later than its import
    REPEATED_TYPE = "repeated-type"  # two Content-Type or Content-Transfer-Encoding: the first counts
    NO_BOUNDARY = "no-boundary"  # says that it has parts, and has none
    UNFINISHED = "unfinished"  # the end of its parts is missing: it may have been cut
    REPEATED_BOUNDARY = "repeated-boundary"  # two levels with one boundary: the inner one counts
    TOO_DEEP = "too-deep"  # parts within parts beyond the limit are one document
    TOO_MANY_PARTS = "too-many-parts"  # what is beyond the limit is one document
    ENCODED_PARTS = "encoded-parts"  # parts, or a mail, within a transfer encoding: a document
    UNKNOWN_ENCODING = "unknown-encoding"  # a transfer encoding that nobody knows: shown as it is
    DAMAGED_ENCODING = "damaged-encoding"  # octets that base64 does not have, or behind its end: left out
    UNKNOWN_CHARSET = "unknown-charset"  # or one that is refused (UTF-7)
    LONG_TEXT = "long-text"  # too long for a page: a document
    TWO_NAMES = "two-names"  # a document with two file names
    BARE_CR = "bare-cr"  # lines end as on a Macintosh of the last century

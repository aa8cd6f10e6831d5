"""Who may write what to whom, how much, and until when: values in, values out (design §2, step 3).

Every rule that says no is a class below; its attributes let a door say which recipient, which limit.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sceau.core.errors import Malformed, Refused
from sceau.core.values import Address
from sceau.envelopes import names

SUBJECT_LIMIT = 250  # characters
TEXT_LIMIT = 500_000  # characters; longer texts belong in a document
DOCUMENT_LIMIT = 100  # attachments
WARNINGS = (15, 3)  # days before destruction


class Label(StrEnum):
    """What a notice may say of an envelope: a word from this list, never the subject (design §2, step 4)."""

    NONE = ""
    LETTER = "letter"
    REPORT = "report"
    PRESCRIPTION = "prescription"
    RESULTS = "results"
    IMAGING = "imaging"
    ADVICE = "advice"
    APPOINTMENT = "appointment"
    ADMINISTRATIVE = "administrative"


class NoRecipient(Refused):
    code = "no-recipient"


class MalformedRecipient(Malformed):
    """`typed`: the pieces that are not addresses, as they were typed."""

    code = "malformed-recipient"

    def __init__(self, typed: tuple[str, ...]) -> None:
        super().__init__()
        self.typed = typed


class UnknownRecipient(Refused):
    """No mailbox here has these `addresses`."""

    code = "unknown-recipient"

    def __init__(self, addresses: tuple[Address, ...]) -> None:
        super().__init__()
        self.addresses = addresses


class TooManyRecipients(Refused):
    code = "too-many-recipients"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class TooManyDocuments(Refused):
    code = "too-many-documents"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class TooLarge(Refused):
    """`size`: decoded octets of all attachments, or what had arrived when the limit was crossed."""

    code = "too-large"

    def __init__(self, limit: int, size: int) -> None:
        super().__init__()
        self.limit = limit
        self.size = size


class DocumentTooLarge(TooLarge):
    """One document alone is more than an envelope takes: no splitting helps."""

    code = "document-too-large"


class TooLong(Refused):
    """`limit`: characters that the subject, or the letter, may have."""

    code = "too-long"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class NotEntitled(Refused):
    """The account is not validated yet: it answers those who wrote to it and nobody else."""

    code = "not-entitled"


class BadExpiry(Refused):
    """The expiry is not a day between `first` and `last`, both included."""

    code = "bad-expiry"

    def __init__(self, first: date, last: date) -> None:
        super().__init__()
        self.first = first
        self.last = last


class NotOpened(Refused):
    """The content of a copy that its reader has not opened: opening is an act of its own (E5)."""

    code = "not-opened"


class Destroyed(Refused):
    """Content and keys are gone; the evidence remains."""

    code = "destroyed"


class Withdrawn(Destroyed):
    """Its sender took it back before anybody opened it."""

    code = "withdrawn"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Each address once. Iterating gives `to`, then `cc`: the order of the index in evidence."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...]

    def __iter__(self) -> Iterator[Address]:
        yield from self.to
        yield from self.cc

    def __len__(self) -> int:
        return len(self.to) + len(self.cc)


@dataclass(frozen=True, slots=True)
class Limits:
    recipients: int
    size: int  # decoded octets of all attachments


def addresses(text: str) -> tuple[list[Address], list[str]]:
    """What a recipients' field holds: each address once, and the pieces that are none, as typed.

    Addresses are separated by commas, semicolons, line ends or tabs, bare ones by spaces too; each may
    carry a name, `Dr Marc Benali <marc@exemple.fr>`, which is dropped: the shown name comes from the
    account.
    """
    found: dict[Address, None] = {}
    bad = []
    for piece in _pieces(text):
        try:
            found.update(dict.fromkeys(_parse(piece)))
        except Malformed:
            bad.append(names.one_line(piece)[:254])
    return list(found), bad


def recipients(to: str, cc: str, *, limit: int) -> Recipients:
    """Both fields, as `addresses` reads them. Raises MalformedRecipient, NoRecipient, TooManyRecipients."""
    first, bad = addresses(to)
    second, bad_too = addresses(cc)
    if bad or bad_too:
        raise MalformedRecipient((*bad, *bad_too))
    wanted = fold(first, second)
    if not len(wanted):
        raise NoRecipient
    if len(wanted) > limit:
        raise TooManyRecipients(limit)
    return wanted


def fold(to: Iterable[Address], cc: Iterable[Address]) -> Recipients:
    """Each address once, `to` before `cc`."""
    first = dict.fromkeys(to)
    return Recipients(tuple(first), tuple(address for address in dict.fromkeys(cc) if address not in first))


def check_size(sizes: Collection[int], limits: Limits) -> None:
    """Raises TooLarge, TooManyDocuments. `sizes`: decoded octets of each attachment."""
    if len(sizes) > DOCUMENT_LIMIT:
        raise TooManyDocuments(DOCUMENT_LIMIT)
    if sum(sizes) > limits.size:
        raise TooLarge(limits.size, sum(sizes))


def check_text(subject: str, text: str) -> None:
    """Raises TooLong."""
    for typed, limit in ((subject, SUBJECT_LIMIT), (text, TEXT_LIMIT)):
        if len(typed) > limit:
            raise TooLong(limit)


def check_entitled(wanted: Recipients, *, certified: bool, correspondent: Address | None) -> None:
    """A validated account writes to anybody; another one only to `correspondent`, whom it answers.

    Asked before anybody is looked up, so that an account which nobody validated cannot find out who
    has a mailbox here. Raises NotEntitled.
    """
    if not certified and any(address != correspondent for address in wanted):
        raise NotEntitled


def check_known(wanted: Recipients, known: Collection[Address]) -> None:
    """Raises UnknownRecipient with every address that has no mailbox here."""
    if unknown := tuple(address for address in wanted if address not in known):
        raise UnknownRecipient(unknown)


def expiry(text: str, *, zone: str, at: datetime, days: int) -> datetime | None:
    """The end of the chosen day (`YYYY-MM-DD`) where the sender lives; None when none was chosen.

    `days`: how long content is kept anyway. The last day allowed is the one before. Raises BadExpiry.
    """
    if not text:
        return None
    local = ZoneInfo(zone)
    first = at.astimezone(local).date()
    last = first + timedelta(days=days - 1)
    try:
        chosen = date.fromisoformat(text)
    except ValueError as error:
        raise BadExpiry(first, last) from error
    if not first <= chosen <= last:
        raise BadExpiry(first, last)
    midnight = datetime.combine(chosen + timedelta(days=1), time(), local)
    return midnight.astimezone(at.tzinfo)


def warned_already(left: timedelta) -> int:
    """Which of the notices before destruction no longer make sense for content with so little `left`: 3, 15 or 0."""
    return next((days for days in reversed(WARNINGS) if left <= timedelta(days=days)), 0)


def subject(text: str) -> str:
    """What a subject header can carry of what was typed."""
    return names.one_line(text)[:SUBJECT_LIMIT].strip()


def label(text: str) -> Label:
    """A word of the list, or none: a draft may have been saved by another version."""
    return Label(text) if text in list(Label) else Label.NONE


def reply_subject(answered: str) -> str:
    if re.match(r"re\s*:", answered, re.IGNORECASE):
        return answered
    return subject(f"Re : {answered}")


def forward_subject(forwarded: str) -> str:
    if re.match(r"(?:tr|fwd?)\s*:", forwarded, re.IGNORECASE):
        return forwarded
    return subject(f"Tr : {forwarded}")


def _parse(piece: str) -> list[Address]:
    if piece.endswith(">"):
        return [Address.parse(piece[piece.rfind("<") + 1 : -1])]
    return [Address.parse(word) for word in piece.split()]


def _pieces(text: str) -> Iterator[str]:
    """Split at separators outside quotes; the comma of an unquoted `Benali, Marc <m@x.fr>` splits nothing."""
    held = ""
    for found in re.findall(r'(?:"[^"\n]*"|[^,;\n\r\t])+', text):
        piece = found.strip()
        if held and piece:
            if piece.endswith(">") and not piece.startswith('"'):
                piece = f"{held}, {piece}"
            else:
                yield held
            held = ""
        if "@" in piece:
            yield piece
        elif piece:
            held = piece
    if held:
        yield held

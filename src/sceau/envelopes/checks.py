"""What a calm colleague would say before one seals. Pure and quick; it warns, and never refuses.

Only what is surely worth a look is named: a warning that comes at each envelope is soon read by nobody.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Code(StrEnum):
    NIR = "nir"  # a French social security number, or an INS: the same digits
    BIRTH = "birth"  # a date of birth
    MISSING_DOCUMENT = "missing-document"
    NEAR_NAME = "near-name"  # somebody never written to, called almost like somebody often written to


class Where(StrEnum):
    SUBJECT = "subject"
    DOCUMENT_NAME = "document-name"
    TEXT = "text"
    RECIPIENTS = "recipients"


class Written(Protocol):
    """A letter as it was typed: a draft's content is one."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Named(Protocol):
    """Somebody, as a summary's party is."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True, repr=False)
class Warning:
    """`what`: the words that gave cause, as typed. `near`: whom one may have meant."""

    code: Code
    where: Where
    what: str
    near: Named | None = None


# Sex and year, month (Corsica and unknown months up to 99), department (2A, 2B), commune, order, key.
_NIR = re.compile(
    r"(?<![0-9A-Za-z])([1-478])[ .\u00a0\u202f-]?(\d{2})[ .\u00a0\u202f-]?(\d{2})[ .\u00a0\u202f-]?(\d{2}|2[ABab])"
    r"[ .\u00a0\u202f-]?(\d{3})[ .\u00a0\u202f-]?(\d{3})(?:[ .\u00a0\u202f/-]{0,3}(\d{2}))?(?![0-9A-Za-z])"
)
_DATE = re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])[/. -](0?[1-9]|1[0-2])[/. -]((?:19|20)\d{2})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_BORN = re.compile(r"\b(?:n[ée]e?(?:\(e\))?\s+le|ddn|dob|date de naissance|born)\b", re.IGNORECASE)
_ADULT = 15  # years: what is older than this in a subject is a birth, not an appointment
_ATTACHED = re.compile(
    r"\b(?:ci[- ]joint(?:e?s?)|ci[- ]annex[ée](?:e?s?)|pi[èe]ces? jointes?|en (?:pj|annexe)|p\.?j\.?(?=\s*:)|"
    r"je (?:vous )?joins|vous trouverez (?:joint|en annexe)|attached|attachments?|enclosed)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^(?:>.*|-{5,}.*)$", re.MULTILINE)


def warnings(
    content: Written,
    documents: Sequence[str],
    recipients: Sequence[Named] = (),
    frequent: Collection[Named] = (),
    *,
    year: int,
) -> tuple[Warning, ...]:
    """What is worth a look.

    `documents`: their names; `recipients`: with the names that the directory gives them; `frequent`: those whom the
    sender wrote to before; `year`: now, to tell a date of birth from an appointment.
    """
    return (
        *_numbers(content.subject, Where.SUBJECT, year),
        *(found for name in documents for found in _numbers(name, Where.DOCUMENT_NAME, year)),
        *_missing(content, documents),
        *_near(recipients, frequent),
    )


def nirs(text: str) -> Iterator[str]:
    """French social security numbers: 15 digits with a right key, or 13 that cannot well be anything else."""
    for found in _NIR.finditer(text):
        sex, year, month, department, commune, order, key = found.groups()
        digits = f"{sex}{year}{month}{department}{commune}{order}"
        if key is not None:
            if int(key) == nir_key(digits):
                yield found[0]
        elif 1 <= int(month) <= 12 or 20 <= int(month) <= 42 or int(month) >= 50:
            yield found[0]


def nir_key(digits: str) -> int:
    """The control key of 13 characters: 97 minus the rest by 97, Corsica counted as 19 and 18 (INSEE)."""
    plain = digits.upper().replace("2A", "19").replace("2B", "18")
    return 97 - int(plain) % 97


def births(text: str, *, year: int) -> Iterator[str]:
    """Dates that can only be somebody's birth, and any date after words that say so."""
    said = bool(_BORN.search(text))
    for pattern, group in ((_DATE, 3), (_ISO_DATE, 1)):
        for found in pattern.finditer(text):
            if said or int(found[group]) <= year - _ADULT:
                yield found[0]


def distance(one: str, other: str, *, most: int) -> int:
    """Letters to add, drop, change or swap with their neighbour; `most` + 1 stands for anything beyond."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _numbers(text: str, where: Where, year: int) -> Iterator[Warning]:
    numbers = list(nirs(text))
    for found in numbers:
        yield Warning(Code.NIR, where, found)
    if not numbers:
        for found in births(text, year=year):
            yield Warning(Code.BIRTH, where, found)


def _missing(content: Written, documents: Sequence[str]) -> Iterator[Warning]:
    if documents:
        return
    for text, where in ((content.subject, Where.SUBJECT), (_QUOTED.sub("", content.text), Where.TEXT)):
        if found := _ATTACHED.search(text):
            yield Warning(Code.MISSING_DOCUMENT, where, found[0])
            return


def _near(recipients: Sequence[Named], frequent: Collection[Named]) -> Iterator[Warning]:
    known = {party.address for party in frequent}
    chosen = {party.address for party in recipients}
    for party in recipients:
        if party.address not in known:
            meant = next((other for other in frequent if other.address not in chosen and _alike(party, other)), None)
            if meant:
                yield Warning(Code.NEAR_NAME, Where.RECIPIENTS, party.address, meant)


def _alike(one: Named, other: Named) -> bool:
    """Two letters apart in a long name or address, one in a short one; or the same to the eye."""
    pairs = [(_seen(_local(one.address)), _seen(_local(other.address))), (_seen(one.name), _seen(other.name))]
    return any(_close(first, second) for first, second in pairs if first and second)


def _close(one: str, other: str) -> bool:
    most = 2 if min(len(one), len(other)) >= 10 else 1 if min(len(one), len(other)) >= 5 else 0
    return distance(one, other, most=most) <= most


def _local(address: str) -> str:
    """The whole address when the part before @ says little (`secretariat@…`): then its domain is what differs."""
    local = address.partition("@")[0]
    return local if re.search(r"[._-]", local) else address


_HOMOGRAPHS = str.maketrans(
    "аеорсухіјѕԁгһӏαορνικ0135", "aeopcyxijsdrhlaopvikoles"
)  # what Cyrillic and Greek letters, and digits, look like
_TITLES = re.compile(r"^(?:dr|docteur|pr|professeur|m|mme|mlle|me)\.?\s+")


def _seen(text: str) -> str:
    """As an eye in a hurry reads it: without accents, case, titles; look-alikes as what they look like."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _TITLES.sub("", " ".join(bare.translate(_HOMOGRAPHS).replace("rn", "m").split()))

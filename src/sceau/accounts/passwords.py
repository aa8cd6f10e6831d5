"""The rule a password must meet, and how strong it is. Pure: values in, values out.

A password opens a key (vault V5), so a stolen row can be tried offline: length comes first, then four kinds of
characters, then that it is not built from what everybody tries. Well-known pieces (common words, keyboard rows,
years, repetitions, the person's own names) count as two characters each, whatever their length; what remains must
be worth nine. `docs/decisions` says why twelve characters and not the field's older seven.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sceau.accounts.common_words import COMMON
from sceau.core.errors import Refused

LONGEST = 200  # characters: bounds the work of hashing, far above any pass phrase
_PIECE = 2  # what a well-known piece is worth, in characters
_ENOUGH = 9
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl",
         "zxcvbnm", "&e\"'(-e_ca)=", "1qaz2wsx3edc", "1aqw2zsx3edc")  # fmt: skip
_TRIPLES = frozenset(
    line[start : start + 3] for row in _ROWS for line in (row, row[::-1]) for start in range(len(row) - 2)
)
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "l": "i", "!": "i", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s"})
_HABITS = re.compile(r"(?:19|20)\d\d|(.)\1{2,}|(.{2,6}?)\2+")


class Missing(StrEnum):
    """What a password lacks, one reason each; the door has the sentence."""

    LENGTH = "length"
    TOO_LONG = "too-long"
    LOWER = "lower"
    UPPER = "upper"
    DIGIT = "digit"
    OTHER = "other"
    COMMON = "common"
    PERSONAL = "personal"


class WeakPassword(Refused):
    code = "weak-password"

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__()
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Verdict:
    missing: tuple[Missing, ...]
    strength: int  # 0 to 4; below 2 whenever something is missing


def require(password: str, *, length: int, about: Iterable[str] = ()) -> None:
    """Raises WeakPassword naming everything that is missing. `about`: the person's names, addresses, structure."""
    if missing := judge(password, length=length, about=about).missing:
        raise WeakPassword(missing)


def judge(password: str, *, length: int, about: Iterable[str] = ()) -> Verdict:
    """What is missing, and a strength that a meter can show. At least `length` characters."""
    worth = _worth(password[:LONGEST], ())
    worth_to_friends = _worth(password[:LONGEST], tuple(_own_words(about)))
    found = {
        Missing.LENGTH: len(password) < length,
        Missing.TOO_LONG: len(password) > LONGEST,
        Missing.LOWER: not any(character.islower() for character in password),
        Missing.UPPER: not any(character.isupper() for character in password),
        Missing.DIGIT: not any(character.isdigit() for character in password),
        Missing.OTHER: all(character.isalnum() for character in password),
        Missing.COMMON: worth < _ENOUGH <= len(password),  # a short one is told so, and only so
        Missing.PERSONAL: worth_to_friends < _ENOUGH <= worth,
    }
    missing = tuple(reason for reason, holds in found.items() if holds)
    steps = sum(worth_to_friends >= step for step in (_ENOUGH // 2, _ENOUGH, 12, 16))
    return Verdict(missing, min(steps, 1) if missing else steps)


def _worth(password: str, own_words: tuple[str, ...]) -> int:
    """The number of characters that are not part of a well-known piece, plus two for each piece."""
    plain = _plain(password)
    spans = sorted(
        [*_words(plain, own_words), *_runs(plain), *(match.span() for match in _HABITS.finditer(plain))],
        key=lambda span: (span[0], -span[1]),
    )
    worth, end = 0, 0
    for start, stop in spans:
        if stop > end:
            worth += max(start - end, 0) + _PIECE
            end = stop
    return worth + len(plain) - end


def _plain(text: str) -> str:
    """Lower case without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in spread if not unicodedata.combining(character))


def _words(plain: str, own_words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    words = {word.translate(_LOOKALIKES) for word in (*COMMON, *own_words)}
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return (match.span() for match in pattern.finditer(plain.translate(_LOOKALIKES)))


def _runs(plain: str) -> Iterator[tuple[int, int]]:
    """Three or more neighbours of one row of a keyboard, of the alphabet, of the digits, either way."""
    start = None
    for place in range(len(plain) - 1):
        if plain[place : place + 3] in _TRIPLES:
            start = place if start is None else start
        elif start is not None:
            yield start, place + 2
            start = None


def _own_words(about: Iterable[str]) -> Iterator[str]:
    for text in about:
        yield from (word for word in re.split(r"[\W\d_]+", _plain(text)) if len(word) >= 3)

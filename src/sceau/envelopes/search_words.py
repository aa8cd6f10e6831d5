"""Words as search compares them: without case, accents or punctuation. Pure.

What somebody types and what is stored are cut by the same rule: runs of letters and digits, each folded. A word that
was typed matches every word that begins with it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

LONGEST = 40  # characters of a word; the rest of a longer one is not told apart
MOST_TERMS = 8

_WORD = re.compile(r"[^\W_]+")
_SPELLED = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")  # as written: an accent may stand behind its letter
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """Lower case, no accents, ligatures spelt out: "Œdème" is "oedeme"."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    # Folded once more: a mathematical 𝓐 has no lower case until it is taken apart.
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", folded).casefold()).translate(_LIGATURES)


def words(text: str) -> set[str]:
    """The distinct folded words of a text."""
    return {word[:LONGEST] for word in _WORD.findall(fold(text))}


def terms(typed: str) -> tuple[str, ...]:
    """What is looked for: the folded words in their order, each once; those that begin another one are left out.

    At most MOST_TERMS: who types more has found long ago, or pasted a letter.
    """
    found = list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(fold(typed))))
    kept = [word for word in found if not any(other != word and other.startswith(word) for other in found)]
    return tuple(kept[:MOST_TERMS])


def ranges(text: str, looked_for: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where the words of `text` that match stand: (start, end) in characters, in order."""
    return tuple(
        match.span()
        for match in _SPELLED.finditer(text)
        if any(part.startswith(term) for part in _parts(match.group()) for term in looked_for)
    )


def matched(texts: Iterable[str], looked_for: Sequence[str]) -> set[str]:
    """Which of the terms begin a word of these texts."""
    found = {word for text in texts for word in words(text)}
    return {term for term in looked_for if any(word.startswith(term) for word in found)}


def _parts(word: str) -> list[str]:
    """A word as written may fold to several: "½" is "1⁄2"."""
    return _WORD.findall(fold(word))

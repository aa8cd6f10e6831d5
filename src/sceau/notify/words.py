"""The word a person chose, shown by every mail so that its reader knows it is ours.

It is sealed like a mail's content: whoever steals the database cannot imitate our mails.
"""

import unicodedata
from uuid import UUID

from sceau.core.errors import Malformed
from sceau.notify import queue_key

LONGEST = 24  # characters
_PURPOSE = "notice-word"


def seal(person: UUID, word: str) -> bytes:
    """Raises Malformed for a blank word, a long one, or one with controls or invisible characters."""
    word = unicodedata.normalize("NFC", word.strip())
    categories = {unicodedata.category(character)[0] for character in word.replace(" ", "")}
    if not 0 < len(word) <= LONGEST or categories & {"C", "Z"}:
        raise Malformed
    return queue_key.seal(_PURPOSE, word.encode(), person)


def open(person: UUID, sealed: bytes) -> str:
    """For the worker. Raises Unreadable."""
    return queue_key.open(_PURPOSE, sealed, person).decode()

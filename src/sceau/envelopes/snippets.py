"""A mailbox's own words: the signature below each letter, and templates of letters, sealed like everything it says.

They lie under the mailbox's list key (V4): whoever reads the mailbox may use them, nobody else learns even a name.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from sceau.accounts.actor import Actor
from sceau.core import canonical, ids
from sceau.core.errors import Malformed, NotFound, Refused
from sceau.envelopes import names
from sceau.envelopes.models import Snippet
from sceau.vault import lists

TEMPLATES_LIMIT = 50
NAME_LIMIT = 80  # characters
TEXT_LIMIT = 20_000  # characters
SIGNATURE_LIMIT = 2_000  # characters

_PURPOSE = "snippet"


class TooManyTemplates(Refused):
    """`limit`: how many a mailbox may have."""

    code = "too-many-templates"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """What is sealed: a template's name, empty for a signature, and its text, line ends as `\\n`."""

    name: str
    text: str

    def encode(self) -> bytes:
        return canonical.dumps(asdict(self))


@dataclass(frozen=True, slots=True, repr=False)
class Template:
    id: UUID
    name: str
    text: str


def signature(*, by: Actor) -> str:
    """What stands below each new letter; empty when nothing does. Raises Unreadable."""
    row = _own(by, Snippet.Kind.SIGNATURE).first()
    return _open(row, by).text if row else ""


def sign(text: str, *, by: Actor, at: datetime) -> None:
    """Keep this signature, at most SIGNATURE_LIMIT characters; an empty one is none. Raises Malformed when longer."""
    if len(text) > SIGNATURE_LIMIT:
        raise Malformed
    with transaction.atomic():
        _own(by, Snippet.Kind.SIGNATURE).delete()
        if text.strip():
            _insert(Snippet.Kind.SIGNATURE, Words("", text), 0, by=by, at=at)


def templates(*, by: Actor) -> list[Template]:
    """All of them, in the order they were made. Raises Unreadable."""
    return [_template(row, by) for row in _own(by, Snippet.Kind.TEMPLATE)]


def template(id: UUID, *, by: Actor) -> Template:
    """Raises NotFound, also for somebody else's."""
    return _template(_find(id, by), by)


def add(name: str, text: str, *, by: Actor, at: datetime) -> Template:
    """A new template. Raises TooManyTemplates, Malformed for a name or text that is empty or too long."""
    words = _parse(name, text)
    with transaction.atomic():
        mine = _own(by, Snippet.Kind.TEMPLATE)
        if mine.count() >= TEMPLATES_LIMIT:
            raise TooManyTemplates(TEMPLATES_LIMIT)
        last = mine.aggregate(last=Max("position"))["last"] or 0
        row = _insert(Snippet.Kind.TEMPLATE, words, last + 1, by=by, at=at)
    return Template(row.id, words.name, words.text)


def change(id: UUID, name: str, text: str, *, by: Actor, at: datetime) -> None:
    """Raises NotFound, and Malformed as `add` does."""
    words, row = _parse(name, text), _find(id, by)
    row.epoch, row.sealed = _seal(row.id, words, by)
    row.saved_at = at
    row.save(update_fields=["epoch", "sealed", "saved_at"])


def remove(id: UUID, *, by: Actor) -> None:
    """Raises NotFound."""
    _find(id, by).delete()


def _parse(name: str, text: str) -> Words:
    words = Words(names.one_line(name), text)
    if not (0 < len(words.name) <= NAME_LIMIT and words.text.strip() and len(words.text) <= TEXT_LIMIT):
        raise Malformed
    return words


def _own(by: Actor, kind: Snippet.Kind) -> QuerySet[Snippet]:
    return Snippet.objects.filter(mailbox=by.mailbox, kind=kind).order_by("position", "id")


def _find(id: UUID, by: Actor) -> Snippet:
    row = _own(by, Snippet.Kind.TEMPLATE).filter(id=id).first()
    if row is None:
        raise NotFound
    return row


def _insert(kind: Snippet.Kind, words: Words, position: int, *, by: Actor, at: datetime) -> Snippet:
    row = Snippet(id=ids.new(), mailbox=by.mailbox, kind=kind, position=position, saved_at=at)
    row.epoch, row.sealed = _seal(row.id, words, by)
    row.save(force_insert=True)
    return row


def _template(row: Snippet, by: Actor) -> Template:
    words = _open(row, by)
    return Template(row.id, words.name, words.text)


def _seal(id: UUID, words: Words, by: Actor) -> tuple[int, bytes]:
    """Under the newest epoch's list key. The id is bound in: a row cannot pass for another one."""
    epoch, key = lists.current(by.keys, by.mailbox.id)
    return epoch, key.seal(_PURPOSE, words.encode(), id)


def _open(row: Snippet, by: Actor) -> Words:
    key = lists.of(by.keys, row.mailbox_id, row.epoch)
    value = canonical.loads(key.open(_PURPOSE, bytes(row.sealed), row.id))
    if not isinstance(value, dict) or set(value) != {"name", "text"}:
        raise Malformed
    return Words(**value)

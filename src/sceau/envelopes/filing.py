"""A mailbox's own folders, one in another, and the copies filed in them.

Names are sealed: a folder may be called after a patient (V12). Which folder a copy is in is plain, as all states are.
Folders of one mailbox change under the lock of its row, so that two tabs cannot pass a limit together.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox
from sceau.core import ids
from sceau.core.errors import NotFound, Refused, Unreadable
from sceau.database.queries import PreparedQuery
from sceau.envelopes import folders, names
from sceau.envelopes.models import Copy, Folder
from sceau.vault import lists

DEPTH = 5  # a folder at the top is at depth 1
MOST = 200  # of one mailbox
LONGEST = 80  # characters of a name
_PURPOSE = "folder"


class BadName(Refused):
    """Empty, longer than LONGEST, or with something in it that cannot be seen."""

    code = "folder-name"


class NameTaken(Refused):
    """Another folder beside it is called so; capitals make no difference."""

    code = "folder-taken"


class TooDeep(Refused):
    """It, or one inside it, would stand deeper than DEPTH."""

    code = "folder-deep"


class TooManyFolders(Refused):
    code = "folder-many"


class InsideItself(Refused):
    """A folder cannot go into itself, or into one that it holds."""

    code = "folder-inside"


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """A folder and what it holds. `name` is empty when it does not open any more."""

    row: Folder
    name: str
    depth: int  # 1 at the top
    unopened: int  # received envelopes in it, not in those below, that nobody of this mailbox has opened
    children: "tuple[Node, ...]"

    @property
    def id(self) -> UUID:
        return self.row.id

    def walk(self) -> "Iterator[Node]":
        """It, then all that it holds, as they are read down a page."""
        yield self
        for child in self.children:
            yield from child.walk()


def tree(by: Actor) -> tuple[Node, ...]:
    """The folders at the top, by name, each with those it holds. Two queries, and what opening the names takes."""
    rows = _OWN.objects(mailbox=by.mailbox.id)
    return _nodes(rows, by, _unopened(by)) if rows else ()


def _all_of(mailbox: UUID) -> QuerySet[Folder]:
    return Folder.objects.filter(mailbox=mailbox)


_OWN = PreparedQuery(_all_of, mailbox=UUID)  # each page asks


def find(nodes: Iterable[Node], folder: UUID) -> Node:
    """Raises NotFound."""
    for node in nodes:
        for found in node.walk():
            if found.id == folder:
                return found
    raise NotFound


def name(folder: Folder, *, by: Actor) -> str:
    """Empty when it does not open any more."""
    return _open(folder, by)


def create(name: str, parent: Folder | None = None, *, by: Actor, at: datetime) -> Folder:
    """Raises BadName, NameTaken, TooDeep, TooManyFolders."""
    name = _clean(name)
    with transaction.atomic():
        top = _locked(by)
        if sum(1 for _ in _all(top)) >= MOST:
            raise TooManyFolders
        _require_free(name, _beside(top, parent))
        if parent and find(top, parent.id).depth >= DEPTH:
            raise TooDeep
        id = ids.new()
        epoch, sealed = _seal(name, id, by)
        return Folder.objects.create(
            id=id, mailbox=by.mailbox, parent=parent, epoch=epoch, sealed_name=sealed, created_at=at
        )


def rename(folder: Folder, name: str, *, by: Actor) -> None:
    """Raises BadName, NameTaken."""
    name = _clean(name)
    with transaction.atomic():
        _require_free(name, _beside(_locked(by), folder.parent), but=folder)
        folder.epoch, folder.sealed_name = _seal(name, folder.id, by)
        folder.save(update_fields=["epoch", "sealed_name"])


def move_folder(folder: Folder, parent: Folder | None, *, by: Actor) -> None:
    """Put it, with all it holds, into another one or at the top. Raises InsideItself, NameTaken, TooDeep."""
    with transaction.atomic():
        top = _locked(by)
        moved = find(top, folder.id)
        below = list(moved.walk())
        if parent and parent.id in {node.id for node in below}:
            raise InsideItself
        height = max(node.depth for node in below) - moved.depth + 1
        if (find(top, parent.id).depth if parent else 0) + height > DEPTH:
            raise TooDeep
        _require_free(moved.name, _beside(top, parent), but=folder)
        folder.parent = parent
        folder.save(update_fields=["parent"])


def remove(folder: Folder, *, by: Actor) -> int:
    """Delete it and those it holds; their copies go back to where they first were. How many copies."""
    with transaction.atomic():
        below = list(find(_locked(by), folder.id).walk())
        held = Copy.objects.filter(mailbox=by.mailbox, filed_in__in=[node.id for node in below])
        count = held.filter(folder=Copy.Folder.FILED).update(folder=folders.FIRST, filed_in=None)
        held.update(filed_in=None)  # in the trash: they will be restored to where they first were
        for node in reversed(below):  # from the bottom: a parent is protected
            node.row.delete()
        return count


def size(folder: Folder, *, by: Actor) -> int:
    """How many copies are in it and in those that it holds."""
    below = [node.id for node in find(tree(by), folder.id).walk()]
    return Copy.objects.filter(mailbox=by.mailbox, folder=Copy.Folder.FILED, filed_in__in=below).count()


def file(copies: Iterable[Copy], folder: Folder | None, *, by: Actor) -> int:
    """Put copies into a folder; without one, back to where they first were. How many moved.

    Raises NotFound for a folder that was deleted meanwhile.
    """
    held = folders.movable(copies).filter(mailbox=by.mailbox)
    if folder is None:
        return held.update(folder=folders.FIRST, filed_in=None)
    with transaction.atomic():
        find(_locked(by), folder.id)
        return held.update(folder=Copy.Folder.FILED, filed_in=folder)


def _clean(name: str) -> str:
    """In NFC, single spaces. Raises BadName."""
    if not names.is_one_line(name):
        raise BadName
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(cleaned) <= LONGEST:
        raise BadName
    return cleaned


def _require_free(name: str, beside: Iterable[Node], *, but: Folder | None = None) -> None:
    """Raises NameTaken."""
    if _folded(name) in {_folded(node.name) for node in beside if but is None or node.id != but.id}:
        raise NameTaken


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _sorted(node: Node) -> tuple[str, str]:
    """As a French index does: accents count only between names that are the same without them."""
    letters = unicodedata.normalize("NFKD", node.name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)), node.name


def _locked(by: Actor) -> tuple[Node, ...]:
    """The tree, which nobody else changes before the transaction ends."""
    Mailbox.objects.select_for_update().get(id=by.mailbox.id)
    return _nodes(list(Folder.objects.filter(mailbox=by.mailbox)), by, {})


def _nodes(rows: list[Folder], by: Actor, unopened: dict[UUID, int]) -> tuple[Node, ...]:
    by.keys.prefetch(by.mailbox.id)  # a list beside it needs them too
    inside: dict[UUID | None, list[Folder]] = {}
    for row in rows:
        inside.setdefault(row.parent_id, []).append(row)

    def below(parent: UUID | None, depth: int) -> tuple[Node, ...]:
        found = (
            Node(row, _open(row, by), depth, unopened.get(row.id, 0), below(row.id, depth + 1))
            for row in inside.get(parent, ())
        )
        return tuple(sorted(found, key=_sorted))

    return below(None, 1)


def _all(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield from node.walk()


def _beside(top: tuple[Node, ...], parent: Folder | None) -> tuple[Node, ...]:
    return find(top, parent.id).children if parent else top


def _unopened(by: Actor) -> dict[UUID, int]:
    received = Copy.objects.filter(
        mailbox=by.mailbox,
        folder=Copy.Folder.FILED,
        role__in=(Copy.Role.TO, Copy.Role.CC),
        opened_at=None,
        destroyed_at=None,
        withdrawn_at=None,
    )
    return dict(received.order_by().values_list("filed_in").annotate(Count("id")))


def _seal(name: str, folder: UUID, by: Actor) -> tuple[int, bytes]:
    """The epoch whose list key it is under, and the sealed name, bound to its folder."""
    epoch, key = lists.current(by.keys, by.mailbox.id)
    return epoch, key.seal(_PURPOSE, name.encode(), folder)


def _open(folder: Folder, by: Actor) -> str:
    """One name that does not open must not hide the others."""
    with suppress(Unreadable, NotFound):
        key = lists.of(by.keys, folder.mailbox_id, folder.epoch)
        return key.open(_PURPOSE, bytes(folder.sealed_name), folder.id).decode()
    return ""

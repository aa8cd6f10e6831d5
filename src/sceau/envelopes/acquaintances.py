"""Whom a mailbox has exchanged with: what completes a name while it is typed. Never a list of who has an account.

Who wrote to whom is plain in the tables (docs/columns.csv), so this needs no key; names come from the mailboxes, as
they are now.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox
from sceau.core.errors import Malformed
from sceau.core.values import Address
from sceau.envelopes import lookups
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.summaries import Party

_KNOWN = 2_000  # correspondents that are looked through, most frequent first
_LATELY = 1_000  # envelopes of each list that tell who they are


def known(*, by: Actor, limit: int = _KNOWN) -> list[Mailbox]:
    """Everybody's mailbox this one lately wrote to or heard from, most frequent first, closed accounts left out.

    Six queries, each bounded: this runs while somebody types.
    """
    sent, received = _lately(by)
    counts = Counter(_recipients(sent)) + Counter(_senders(received))
    counts.pop(by.mailbox.id, None)
    ids = [id for id, _ in counts.most_common(limit)]
    found = {row.id: row for row in Mailbox.objects.select_related("owner").filter(id__in=ids)}
    rows = [found[id] for id in ids if id in found]
    return [row for row in rows if row.owner is None or row.owner.is_active]


def find(text: str, *, by: Actor, limit: int, at: datetime) -> list[Mailbox]:
    """Those of `known` in whom every word of `text` begins a word; also whoever has exactly the address that it is.

    The second only for accounts that may write to anybody: another one must not find out who has a mailbox here; nor
    must these find out of thousands (lookups).
    """
    words = _fold(text).split()
    found = [row for row in known(by=by) if _matches(words, row)][:limit]
    exact = _exact(text, by=by, at=at) if people.may_write(by.person) else None
    if exact and exact.id != by.mailbox.id and exact not in found:
        found.insert(0, exact)
    return found[:limit]


def party(mailbox: Mailbox) -> Party:
    return Party(mailbox.name, mailbox.address)


def _lately(by: Actor) -> tuple[list[UUID], list[UUID]]:
    """The newest envelopes of this mailbox, in its lists and folders: those it sent, those it received."""
    sent, received = [], []
    for folder in (Copy.Folder.SENT, Copy.Folder.RECEIVED, Copy.Folder.FILED):
        newest = Copy.objects.filter(mailbox=by.mailbox, folder=folder).order_by("-sort_at", "-id")[:_LATELY]
        for envelope, role in newest.values_list("envelope", "role"):
            if role == Copy.Role.FROM:
                sent.append(envelope)
            elif role != Copy.Role.KEPT:
                received.append(envelope)
    return sent, received


def _recipients(envelopes: list[UUID]) -> Iterable[UUID]:
    copies = Copy.objects.filter(envelope__in=envelopes, role__in=(Copy.Role.TO, Copy.Role.CC))
    return copies.order_by().values_list("mailbox", flat=True)


def _senders(envelopes: list[UUID]) -> Iterable[UUID]:
    return Envelope.objects.filter(id__in=envelopes).values_list("mailbox", flat=True)


def _exact(text: str, *, by: Actor, at: datetime) -> Mailbox | None:
    try:
        address = Address.parse(text)
        return lookups.find([address], by=by, at=at).get(address)
    except (Malformed, lookups.Unchecked):
        return None


def _matches(words: list[str], row: Mailbox) -> bool:
    """Every word begins one of the name's, the address, a piece of it, or the domain: a country or a kind does not."""
    name, address = _fold(row.name), _fold(row.address)
    local, _at, domain = address.partition("@")
    parts = (*re.split(r"[\s'’-]+", name), *re.split(r"[._-]+", local), address, domain, f"@{domain}")
    return all(any(part.startswith(word) for part in parts) for word in words)


def _fold(text: str) -> str:
    """Without case and accents: nobody types them at 11 pm."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))

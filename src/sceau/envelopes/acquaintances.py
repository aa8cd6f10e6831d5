"""Whom a mailbox has exchanged with: what completes a name while it is typed. Never a list of who has an account.

Who wrote to whom is plain in the tables (docs/columns.csv), so this needs no key; names come from the mailboxes, as
they are now.
"""

import re
import unicodedata
from collections import Counter
from uuid import UUID

from django.db.models import Count

from sceau.accounts import mailboxes, people
from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox
from sceau.core.errors import Malformed
from sceau.core.values import Address
from sceau.envelopes.models import Copy
from sceau.envelopes.summaries import Party

_KNOWN = 2_000  # correspondents that are looked through, most frequent first


def known(*, by: Actor, limit: int = _KNOWN) -> list[Mailbox]:
    """Everybody's mailbox this one wrote to or heard from, most frequent first, closed accounts left out."""
    counts = Counter(_sent(by)) + Counter(_received(by))
    counts.pop(by.mailbox.id, None)
    ids = [id for id, _ in counts.most_common(limit)]
    found = {row.id: row for row in Mailbox.objects.select_related("owner").filter(id__in=ids)}
    rows = [found[id] for id in ids if id in found]
    return [row for row in rows if row.owner is None or row.owner.is_active]


def find(text: str, *, by: Actor, limit: int) -> list[Mailbox]:
    """Those of `known` in whom every word of `text` begins a word; also whoever has exactly the address that it is.

    The second only for accounts that may write to anybody: another one must not find out who has a mailbox here.
    """
    words = _fold(text).split()
    found = [row for row in known(by=by) if _matches(words, row)][:limit]
    exact = _exact(text) if people.may_write(by.person) else None
    if exact and exact.id != by.mailbox.id and exact not in found:
        found.insert(0, exact)
    return found[:limit]


def party(mailbox: Mailbox) -> Party:
    return Party(mailbox.name, mailbox.address)


def _sent(by: Actor) -> dict[UUID, int]:
    rows = Copy.objects.filter(envelope__mailbox=by.mailbox, role__in=(Copy.Role.TO, Copy.Role.CC))
    return dict(rows.values_list("mailbox").annotate(Count("id")).order_by())


def _received(by: Actor) -> dict[UUID, int]:
    rows = Copy.objects.filter(mailbox=by.mailbox, role__in=(Copy.Role.TO, Copy.Role.CC))
    return dict(rows.exclude(folder=Copy.Folder.HELD).values_list("envelope__mailbox").annotate(Count("id")).order_by())


def _exact(text: str) -> Mailbox | None:
    try:
        address = Address.parse(text)
    except Malformed:
        return None
    return mailboxes.find_all([address]).get(address)


def _matches(words: list[str], row: Mailbox) -> bool:
    """Every word begins one of the name's, the address, a piece of it, or the domain: a country or a kind does not."""
    name, address = _fold(row.name), _fold(row.address)
    local, _at, domain = address.partition("@")
    parts = (*re.split(r"[\s'’-]+", name), *re.split(r"[._-]+", local), address, domain, f"@{domain}")
    return all(any(part.startswith(word) for part in parts) for word in words)


def _fold(text: str) -> str:
    """Without case and accents: nobody types them at 11 pm."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))

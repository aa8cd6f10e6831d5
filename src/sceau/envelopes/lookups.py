"""Whether an address has a mailbox here: said to whoever writes to it, not to whoever tries one after the other.

One limit for everything that tells it: what the composer shows, completion of a whole address, sealing. Once it is
reached, the same is shown of every address until the day is over, and sealing says only that not all are known.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sceau.accounts import mailboxes, rates
from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox
from sceau.core.errors import TooMany
from sceau.core.values import Address
from sceau.envelopes import rules

UNKNOWN_A_DAY = 500  # different addresses; one that is typed is asked about a few times before its last letter
_DAY = timedelta(days=1)


class Unchecked(TooMany):
    """This person asked about too many addresses that nobody has here."""

    code = "unchecked-recipients"


def find(addresses: Iterable[Address], *, by: Actor, at: datetime) -> dict[Address, Mailbox]:
    """Those that have a mailbox. Raises Unchecked, whether they have one or not."""
    asked = list(addresses)
    known = mailboxes.find_all(asked)
    if asked:
        _count([str(address) for address in asked if address not in known], by=by, at=at)
    return known


def recipients(wanted: rules.Recipients, *, by: Actor, at: datetime) -> dict[Address, Mailbox]:
    """Everybody's mailbox, to seal. Raises UnknownRecipient; Unchecked, which does not say who is unknown."""
    known = mailboxes.find_all(wanted)
    if unknown := [str(address) for address in wanted if address not in known]:
        _count(unknown, by=by, at=at)
    rules.check_known(wanted, known)
    return known


def _count(unknown: list[str], *, by: Actor, at: datetime) -> None:
    try:
        rates.hit_different("unknown", by.person.id.hex, unknown, limit=UNKNOWN_A_DAY, window=_DAY, at=at)
    except TooMany as error:
        raise Unchecked(error.retry_after) from error

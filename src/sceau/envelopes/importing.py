"""Files of mails, as their holder brings them: one mail (.eml), or many (.mbox), sealed one by one as they arrive.

A mail that cannot be kept is told and holds back no other. What had no rows yet when something ended is not kept; the
same file brought again finds what was there and goes on with the rest.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sceau.accounts.actor import Actor
from sceau.core.errors import Refused
from sceau.envelopes import receiving
from sceau.envelopes.mime import mbox
from sceau.envelopes.mime.oddities import BadMail
from sceau.envelopes.models import Folder
from sceau.envelopes.names import safe_name
from sceau.envelopes.receiving import Placed, Received

MOST = 5_000  # mails at once


class TooManyMails(Refused):
    """More than `limit` mails at once: those before are kept."""

    code = "too-many-mails"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


@dataclass(frozen=True, slots=True, repr=False)
class Brought:
    """One mail of a file that arrived: sealed, or why it was not. `number`: its place in an mbox, from 1."""

    file: str
    number: int | None
    received: Received | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What became of one mail. `placed` is None when it was refused."""

    file: str
    number: int | None
    called: str = ""
    placed: Placed | None = None
    refusal: Refused | None = None


def arrive(name: str, chunks: Iterable[bytes], *, at: datetime, most: int = MOST) -> list[Brought]:
    """Seal the mails of one file as its octets come; at most `most`. Raises StorageFull: then drop what came before.

    A name that ends in .eml is one mail, whatever its first line; else a file that begins like an mbox is one.
    """
    shown, rest = safe_name(name), iter(chunks)
    first = b""
    while len(first) < 5 and (chunk := next(rest, b"")):
        first += chunk
    whole = itertools.chain([first], rest)
    if name.lower().endswith(".eml") or not mbox.is_mbox(first):
        return [_one(shown, None, whole, at)]
    brought: list[Brought] = []
    try:
        for number, mail in enumerate(mbox.split(whole), 1):
            if number > most:
                brought.append(Brought(shown, number, refusal=TooManyMails(most)))
                break
            brought.append(_one(shown, number, mail, at))
    except BaseException:
        drop(brought)
        raise
    return brought


def settle(brought: Iterable[Brought], *, by: Actor, folder: Folder | None, at: datetime) -> Iterator[Told]:
    """Give each its rows, a transaction a mail. Raises NotFound when the folder is gone."""
    for each in brought:
        if each.received is None:
            yield Told(each.file, each.number, refusal=each.refusal)
        else:
            placed = receiving.file(each.received, by=by, folder=folder, at=at)
            yield Told(each.file, each.number, each.received.called, placed)


def drop(brought: Iterable[Brought]) -> None:
    """Forget what will get no rows."""
    for each in brought:
        if each.received is not None:
            receiving.drop(each.received)


def _one(file: str, number: int | None, mail: Iterable[bytes], at: datetime) -> Brought:
    try:
        return Brought(file, number, received=receiving.receive(mail, at=at))
    except BadMail as refusal:
        return Brought(file, number, refusal=refusal)

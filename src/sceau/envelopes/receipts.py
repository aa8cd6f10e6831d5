"""Receipts: what the holder of one copy can show to a court, checked by `sceau verify` without us (E4, E10).

Three shapes of the same thing: JSON for programs, one .tlog-proof an event for other verifiers of transparency
logs, and a sealed PDF that people read, with both attached.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings

from sceau.accounts.actor import Actor
from sceau.core.clock import milliseconds
from sceau.core.errors import Refused, TryLater
from sceau.envelopes import timeline
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.timeline import Story
from sceau.evidence import log, receipt
from sceau.evidence.receipt import Item, OpenedRecord
from sceau.evidence.words import Language


class NothingProved(Refused):
    """An import: there is no evidence about it, hence no receipt."""

    code = "nothing-proved"


class NotYetPublished(TryLater):
    """The log has not signed the newest event yet: two seconds at most (E2)."""

    code = "not-yet-published"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`document` is what is proved; language and zone (an IANA name) are how its reader sees it."""

    document: receipt.Receipt
    language: Language
    zone: str

    @property
    def json(self) -> bytes:
        """Canonical JSON, version 1 (docs/format.md)."""
        return self.document.encode()

    @property
    def proofs(self) -> dict[str, bytes]:
        """File name → .tlog-proof, one an event."""
        return {item.file_name: item.proof.encode().encode() for item in self.document.items}


def build(copy: Copy, *, by: Actor, at: datetime) -> Receipt:
    """Everything the holder of this copy may prove, under the newest checkpoint.

    `copy` comes from `access.copy`, destroyed or not: evidence stays. Raises NotYetPublished; LogDamaged when the
    log no longer says what was signed; NothingProved for an import.
    """
    if copy.envelope.source == Envelope.Source.IMPORTED:
        raise NothingProved
    told = timeline.story(copy, by=by)
    proofs = log.prove(told.rows)
    if len(proofs) < len(told.rows):
        raise NotYetPublished
    document = receipt.Receipt(
        operator=settings.SCEAU_OPERATOR,
        envelope=copy.envelope_id,
        role="sender" if copy.role == Copy.Role.FROM else "recipient",
        recipient=copy.recipient,
        made_ms=milliseconds(at),
        items=tuple(Item(row.row(), proofs[row.id]) for row in told.rows),
        records=_records(told),
    )
    language = cast(Language, by.person.language if by.person.language in ("fr", "en") else "fr")
    return Receipt(document, language, by.person.zone)


def pdf(made: Receipt) -> bytes:
    """One or more pages that say it in the reader's language, everything above attached, under the operator's seal."""
    from sceau.envelopes import receipt_pdf  # now: a process that makes none need not load what makes PDF files

    attached = {receipt.NAME: (made.json, "application/json")}
    attached |= {name: (data, "text/plain") for name, data in made.proofs.items()}
    return receipt_pdf.write(made.document, made.language, made.zone, attached)


def _records(told: Story) -> tuple[OpenedRecord, ...]:
    """Those that the evidence cites, the parties' first."""
    cited = dict.fromkeys(bytes(digest) for row in told.rows for digest in (row.parties, row.facts) if digest)
    return tuple(OpenedRecord(*told.opened[digest]) for digest in cited if digest in told.opened)

"""A log to test with: facts recorded, steps of an integrator, and what it left in the store."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction

from sceau import blobs
from sceau.core import ids
from sceau.evidence import log
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.log import Fact
from sceau.evidence.models import Evidence

NOON = datetime(2026, 11, 22, 12, 0, 0, 123_000, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def happen(count: int = 1, *, at: datetime = NOON, envelope: UUID | None = None) -> list[Evidence]:
    """So many events, recorded in one act."""
    facts = [Fact(Event.CONTENT_CONSIGNMENT, envelope=envelope or ids.new(), recipient=i) for i in range(count)]
    with transaction.atomic():
        return log.record(*facts, at=at)


def published(counts: Iterable[int]) -> list[Evidence]:
    """Events in the order of the log, a checkpoint after each count."""
    integrator, rows = Integrator(), []
    for second, count in enumerate(counts):
        rows += happen(count, at=after(second))
        assert integrator.step(at=after(second)) == count
    return rows


def kept() -> dict[str, bytes]:
    """Every file of the log, by name."""
    store = blobs.store()
    files = {}
    for entry in store.names("log/"):
        with store.open(entry.name) as file:
            files[entry.name] = file.read()
    return files


def overwrite(name: str, data: bytes) -> None:
    blobs.store().put(name, [data])

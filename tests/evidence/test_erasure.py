"""Names end after their years; the log does not notice (E11)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from sceau import custody
from sceau.core import ids
from sceau.evidence import checks, erasure, log, records
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.log import Fact
from sceau.evidence.models import Evidence, Record, RecordSeal
from tests.evidence.logs import NOON, after

pytestmark = pytest.mark.django_db
YEARS = timedelta(days=365 * settings.SCEAU_EVIDENCE_YEARS)


def seal(count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            sealed = records.seal({"kind": "access"}, [], envelope=ids.new(), at=NOON)
            log.record(Fact(Event.CONTENT_ACCESS_TRACKING, facts=sealed), at=NOON)


@pytest.mark.req("E11")
def test_records_are_kept_for_their_years_and_not_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_BATCH", 3)
    seal(7)
    Integrator().step(at=after(1))
    assert erasure.sweep(at=NOON + YEARS) == 0
    assert erasure.sweep(at=NOON + YEARS + timedelta(seconds=1)) == 7
    told = Evidence.objects.filter(event=Event.RECORDS_ERASED).order_by("id")
    opened = [
        records.open_in_custody(Record.objects.get(commitment=row.facts), custody.load())[1]["count"] for row in told
    ]
    assert opened == [3, 3, 1]
    assert Record.objects.count() == RecordSeal.objects.count() == 3, "what remains says what was erased"
    assert checks.fully(at=after(2))[0].entries == 7


def test_erasing_again_erases_nothing() -> None:
    seal(2)
    late = NOON + YEARS + timedelta(days=1)
    assert erasure.sweep(at=late) == 2
    assert erasure.sweep(at=late) == 0
    assert Evidence.objects.filter(event=Event.RECORDS_ERASED).count() == 1

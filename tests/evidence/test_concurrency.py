"""Writers and integrators at the same time, in threads with connections of their own."""

from collections.abc import Callable

import pytest

from sceau.core import ids
from sceau.evidence import checks, keys, log
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Checkpoint, Evidence, LogEntry, Pending
from tests.at_once import together
from tests.evidence.logs import after, happen

pytestmark = pytest.mark.django_db(transaction=True)
ACTS, WRITERS = 25, 3


@pytest.mark.attack(36)
@pytest.mark.parametrize("same_holder", [False, True], ids=["one leads", "two believe that they lead"])
@pytest.mark.req("E7")
def test_nothing_is_lost_doubled_or_forked(same_holder: bool) -> None:
    """The second case is a lease that failed completely: what remains is compare-and-set."""
    Integrator().step(at=after(-3600))  # its lease has ended
    holder = ids.new()
    leads = [Integrator(holder), Integrator(holder if same_holder else None)]

    def write() -> None:
        for act in range(ACTS):
            happen(1 + act % 7, at=after(act))

    def integrate(lead: Integrator) -> Callable[[], None]:
        def work() -> None:
            for second in range(40):
                lead.step(at=after(second / 10))

        return work

    assert together(*[write] * WRITERS, *map(integrate, leads)) == []
    Integrator(leads[0].holder).step(at=after(20))
    Integrator(leads[1].holder).step(at=after(60))

    recorded = WRITERS * sum(1 + act % 7 for act in range(ACTS))
    assert Evidence.objects.count() == LogEntry.objects.count() == recorded
    assert not Pending.objects.exists()
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(recorded))
    sizes = list(Checkpoint.objects.order_by("id").values_list("size", flat=True))
    assert sizes == sorted(set(sizes))
    (report,) = checks.fully(at=after(100))
    assert (report.origin, report.entries) == (keys.origin(), recorded)
    assert len(log.prove(Evidence.objects.all())) == recorded

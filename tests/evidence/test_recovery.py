"""Last week's database is restored and goes on (attack 36): refused, until the origin is closed."""

import pytest
from django.db import transaction

from sceau import custody
from sceau.evidence import checks, keys, log, note, origins, recovery, tree
from sceau.evidence.events import Event
from sceau.evidence.faults import LogAhead, LogFault
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Checkpoint, Evidence, Log, LogEntry, Pending, Record
from sceau.evidence.records import open_in_custody
from sceau.evidence.recovery import NothingToRecover
from sceau.evidence.shelf import Shelf
from tests.evidence.logs import after, happen, kept, overwrite, published

pytestmark = [pytest.mark.django_db, pytest.mark.attack(36)]
LATER = after(86400)


def restore(size: int) -> None:
    """The database as it was when the log had `size` leaves; tiles and checkpoint stay as they are."""
    Checkpoint.objects.filter(size__gt=size).delete()
    lost = list(LogEntry.objects.filter(index__gte=size).values_list("evidence", flat=True))
    LogEntry.objects.filter(index__gte=size).delete()
    Evidence.objects.filter(id__in=lost).delete()


def test_a_restored_database_signs_nothing() -> None:
    published([40, 30, 30])
    restore(70)
    files, lead = kept(), Integrator()
    for act in (checks.at_start, lambda: checks.fully(at=LATER), lambda: lead.step(at=LATER)):
        with pytest.raises(LogAhead):
            act()
    happen(5)
    with pytest.raises(LogAhead):
        lead.step(at=LATER)
    assert Pending.objects.count() == 5, "nothing is numbered on top of what was lost"
    assert kept() == files


def test_a_database_restored_under_a_running_leader_is_noticed() -> None:
    lead = Integrator()
    happen(10)
    lead.step(at=after(0))
    happen(10)
    lead.step(at=after(1))
    restore(10)
    happen(3)
    with pytest.raises(LogAhead):
        lead.step(at=after(2))
    assert Pending.objects.count() == 3
    assert Checkpoint.objects.count() == 1


def test_tiles_without_their_checkpoint_are_noticed_too() -> None:
    """Killed after the tiles and before the checkpoint, then restored to before the numbering."""
    published([40])
    before = kept()
    published_more = happen(30)
    Integrator().step(at=after(60))
    (name,) = (name for name in kept() if name.endswith("/checkpoint"))
    overwrite(name, before[name])
    restore(40)
    assert len(published_more) == 30
    for act in (checks.at_start, lambda: Integrator().step(at=LATER)):
        with pytest.raises(LogAhead):
            act()


def test_recovering_closes_the_origin_and_names_the_gap_in_the_next() -> None:
    published([40, 30, 30])
    restore(70)
    happen(5)
    gap = recovery.recover(at=LATER)
    first = keys.origin()
    assert (gap.closed, gap.opened, gap.fault, gap.lost_from, gap.size) == (first, f"{first}/2", "log-ahead", 70, 100)
    assert [log_.origin for log_ in origins.everyone() if log_.closed_at is None] == [f"{first}/2"]
    assert Integrator().step(at=LATER) == 6
    named = Evidence.objects.get(event=Event.LOG_RECOVERED)
    _, content = open_in_custody(Record.objects.get(commitment=named.facts), custody.load())
    assert content == {"closed": first, "fault": "log-ahead", "lost_from": 70, "opened": f"{first}/2", "size": 100}
    checks.at_start()
    reports = checks.fully(at=LATER)
    assert [(r.origin, r.entries, r.lost) for r in reports] == [(first, 100, 30), (f"{first}/2", 6, 0)]


def test_what_was_proved_before_stays_provable_after() -> None:
    rows = published([40, 30, 30])
    old = log.prove(rows[:1])[rows[0].id]
    restore(70)
    (late,) = happen(1)
    recovery.recover(at=LATER)
    Integrator().step(at=LATER)
    checks.require_contains(old.checkpoint)
    for row, origin in ((rows[0], keys.origin()), (rows[69], keys.origin()), (late, f"{keys.origin()}/2")):
        proof = log.prove([row])[row.id]
        head = note.open(proof.checkpoint, keys.verifiers())
        assert head.origin == origin
        tree.verify_inclusion(tree.leaf_hash(row.leaf()), proof.index, head.size, proof.hashes, head.root)


def test_numbers_that_nobody_signed_are_given_back() -> None:
    published([40])
    rows = happen(3)
    for index, row in enumerate(rows, 40):  # numbered; then the power went; then the tiles were found damaged
        LogEntry.objects.create(log_id=keys.origin(), index=index, evidence=row)
    Pending.objects.all().delete()
    name = next(name for name in kept() if "/tile/0/" in name)
    overwrite(name, bytes(len(kept()[name])))
    gap = recovery.recover(at=LATER)
    assert (gap.fault, gap.lost_from, gap.size) == ("log-damaged", 40, 40)
    assert Integrator().step(at=LATER) == 4
    order = LogEntry.objects.filter(log_id=gap.opened).order_by("index").values_list("evidence", flat=True)
    assert list(order)[:3] == [row.id for row in rows]


def test_a_kept_checkpoint_that_the_log_did_not_sign_is_not_adopted() -> None:
    published([40])
    (name,) = (name for name in kept() if name.endswith("/checkpoint"))
    overwrite(name, b"forged")
    with pytest.raises(LogFault):
        Integrator().step(at=after(100))
    gap = recovery.recover(at=LATER)
    assert (gap.fault, gap.size) == ("log-damaged", 40)


def test_a_sound_log_is_not_closed() -> None:
    with pytest.raises(NothingToRecover):
        recovery.recover(at=LATER)
    published([40])
    with pytest.raises(NothingToRecover):
        recovery.recover(at=LATER)
    assert Log.objects.count() == 1


def test_an_origin_can_be_closed_twice_in_a_row() -> None:
    published([40, 30])
    restore(40)
    recovery.recover(at=LATER)
    Integrator().step(at=LATER)
    happen(5)
    Integrator().step(at=after(2 * 86400))
    Checkpoint.objects.filter(log_id=f"{keys.origin()}/2", size=6).delete()
    gap = recovery.recover(at=after(3 * 86400))
    assert gap.opened == f"{keys.origin()}/3"
    Integrator().step(at=after(4 * 86400))
    assert Shelf(gap.opened).checkpoint() is not None
    checks.at_start()
    assert [report.lost for report in checks.fully(at=LATER)] == [30, 0, 0]


def test_a_backup_that_agrees_with_itself_is_closed_all_the_same() -> None:
    """Database and tiles come from one backup: what was published since is in somebody's receipts only."""
    published([40])
    gap = recovery.recover(at=LATER, restored=True)
    first = keys.origin()
    assert (gap.closed, gap.fault, gap.lost_from, gap.size) == (first, "restored", 40, 40)
    happen(3)
    assert Integrator().step(at=LATER) == 4
    assert Checkpoint.objects.filter(log=first).count() == 1, "it signs nothing more"
    assert [report.origin for report in checks.fully(at=LATER)] == [first, gap.opened]


def test_the_same_backup_restored_twice_opens_two_origins() -> None:
    """What the first one published under its new origin is in somebody's receipts too."""
    published([40])
    opened = []
    for days in (1, 2):
        with transaction.atomic():
            opened.append(recovery.recover(at=after(days * 86400), restored=True).opened)
            transaction.set_rollback(True)
    assert opened[0] != opened[1]
    gap = recovery.recover(at=LATER, restored=True)
    happen(2)
    Integrator().step(at=LATER)
    overwrite(f"{Shelf(gap.opened)._folder}/checkpoint", b"damaged")
    first, second = (int(origin.rpartition("/")[2]) for origin in (gap.opened, recovery.recover(at=LATER).opened))
    assert second == first + 1, "origins follow one another by their numbers"


def test_a_log_that_never_signed_anything_goes_on_after_a_restore() -> None:
    happen(3)
    with pytest.raises(NothingToRecover):
        recovery.recover(at=LATER, restored=True)

"""What a forger can do to the log, and which check tells (attack 36)."""

from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from sceau import blobs
from sceau.core.errors import NotFound
from sceau.evidence import checks, keys, log, note, origins
from sceau.evidence.faults import LogAhead, LogDamaged, LogForked
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Checkpoint, Evidence, LogEntry, Pending
from sceau.evidence.note import Checkpoint as Head
from sceau.evidence.note import Signer, UnknownSigner
from sceau.evidence.shelf import Shelf
from tests.evidence import oracle
from tests.evidence.logs import after, happen, kept, overwrite, published

pytestmark = pytest.mark.django_db
LATER = after(3600)


def name_of(path: str) -> str:
    """The name in the store of one file of the log."""
    (name,) = (name for name in kept() if name.endswith(f"/{path}"))
    return name


def resign(signer: Signer) -> None:
    """Every row, tile and checkpoint made anew over the rows as they are now, and signed by this key."""
    leaves = [row.leaf() for row in Evidence.objects.order_by("entry__index")]
    for checkpoint in Checkpoint.objects.all():
        head = Head(keys.origin(), checkpoint.size, oracle.mth(leaves[: checkpoint.size]))
        Checkpoint.objects.filter(id=checkpoint.id).update(root=head.root, note=signer.sign(head))
    for name, data in kept().items():
        path = name.split("/", 2)[2]
        if path == "checkpoint":
            overwrite(name, Checkpoint.objects.order_by("-size")[0].note.encode())
        elif path.startswith("tile/entries/"):
            first, width = int(path.split("/")[2][:3]) * 256, len(data) // 47
            overwrite(name, b"".join(b"\x00\x2d" + leaf for leaf in leaves[first : first + width]))
        else:
            level, number = (int(part[:3]) for part in path.split("/")[1:3])
            overwrite(name, oracle.tile(level, number, len(data) // 32, leaves))


def test_an_honest_log_passes() -> None:
    checks.at_start()
    assert checks.fully(at=LATER) == []
    published([300, 1, 400, 23])
    checks.at_start()
    (report,) = checks.fully(at=LATER)
    assert (report.origin, report.entries, report.checkpoints, report.lost) == (keys.origin(), 724, 4, 0)


def grow_before(patch: pytest.MonkeyPatch, owner: object, name: str, at: datetime) -> list[int]:
    """Another process publishes 300 events just before the first call of this function; how many it published."""
    original, grown = getattr(owner, name), []

    def meanwhile(*args: Any) -> Any:
        if not grown:
            grown.append(0)  # the integrator calls it too
            happen(300, at=at)
            grown[0] = Integrator().step(at=at)
        return original(*args)

    patch.setattr(owner, name, meanwhile)
    return grown


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Shelf, "reaches_beyond"), (origins, "compare"), (checks, "_checkpoints"), (checks, "_require_signed")],
)
def test_a_log_that_grows_while_it_is_looked_at_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    """Worker and commands check while an integrator goes on: its new tiles are no sign of a restored database."""
    published([200, 30])
    with monkeypatch.context() as patch:
        grown = grow_before(patch, owner, name, after(100))
        checks.fully(at=LATER)
        assert grown == [300]
    with monkeypatch.context() as patch:
        grow_before(patch, owner, name, after(200))
        checks.at_start()
    checks.fully(at=LATER)


def test_what_waits_for_its_number_is_no_fault() -> None:
    published([3])
    happen(2)
    checks.at_start()
    assert checks.fully(at=LATER)[0].entries == 3


@pytest.mark.req("E8")
def test_the_start_looks_at_the_last_rows_only() -> None:
    published([1300])
    Evidence.objects.filter(id=LogEntry.objects.get(index=100).evidence_id).update(recipient=7)
    checks.at_start()
    with pytest.raises(LogDamaged) as caught:
        checks.fully(at=LATER)
    assert caught.value.where == "row 100"


CHANGES = {
    "event": 18,
    "envelope": None,
    "recipient": 999,
    "at_ms": 1,
    "salt": b"s" * 32,
    "parties": b"p" * 32,
    "facts": b"f" * 32,
    "once": b"o" * 32,
}


@pytest.mark.attack(36)
@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.req("E8")
def test_an_edited_row_is_found_by_every_check_and_by_whoever_asks_its_proof(column: str) -> None:
    rows = published([10, 5])
    Evidence.objects.filter(id=rows[4].id).update(**{column: CHANGES[column]})
    for check in (checks.at_start, lambda: checks.fully(at=LATER), lambda: log.prove(Evidence.objects.all())):
        with pytest.raises(LogDamaged) as caught:
            check()
        assert caught.value.where == "row 4"


@pytest.mark.attack(36)
def test_every_column_but_the_id_was_tried_and_the_id_cannot_change() -> None:
    columns = {field.attname for field in Evidence._meta.concrete_fields}
    assert columns == {*CHANGES, "id"}
    rows = published([3])
    other = happen(1)[0]
    LogEntry.objects.filter(evidence=rows[1]).update(evidence=other)
    with pytest.raises(LogDamaged):
        checks.at_start()


@pytest.mark.attack(36)
@pytest.mark.parametrize("index", [0, 7, 14])
def test_a_deleted_leaf_is_found(index: int) -> None:
    published([10, 5])
    LogEntry.objects.get(index=index).delete()
    for check in (checks.at_start, lambda: checks.fully(at=LATER)):
        with pytest.raises(LogAhead if index == 14 else LogDamaged):  # the last one looks like a restored database
            check()


@pytest.mark.attack(36)
def test_evidence_taken_out_of_the_queue_before_its_number_is_found() -> None:
    published([3])
    happen(1)
    Pending.objects.all().delete()
    with pytest.raises(LogDamaged) as caught:
        checks.fully(at=LATER)
    assert "evidence" in caught.value.where


@pytest.mark.attack(36)
def test_two_rows_that_changed_places_are_found() -> None:
    rows = published([10])
    LogEntry.objects.filter(evidence=rows[2]).update(index=100)
    LogEntry.objects.filter(evidence=rows[3]).update(index=2)
    LogEntry.objects.filter(evidence=rows[2]).update(index=3)
    with pytest.raises(LogDamaged):
        checks.at_start()


@pytest.mark.attack(36)
@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
)
def test_a_changed_or_missing_tile_is_found(path: str) -> None:
    published([300])
    name = name_of(path)
    whole = kept()[name]
    for data in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:-1], whole + b"\0", b""):
        overwrite(name, data)
        with pytest.raises(LogDamaged):
            checks.fully(at=LATER)
    blobs.store().delete(name)
    with pytest.raises(LogDamaged):
        checks.fully(at=LATER)


@pytest.mark.attack(36)
@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_the_integrator_signs_nothing_on_a_changed_edge_nor_the_start_passes(path: str) -> None:
    published([300])
    name = name_of(path)
    overwrite(name, bytes(len(kept()[name])))
    with pytest.raises(LogDamaged):
        checks.at_start()
    happen()
    if path != "tile/0/000":  # the edge does not hold full tiles
        with pytest.raises(LogDamaged):
            Integrator().step(at=LATER)
        assert Checkpoint.objects.count() == 1


@pytest.mark.attack(36)
def test_a_tree_signed_again_with_another_key_is_found() -> None:
    rows = published([10, 5])
    (proof,) = log.prove(rows[:1]).values()
    Evidence.objects.filter(id=rows[4].id).update(recipient=999)
    resign(Signer(keys.origin(), Ed25519PrivateKey.generate()))
    for check in (checks.at_start, lambda: checks.fully(at=LATER)):
        with pytest.raises(LogDamaged) as caught:
            check()
        assert "checkpoint" in caught.value.where
    with pytest.raises(UnknownSigner):
        note.open(log_note(), keys.verifiers())
    note.open(proof.checkpoint, keys.verifiers())


@pytest.mark.attack(36)
def test_a_tree_signed_again_with_the_stolen_key_is_told_by_any_kept_proof() -> None:
    """Our own checks cannot see it (docs/threats.md); whoever kept a proof or a checkpoint can."""
    rows = published([10, 5])
    (proof,) = log.prove(rows[:1]).values()
    checks.require_contains(proof.checkpoint)
    Evidence.objects.filter(id=rows[4].id).update(recipient=999)
    resign(keys.signer())
    checks.at_start()
    checks.fully(at=LATER)
    with pytest.raises(LogForked):
        checks.require_contains(proof.checkpoint)


@pytest.mark.attack(36)
def test_two_checkpoints_of_one_size_are_told_apart() -> None:
    published([10])
    other = Head(keys.origin(), 10, bytes(32))
    with pytest.raises(LogForked):
        checks.require_contains(keys.signer().sign(other))
    overwrite(name_of("checkpoint"), keys.signer().sign(other).encode())
    for check in (checks.at_start, lambda: checks.fully(at=LATER)):
        with pytest.raises(LogForked):
            check()
    happen()
    with pytest.raises(LogForked):
        Integrator().step(at=LATER)


@pytest.mark.attack(36)
def test_a_checkpoint_larger_than_the_log_is_ahead_of_it() -> None:
    published([10])
    with pytest.raises(LogAhead):
        checks.require_contains(keys.signer().sign(Head(keys.origin(), 11, bytes(32))))
    with pytest.raises(NotFound):
        checks.require_contains(keys.signer().sign(Head(f"{keys.origin()}/9", 1, bytes(32))))


def test_older_checkpoints_stay_provable() -> None:
    published([10, 300, 7])
    for checkpoint in Checkpoint.objects.all():
        assert checks.require_contains(checkpoint.note).size == checkpoint.size


def test_a_checkpoint_row_that_differs_from_its_note_is_found() -> None:
    published([10, 5])
    Checkpoint.objects.filter(size=10).update(root=bytes(32))
    checks.at_start()
    with pytest.raises(LogDamaged):
        checks.fully(at=LATER)


def log_note() -> str:
    text = Shelf(keys.origin()).checkpoint()
    assert text is not None
    return text


def test_checks_write_nothing() -> None:
    published([300, 20])
    files = kept()
    with connection.execute_wrapper(_no_writes):
        checks.at_start()
        checks.fully(at=LATER)
    assert kept() == files


def _no_writes(execute: object, sql: str, params: object, many: object, context: object) -> object:
    assert sql.lstrip().upper().startswith("SELECT"), sql
    return execute(sql, params, many, context)  # type: ignore[operator]

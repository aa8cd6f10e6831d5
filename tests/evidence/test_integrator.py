"""From recorded to published: tiles, checkpoints, leases, restarts after a fault at each step."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sceau import blobs
from sceau.core.errors import ClockBehind
from sceau.evidence import integrator, keys, leader, log, note, tiles, tree
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Checkpoint, Evidence, LogEntry, Pending
from sceau.evidence.shelf import Shelf
from sceau.evidence.tiles import Tile
from tests.evidence import oracle
from tests.evidence.logs import after, happen, kept, published

pytestmark = pytest.mark.django_db


def leaves() -> list[bytes]:
    return [row.leaf() for row in Evidence.objects.filter(entry__isnull=False).order_by("entry__index")]


def newest() -> note.Checkpoint:
    return note.open(Checkpoint.objects.order_by("-size")[0].note, keys.verifiers())


@pytest.mark.req("E2")
def test_what_was_recorded_is_numbered_integrated_and_published() -> None:
    rows = happen(3)
    assert Integrator().step(at=after(1)) == 3
    assert not Pending.objects.exists()
    assert [entry.evidence_id for entry in LogEntry.objects.order_by("index")] == [row.id for row in rows]
    head = newest()
    assert (head.origin, head.size, head.root) == (keys.origin(), 3, oracle.mth([row.leaf() for row in rows]))
    shelf = Shelf(keys.origin())
    assert shelf.entries(0, 3) == [row.leaf() for row in rows]
    assert shelf.checkpoint() == Checkpoint.objects.get().note


@pytest.mark.req("E7")
def test_nothing_new_signs_nothing() -> None:
    lead = Integrator()
    assert lead.step(at=after(0)) == 0
    happen()
    assert lead.step(at=after(1)) == 1
    before = kept()
    assert lead.step(at=after(2)) == 0
    assert Integrator().step(at=after(3600)) == 0
    assert kept() == before
    assert Checkpoint.objects.count() == 1


def test_the_log_keeps_the_order_of_an_act_s_facts() -> None:
    happen(40)
    Integrator().step(at=after(1))
    order = LogEntry.objects.order_by("index").values_list("evidence__recipient", flat=True)
    assert list(order) == list(range(40))


@pytest.mark.req("E4")
def test_every_checkpoint_is_consistent_with_the_one_before() -> None:
    published([1, 4, 250, 1, 300, 2, 40])
    reader = Shelf(keys.origin()).reader(598)
    heads = [note.open(row.note, keys.verifiers()) for row in Checkpoint.objects.order_by("size")]
    assert [head.size for head in heads] == [1, 5, 255, 256, 556, 558, 598]
    for head in heads:
        path = reader.consistency(head.size)
        tree.verify_consistency(head.size, 598, head.root, heads[-1].root, path)


def test_a_full_tile_replaces_its_partial_ones() -> None:
    published([200, 50, 100])
    paths = {name.split("/", 2)[2] for name in kept()}
    assert paths == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/94",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/94",
    }


def test_what_a_deposed_leader_left_goes_at_night() -> None:
    """It wrote a partial tile after somebody else had filled it, and died: only litter, until the routine."""
    published([200, 50, 100])
    before, shelf, entries = kept(), Shelf(keys.origin()), leaves()
    edge = tiles.Edge()
    for entry in entries[:230]:
        list(edge.append(tree.leaf_hash(entry)))
    for tile, data in [*edge.partial(), (Tile(None, 0, 230), tiles.bundle(entries[:230]))]:
        shelf.keep(tile, data)
    assert integrator.tidy(at=after(4)) == 2
    assert kept() == before
    assert integrator.tidy(at=after(5)) == 0


def test_a_batch_larger_than_a_statement_is_published_in_one_checkpoint() -> None:
    happen(2000)
    assert Integrator().step(at=after(1)) == 2000
    assert Checkpoint.objects.get().size == 2000
    assert newest().root == tree.fold([tree.leaf_hash(leaf) for leaf in leaves()])


def test_proofs_come_under_the_newest_checkpoint_with_the_salt() -> None:
    rows = published([3, 300])
    (waiting,) = happen()
    proofs = log.prove([rows[0], rows[2], rows[290], waiting])
    assert set(proofs) == {rows[0].id, rows[2].id, rows[290].id}
    head = newest()
    for row in (rows[0], rows[2], rows[290]):
        proof = proofs[row.id]
        assert proof.extra == row.salt
        assert note.open(proof.checkpoint, keys.verifiers()) == head
        tree.verify_inclusion(tree.leaf_hash(row.leaf()), proof.index, head.size, proof.hashes, head.root)


@contextmanager
def forgotten() -> Iterator[None]:
    """A database and a store as if new, within one test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for name in kept():
        blobs.store().delete(name)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_tiles_are_what_the_rows_say_however_they_came(counts: list[int]) -> None:
    with forgotten():
        published(counts)
        entries = leaves()
        size = sum(counts)
        for name, data in kept().items():
            path = name.split("/", 2)[2]
            if path == "checkpoint":
                continue
            level, number = path.split("/")[1], int(path.split("/")[2][:3])
            if level == "entries":
                assert entries[number * 256 :][: len(tiles.entries(data))] == tiles.entries(data)
            else:
                assert data == oracle.tile(int(level), number, len(data) // 32, entries)
        assert newest().root == oracle.mth(entries[:size])


# One leader (E7)


@pytest.mark.req("E7")
def test_only_one_process_leads_until_its_lease_ends() -> None:
    one, other = Integrator(), Integrator()
    happen()
    assert one.step(at=after(0)) == 1
    happen()
    assert other.step(at=after(29)) == 0
    assert other.step(at=after(30)) == 1


def test_a_leader_that_works_keeps_its_lease() -> None:
    one, other = Integrator(), Integrator()
    for second in range(0, 120, 10):
        one.step(at=after(second))
    happen()
    assert other.step(at=after(115)) == 0


@pytest.mark.attack(37)
def test_a_lease_from_before_the_clock_was_set_back_holds_nobody_up() -> None:
    one, other = Integrator(), Integrator()
    one.step(at=after(3600))
    happen()
    assert other.step(at=after(0)) == 1


@pytest.mark.attack(37)
def test_publishing_with_a_clock_set_back_does_not_let_acts_be_dated_earlier() -> None:
    lead = Integrator()
    happen(at=after(600))
    lead.step(at=after(600))
    happen(at=after(600))
    assert lead.step(at=after(0)) == 1
    with pytest.raises(ClockBehind):
        log.check_clock(after(594))
    log.check_clock(after(595))


def test_a_released_lease_is_free_at_once() -> None:
    one, other = Integrator(), Integrator()
    one.step(at=after(0))
    leader.release(one.holder, at=after(1))
    happen()
    assert other.step(at=after(1)) == 1


@pytest.mark.attack(36)
@pytest.mark.parametrize(
    "asleep_at", ["integrate.sequenced", "integrate.tiles-kept", "integrate.checkpoint-inserted", "integrate.note-put"]
)
@pytest.mark.req("E7")
def test_a_paused_leader_that_wakes_loses(asleep_at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another leads while it sleeps, publishes more, and nothing it does afterwards takes that back."""
    sleeper, other = Integrator(), Integrator()

    def sleep(name: str) -> None:
        if name == asleep_at:
            monkeypatch.undo()
            happen(5)
            assert other.step(at=after(100)) >= 5

    happen(3)
    monkeypatch.setattr(integrator, "failpoint", sleep)
    sleeper.step(at=after(1))
    assert Shelf(keys.origin()).checkpoint() == Checkpoint.objects.order_by("-size")[0].note
    assert newest().size == 8
    assert newest().root == oracle.mth(leaves())
    assert sleeper.step(at=after(101)) == 0
    happen()
    assert other.step(at=after(102)) == 1


def test_two_leaders_cannot_number_the_same_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other numbers everything between our reading of what is pending and our insertion."""
    happen(4)
    original = integrator.origins.next_index

    def interrupted(log_: "integrator.Log") -> int:
        answer = original(log_)
        if Pending.objects.exists() and not LogEntry.objects.exists():
            rows = list(Pending.objects.order_by("pk"))
            LogEntry.objects.bulk_create(LogEntry(log=log_, index=i, evidence_id=p.pk) for i, p in enumerate(rows))
        return answer

    monkeypatch.setattr(integrator, "_has_grown", lambda _log: True)
    monkeypatch.setattr(integrator, "settle", lambda _log: None)
    monkeypatch.setattr(integrator.origins, "next_index", interrupted)
    assert Integrator().step(at=after(1)) == 0
    assert not Checkpoint.objects.exists()


# A fault at each step, then a restart


class Cut(Exception):
    """The power went."""


FAILPOINTS = [
    "integrate.sequenced",
    "integrate.bundles-kept",
    "integrate.tiles-kept",
    "integrate.checkpoint-inserted",
    "integrate.note-put",
    "integrate.partials-dropped",
]


@pytest.mark.attack(38)
@pytest.mark.parametrize("place", FAILPOINTS)
@pytest.mark.parametrize("more", [0, 7, 300])
def test_a_restart_ends_with_the_same_octets(place: str, more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    published([100, 30])
    happen(200, at=after(5))

    def cut(name: str) -> None:
        if name == place:
            raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(integrator, "failpoint", cut)
        with pytest.raises(Cut):
            Integrator().step(at=after(40))
    if more:
        happen(more, at=after(41))
    Integrator(UUID(int=7)).step(at=after(100))
    entries = leaves()
    assert len(entries) == len(set(entries)) == 330 + more == Evidence.objects.count()
    assert newest().root == oracle.mth(entries)
    assert Shelf(keys.origin()).checkpoint() == Checkpoint.objects.order_by("-size")[0].note
    for name, data in kept().items():
        if "/tile/0/" in name or "/tile/1/" in name:
            level, number = (int(part[:3]) for part in name.split("/")[3:5])
            assert data == oracle.tile(level, number, len(data) // 32, entries)
    assert not [name for name in kept() if "/000.p/" in name and "/tile/1/" not in name], "partials of a full tile"


@pytest.mark.attack(38)
@pytest.mark.parametrize("failing", range(8))
@pytest.mark.parametrize("kept_first", [True, False])
def test_a_store_that_fails_once_costs_a_step_and_nothing_else(
    failing: int, kept_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each put fails in turn, before or after it was durable; the next step ends with the right tree."""
    published([250])
    happen(20)
    store, count = blobs.store(), iter(range(100))
    original = type(store).put

    def put(self: object, name: str, chunks: Iterator[bytes]) -> None:
        fails = next(count) == failing
        if not fails or kept_first:
            original(store, name, chunks)
        if fails:
            raise Cut

    lead = Integrator()
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "put", put)
        with suppress(Cut):
            lead.step(at=after(40))
    lead.step(at=after(41))
    assert newest().size == 270
    assert newest().root == oracle.mth(leaves())
    assert Integrator().step(at=after(100)) == 0
    assert Shelf(keys.origin()).checkpoint() == Checkpoint.objects.order_by("-size")[0].note


def test_the_step_of_the_process_leads_too() -> None:
    happen(2)
    assert integrator.step(at=after(0)) == 2
    assert Tile(0, 0, 2).path in {name.split("/", 2)[2] for name in kept()}

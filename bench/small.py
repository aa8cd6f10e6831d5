"""Letters of 10 KB: what most envelopes are."""

from bench import meters, stage
from bench.results import Result
from sceau.accounts.actor import Actor
from sceau.envelopes import reading
from sceau.envelopes.models import Copy

_TEXT = "Le patient va bien. " * 500  # 10,000 octets
_COUNT = 400


def seal_10k(claire: Actor, marc: Actor, *, database: str) -> Result:
    """The domain act: one recipient, evidence durable."""
    drafts = iter([stage.draft(claire, marc, _TEXT) for _ in range(_COUNT + 150)])

    def some(count: int) -> None:
        for _ in range(count):
            stage.seal(next(drafts), claire)

    some(50)
    elapsed = meters.seconds(lambda: some(_COUNT))
    wanted = 200 if database == "sqlite" else 120
    shares = meters.shares(lambda: some(100))
    return Result("seal_10k", _COUNT / elapsed, "1/s", f"asked of a process on {database}", wanted, {"shares": shares})


def open_10k(claire: Actor, marc: Actor, *, database: str) -> Result:
    """The act with its evidence, then the whole letter in clear."""
    envelopes = [stage.seal(stage.draft(claire, marc, _TEXT), claire) for _ in range(_COUNT + 150)]
    copies = iter([stage.received(envelope, marc) for envelope in envelopes])

    def some(count: int) -> None:
        for _ in range(count):
            _open(next(copies), marc)

    some(50)
    elapsed = meters.seconds(lambda: some(_COUNT))
    shares = meters.shares(lambda: some(100))
    return Result("open_10k", _COUNT / elapsed, "1/s", "asked of one process", 500, {"shares": shares})


def _open(copy: Copy, by: Actor) -> None:
    stage.open_copy(copy, by)
    assert len(reading.Unsealed(copy, keys=by.keys).text()) == len(_TEXT)

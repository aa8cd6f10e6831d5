"""Letters of 10 KB: what most envelopes are."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from bench import meters, stage
from bench.results import Result
from sceau.accounts.actor import Actor
from sceau.envelopes import reading
from sceau.envelopes.models import Copy

_TEXT = "Le patient va bien. " * 500  # 10,000 octets
_RUN, _RUNS = 50, 8
_COUNT = _RUN * (_RUNS + 2)  # one run to get warm, and one that is watched

_Row = TypeVar("_Row")


def seal_10k(claire: Actor, marc: Actor, *, database: str) -> Result:
    """The domain act: one recipient, evidence durable."""
    drafts = [stage.found(stage.draft(claire, marc, _TEXT), claire) for _ in range(_COUNT)]
    wanted = 200 if database == "sqlite" else 120
    return _measured("seal_10k", drafts, lambda draft: stage.seal(draft, claire), wanted)


def open_10k(claire: Actor, marc: Actor, *, database: str) -> Result:
    """The act with its evidence, then the whole letter in clear."""
    envelopes = [stage.seal(stage.draft(claire, marc, _TEXT), claire) for _ in range(_COUNT)]
    copies = [stage.received(envelope, marc) for envelope in envelopes]
    return _measured("open_10k", copies, lambda copy: _open(copy, marc), 500)


def _measured(name: str, rows: Iterable[_Row], act: Callable[[_Row], object], wanted: float) -> Result:
    """The best of several runs, the middle one beside it, and where the time goes."""
    waiting = iter(rows)

    def run() -> None:
        for _ in range(_RUN):
            act(next(waiting))

    run()
    times = sorted(meters.seconds(run) for _ in range(_RUNS))
    extra = {"median": round(_RUN / times[_RUNS // 2], 1), "shares": meters.shares(run)}
    return Result(name, _RUN / times[0], "1/s", "asked of a process", wanted, extra)


def _open(copy: Copy, by: Actor) -> None:
    stage.open_copy(copy, by)
    assert len(reading.Unsealed(copy, keys=by.keys).text()) == len(_TEXT)

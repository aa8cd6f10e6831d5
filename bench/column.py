"""One column: an installation of its own, every measure in turn, a line of JSON each: `python -m bench.column ONLY`."""

import json
import sys
from collections.abc import Callable, Iterable

import django

django.setup()

from django.db import connection  # noqa: E402

from bench import desk, desks, inbox, large, log, small, stage  # noqa: E402
from bench.results import Result  # noqa: E402

Measure = Callable[..., Result | Iterable[Result]]

# Which lines each measure gives; those of the log come last, because a million leaves stay.
MEASURES: dict[Measure, tuple[str, ...]] = {
    small.seal_10k: ("seal_10k",),
    small.open_10k: ("open_10k",),
    large.seal_40m: ("floor_40m", "seal_40m"),
    large.eml_40m: ("eml_40m", "first_byte"),
    large.part_40m: ("part_40m",),
    desks.idle_desks: ("idle_desks",),
    desks.web_memory: ("web_memory",),
    desk.desk_cold_kb: ("desk_cold_kb",),
    inbox.inbox_10k: ("inbox_10k", "inbox_rps"),
    inbox.search_10k: ("search_10k",),
    inbox.inbox_100k: ("inbox_100k",),
    log.evidence: ("evidence",),
    log.million: ("inclusion_proof", "startup_check"),
}


def main(only: set[str]) -> None:
    if unknown := only - {name for names in MEASURES.values() for name in names}:
        raise SystemExit(f"bench: no such line: {', '.join(sorted(unknown))}")
    stage.install()
    claire, marc = stage.join("claire"), stage.join("marc")
    stage.settle()
    for measure, names in MEASURES.items():
        if not only or only & set(names):
            found = measure(claire, marc, database=connection.vendor)
            for result in [found] if isinstance(found, Result) else found:
                print(json.dumps(result.row(), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(set(filter(None, sys.argv[1].split(","))))

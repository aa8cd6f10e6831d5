"""`kill -9` at random under load: nothing that was acknowledged is lost, nothing is there twice.

Twenty deaths by default; SCEAU_TEST_KILLS=200 for the whole exercise, and `-s` to read its figures.
"""

import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.nursing import Nursery, nursery
from tests.crash.site import Site
from tests.smtp import Relay

pytestmark = pytest.mark.attack(38)

KILLS = int(os.environ.get("SCEAU_TEST_KILLS", "20"))
ROLES = ("write", "write", "read", "read", "serve", "serve")
WORDS = {"begun", "attached", "sealed", "withdrawn", "opened", "deleted"}
PAUSE = 0.05, 0.8  # seconds between two deaths
MAILS_AT_ONCE = 3  # threads of a worker that send


@pytest.mark.timeout(60 + 10 * KILLS)
def test_random_deaths_under_load_lose_and_double_nothing(
    model: Site, relay_of_sites: Relay, make: Callable[[Callable[[Path], Site]], Site]
) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print("seed", seed)
    site, chance = make(model.copy), random.Random(seed)
    relay_of_sites.mails.clear()
    began = time.monotonic()
    with nursery(site.environment, site.folder / "log.txt") as processes:
        killed, notes = live(site, processes, chance)
    said = acknowledged(site)
    sent, counts = site.must("after.settle", said=said, notes=sorted(notes), days=0.3)
    doubled = check_mails(relay_of_sites, sent["notices"], deaths=killed["serve"] + ROLES.count("serve"))
    seconds = time.monotonic() - began
    print(f"{killed.total()} kills {dict(killed)} in {seconds:.0f} s; acknowledged {dict(Counter(kinds(said)))};")
    print(f"{len(notes)} checkpoints seen; {counts}; {doubled} mails left twice")
    assert set(kinds(said)) >= WORDS, "too little went on to prove anything"


def live(site: Site, processes: Nursery, chance: random.Random) -> tuple["Counter[str]", set[str]]:
    """So many deaths, and the checkpoints that somebody outside saw meanwhile."""
    killed: Counter[str] = Counter()
    notes = set()
    for role in ROLES:
        processes.start(role)
    time.sleep(1)
    # A slow machine says less between two deaths: they go on until there is something to prove.
    while killed.total() < KILLS or not set(kinds(acknowledged(site))) >= WORDS:
        time.sleep(chance.uniform(*PAUSE))
        role = processes.kill(chance.choice(list(processes.alive)))
        killed[role] += 1
        processes.start(role)
        notes |= {path.read_text() for path in (site.data / "store" / "log").glob("*/checkpoint")}
    return killed, notes


def acknowledged(site: Site) -> list[list[str]]:
    """What was said, as [what, id]; a line that a death cut short was not said."""
    lines = [line for path in (site.folder / "acknowledged").iterdir() for line in path.read_text().splitlines(True)]
    return [line.split() for line in lines if line.endswith("\n")]


def kinds(said: list[list[str]]) -> Iterator[str]:
    return (what for what, _ in said)


def check_mails(relay: Relay, notices: list[str], *, deaths: int) -> int:
    """Every notice has left; how many twice: those in hand when a worker died, and the same mail each time."""
    mails: dict[str, set[bytes]] = defaultdict(set)
    for mail in relay.mails:
        mails[str(mail.message["Message-ID"]).strip("<>").partition("@")[0]].add(mail.octets)
    assert mails.keys() == set(notices)
    assert [octets for octets in mails.values() if len(octets) > 1] == []
    doubled = len(relay.mails) - len(mails)
    assert doubled <= deaths * MAILS_AT_ONCE
    return doubled

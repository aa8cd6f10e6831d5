"""Installations to wreck: one is made, the others are copies of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import installation
from tests.crash.site import Site
from tests.deployment import PASSPHRASE
from tests.smtp import Relay, running


@pytest.fixture(scope="session")
def relay_of_sites() -> Iterator[Relay]:
    """One relay for all of them, one at a time."""
    with running(Relay()) as relay:
        yield relay


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, relay_of_sites: Relay) -> Iterator[Site]:
    """Three months of life, as `tests.crash.day.begin` tells them; then nobody touches it."""
    site = Site(tmp_path_factory.mktemp("model"), {"SCEAU_RELAY_PORT": str(relay_of_sites.port)})
    installation.create_keys(site.keys, PASSPHRASE)
    site.make_database()
    try:
        site.must("day.begin")
        yield site
    finally:
        site.remove()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[Callable[[Path], Site]], Site]]:
    """Takes `model.copy` or `model.empty`; what they made is gone after the test."""
    made: list[Site] = []

    def make(how: Callable[[Path], Site]) -> Site:
        made.append(how(tmp_path / f"site-{len(made)}"))
        return made[-1]

    yield make
    for site in made:
        site.remove()

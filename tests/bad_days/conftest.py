"""Claire at her desk, Marc to write to, and an empty store for each day."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client

from sceau import blobs
from sceau.core import clock
from sceau.envelopes.models import Draft
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

MoveClock = Callable[[timedelta], None]


@pytest.fixture(autouse=True)
def an_empty_store() -> Iterator[None]:
    yield
    store = blobs.store()
    for entry in list(store.names("")):
        store.delete(entry.name)


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire)


@pytest.fixture
def draft(claire: Member) -> Draft:
    """Begun and saved once, with a document."""
    return desk.write(people.actor(claire), "", ("compte-rendu.pdf", b"%PDF" * 5000))


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> MoveClock:
    """Moves the one clock that doors and workers read, from where it is now."""
    ahead = timedelta()
    real = clock.now

    def now() -> datetime:
        return real() + ahead

    def move(by: timedelta) -> None:
        nonlocal ahead
        ahead += by

    monkeypatch.setattr(clock, "now", now)
    return move

"""What a newcomer finds: every state that an envelope may have, and a mailbox that somebody lives in."""

import pytest

from sceau.accounts.models import Person
from sceau.core import clock
from sceau.demo import cast, house, stage
from sceau.envelopes import filing, listing, snippets
from sceau.envelopes.models import AutoReply, Copy, Draft, Envelope
from tests.people import Member, actor


@pytest.fixture
def claire(db: None) -> Member:
    stage.play(at=clock.now())
    return of(cast.CLAIRE)


def of(player: cast.Player) -> Member:
    person = Person.objects.get(email=player.email)
    return Member(person, person.mailboxes.get(), player.password, "")


def test_every_state_is_there(claire: Member) -> None:
    states = {
        "withdrawn": Copy.objects.exclude(withdrawn_at=None),
        "waiting for its hour": Copy.objects.filter(folder=Copy.Folder.HELD),
        "thrown away": Copy.objects.filter(folder=Copy.Folder.TRASH),
        "filed": Copy.objects.filter(folder=Copy.Folder.FILED),
        "imported": Envelope.objects.filter(source=Envelope.Source.IMPORTED),
        "passed on": Envelope.objects.exclude(forward_of=None),
        "answered": Copy.objects.exclude(answered_at=None),
        "unopened": Copy.objects.filter(folder=Copy.Folder.RECEIVED, opened_at=None),
        "a draft": Draft.objects.all(),
        "an absence": AutoReply.objects.all(),
        "expiring": Envelope.objects.exclude(expires_at=None),
    }
    assert [state for state, rows in states.items() if not rows.exists()] == []


def test_claire_lives_in_her_mailbox(claire: Member) -> None:
    by = actor(claire)
    names = {node.name for top in filing.tree(by) for node in top.walk()}
    assert names == {path.rpartition("/")[2] for path in house.FOLDERS[cast.CLAIRE]}
    assert snippets.signature(by=by)
    assert len(snippets.templates(by=by)) == 2
    assert max(line.in_thread for line in listing.page(Copy.Folder.SENT, by=by).lines) >= 4


def test_nothing_of_it_is_unreadable(claire: Member) -> None:
    for player in cast.EVERYBODY:
        by = actor(of(player))
        for folder in (Copy.Folder.RECEIVED, Copy.Folder.SENT, Copy.Folder.TRASH):
            lines = listing.page(folder, by=by).lines
            assert all(line.card for line in lines if line.destroyed_at is None)

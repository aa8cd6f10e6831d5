"""After a rotation, what older keys sealed moves to the newest one while its readers work; nobody sees more for it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sceau.accounts import mailboxes
from sceau.core import clock
from sceau.envelopes import listing, rekeying, retention, search, summaries
from sceau.envelopes.models import Copy, Envelope, Segment
from sceau.envelopes.summaries import ContentKey
from sceau.vault import epochs
from sceau.vault.keyring import Keys
from sceau.vault.models import Grant, MailboxEpoch
from tests import people
from tests.envelopes import desk
from tests.people import Member, actor

pytestmark = [pytest.mark.django_db, pytest.mark.req("V10")]


def roll(member: Member) -> None:
    mailboxes.roll(member.mailbox, at=clock.now())


def move(member: Member) -> int:
    return rekeying.move(actor(member), at=clock.now())


def held(member: Member) -> dict[int, int]:
    """How many copies lie under which epoch."""
    numbers = list(Copy.objects.filter(mailbox=member.mailbox).values_list("epoch", flat=True))
    return {number: numbers.count(number) for number in sorted(set(numbers))}


def found(word: str, member: Member) -> list[str]:
    hits = search.find(word, by=actor(member), at=clock.now()).hits
    return [hit.line.card.subject for hit in hits if hit.line.card]


@pytest.fixture
def letters(claire: Member, marc: Member) -> list[Envelope]:
    """Two to Marc; he opened the first, and searched."""
    sent = [
        desk.send(actor(claire), str(marc.address), subject=word, text=f"Lettre : {word}") for word in ("un", "deux")
    ]
    desk.open_copy(sent[0], marc)
    assert found("lettre", marc) == ["un"]
    return sent


def test_seals_and_pieces_move_and_everything_opens_lists_and_is_found_as_before(
    letters: list[Envelope], marc: Member
) -> None:
    roll(marc)
    assert move(marc) == 3  # two copies and a piece of the index
    assert held(marc) == {2: 2}
    assert set(Segment.objects.filter(mailbox=marc.mailbox).values_list("epoch", flat=True)) == {2}
    Grant.objects.filter(epoch__mailbox=marc.mailbox.id, epoch__number=1).delete()  # nothing needs the older key
    assert desk.read(desk.copy_of(letters[0], marc), actor(marc)).text() == "Lettre : un"
    assert [line.card.subject for line in listing.page(Copy.Folder.RECEIVED, by=actor(marc)).lines if line.card] == [
        "deux",
        "un",
    ]
    assert found("lettre", marc) == ["un"]
    assert move(marc) == 0


def test_it_goes_on_where_it_stopped(claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        desk.send(actor(claire), str(marc.address))
    roll(marc)
    monkeypatch.setattr(rekeying, "AT_ONCE", 2)
    assert [move(marc) for _ in range(3)] == [2, 1, 0]


def test_a_piece_that_moved_takes_what_is_opened_later(letters: list[Envelope], marc: Member) -> None:
    roll(marc)
    rekeying.search_index.move(Segment.objects.get(mailbox=marc.mailbox), 2, actor(marc).keys)  # its copies not yet
    desk.open_copy(letters[1], marc)
    assert found("lettre", marc) == ["deux", "un"]
    move(marc)
    assert found("lettre", marc) == ["deux", "un"]
    assert Segment.objects.filter(mailbox=marc.mailbox).count() == 1


def test_who_must_not_see_the_past_does_not(letters: list[Envelope], claire: Member, marc: Member) -> None:
    """An epoch that was rolled for somebody new: moving there would show him what was before."""
    principals = [marc.person.principal, claire.person.principal]
    epochs.open_next(marc.mailbox.id, [marc.mailbox.address], principals, at=clock.now())
    assert move(marc) == 0
    assert held(marc) == {1: 2}


def test_a_grant_that_ended_counts_no_more(letters: list[Envelope], claire: Member, marc: Member) -> None:
    principals = [marc.person.principal, claire.person.principal]
    key = epochs.open_next(marc.mailbox.id, [marc.mailbox.address], principals, at=clock.now())
    hers = Grant.objects.filter(epoch__mailbox=key.mailbox, epoch__number=2, principal=claire.person.principal)
    hers.update(until=clock.now())
    assert move(marc) == 3


def asks_nothing(member: Member, assert_num_queries: DjangoAssertNumQueries) -> None:
    by = actor(member)
    by.keys.prefetch(member.mailbox.id)
    with assert_num_queries(0):
        assert rekeying.move(by, at=clock.now()) == 0


def test_without_a_rolled_epoch_nothing_is_asked(
    letters: list[Envelope], marc: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asks_nothing(marc, django_assert_num_queries)


def test_once_all_has_moved_nothing_is_asked_until_the_next_roll(
    letters: list[Envelope], marc: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    roll(marc)
    assert [move(marc), move(marc)] == [3, 0]
    Copy.objects.filter(envelope=letters[1], mailbox=marc.mailbox).update(epoch=1)  # of a slow sender
    assert move(marc) == 0  # ours does not open under the older key; the next looks again all the same
    Copy.objects.filter(envelope=letters[1], mailbox=marc.mailbox).update(epoch=2)
    assert rekeying.move(actor(marc), at=clock.now() + timedelta(hours=2)) == 0
    asks_nothing(marc, django_assert_num_queries)
    roll(marc)
    assert move(marc) == 3


def test_what_may_move_one_day_is_looked_at_again(letters: list[Envelope], claire: Member, marc: Member) -> None:
    principals = [marc.person.principal, claire.person.principal]
    epochs.open_next(marc.mailbox.id, [marc.mailbox.address], principals, at=clock.now())
    assert rekeying.move(actor(marc), at=clock.now() + timedelta(hours=2)) == 0
    Grant.objects.filter(principal=claire.person.principal, epoch__mailbox=marc.mailbox.id).delete()
    assert move(marc) == 3


def test_a_destruction_that_comes_in_between_stays(
    letters: list[Envelope], marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(copy: Copy, keys: Keys) -> ContentKey:
        key = summaries.content_key(copy, keys)
        retention.sweep(at=clock.now() + timedelta(days=100))
        return key

    roll(marc)
    monkeypatch.setattr(rekeying, "summaries", SimpleNamespace(content_key=overtaken))
    assert move(marc) == 1  # the piece, read before
    assert not Copy.objects.filter(mailbox=marc.mailbox).exclude(seal=None).exists()


@pytest.mark.attack(31, 32)
def test_a_changed_key_moves_nothing_and_hides_no_list(letters: list[Envelope], marc: Member) -> None:
    roll(marc)
    MailboxEpoch.objects.filter(mailbox=marc.mailbox.id, number=2).update(public_key=b"\x01" * 1216)
    assert move(marc) == 0
    assert held(marc) == {1: 2}


def test_a_seal_that_does_not_open_keeps_no_other_back(letters: list[Envelope], marc: Member) -> None:
    roll(marc)
    broken = desk.copy_of(letters[0], marc)
    Copy.objects.filter(id=broken.id).update(seal=b"\x01" + bytes(broken.seal or b"")[1:-1] + b"\x00")
    move(marc)
    assert held(marc) == {1: 1, 2: 1}


def test_a_list_that_is_looked_at_moves_them(letters: list[Envelope], marc: Member) -> None:
    roll(marc)
    client = people.sign_in(marc, Client())
    assert b"deux" in client.get("/recues").content
    assert held(marc) == {2: 2}
    assert b"deux" in client.get("/recues").content

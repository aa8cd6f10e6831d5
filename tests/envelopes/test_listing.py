"""Lists: what a row shows, in a fixed number of queries."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from sceau.core import clock
from sceau.envelopes import drafts, folders, listing, retention
from sceau.envelopes.models import Copy, Envelope
from tests import people
from tests.envelopes import desk
from tests.people import Member

Folder = Copy.Folder
AT = clock.now()


def test_an_unopened_row_says_who_when_what_and_how_many(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", b"x"), at=AT)
    (line,) = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
    assert line.copy.envelope == envelope
    assert line.copy.sort_at == AT
    assert line.copy.opened_at is None
    assert line.summary is not None
    assert line.summary.sender.name == claire.mailbox.name
    assert line.summary.subject == "Avis"
    assert [part.name for part in line.summary.documents] == ["Écho.pdf"]


def test_a_sent_row_says_how_many_recipients_opened(claire: Member, marc: Member, lea: Member) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address), cc=str(lea.address))
    desk.open_copy(envelope, lea)
    (line,) = listing.page(Folder.SENT, by=by).lines
    assert (line.recipients, line.opened) == (2, 1)


@pytest.fixture
def many(claire: Member, marc: Member) -> list[Envelope]:
    """120 envelopes, oldest first; two of them sealed in the same millisecond."""
    by = people.actor(claire)
    moments = [AT + timedelta(seconds=number - number % 2) for number in range(120)]
    return [desk.send(by, str(marc.address), subject=str(number), at=at) for number, at in enumerate(moments)]


def test_pages_show_each_envelope_once_both_ways(many: list[Envelope], marc: Member) -> None:
    by, cursor, seen, backwards = people.actor(marc), None, [], []
    while True:
        page = listing.page(Folder.RECEIVED, by=by, before=cursor)
        seen += [line.copy.id for line in page.lines]
        if page.older is None:
            break
        cursor = page.older
    assert len(seen) == len(set(seen)) == len(many)
    assert [len(page.lines), page.newer is not None] == [20, True]
    while page.newer is not None:
        page = listing.page(Folder.RECEIVED, by=by, after=page.newer)
        backwards += [[line.copy.id for line in page.lines]]
    assert backwards == [seen[50:100], seen[:50]]
    assert listing.page(Folder.RECEIVED, by=by).newer is None


def test_a_page_costs_the_same_queries_however_full(
    many: list[Envelope], claire: Member, marc: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for member, folder in ((marc, Folder.RECEIVED), (claire, Folder.SENT)):
        by = people.actor(member)
        with django_assert_max_num_queries(8):
            lines = listing.page(folder, by=by, before=listing.page(folder, by=by).older).lines
            assert all(line.summary for line in lines)
    reader = people.actor(marc)
    with django_assert_max_num_queries(4):
        listing.page(Folder.RECEIVED, by=reader)
        assert listing.unopened(reader) == 120


def test_what_time_destroyed_stays_as_a_line_without_words(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    desk.send(by, str(marc.address), at=AT)
    retention.sweep(at=AT + timedelta(days=92))
    (line,) = listing.page(Folder.SENT, by=by).lines
    assert line.summary is None
    assert line.names == (marc.mailbox.name,)
    (line,) = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
    assert line.copy.envelope.mailbox.name == claire.mailbox.name
    assert listing.unopened(people.actor(marc)) == 0


def test_what_somebody_deleted_is_listed_nowhere(claire: Member, marc: Member) -> None:
    by = people.actor(marc)
    envelope = desk.send(people.actor(claire), str(marc.address))
    folders.trash(desk.copy_of(envelope, marc))
    assert listing.page(Folder.RECEIVED, by=by).lines == ()
    assert len(listing.page(Folder.TRASH, by=by).lines) == 1
    folders.delete(desk.copy_of(envelope, marc), by=by, at=clock.now())
    assert listing.page(Folder.TRASH, by=by).lines == ()


@pytest.mark.attack(31)
def test_one_row_that_does_not_open_does_not_hide_the_others(claire: Member, marc: Member) -> None:
    first, second = (desk.send(people.actor(claire), str(marc.address)) for _ in range(2))
    Envelope.objects.filter(id=first.id).update(summary=second.summary)
    lines = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
    assert [line.summary is None for line in lines] == [False, True]


@pytest.mark.attack(28)
def test_lists_show_one_s_own_mailbox_only(many: list[Envelope], chloe: Member) -> None:
    by = people.actor(chloe)
    desk.write(people.actor(chloe), "")
    foreign = Copy.objects.filter(envelope=many[0]).first()
    assert foreign is not None
    for folder in Folder:
        assert listing.page(folder, by=by, before=foreign.id).lines == ()
    assert listing.draft_count(by) == 1


def test_drafts_are_listed_once_somebody_wrote_in_them(
    claire: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    by = people.actor(claire)
    drafts.create(by, at=clock.now())
    for number in range(5):
        desk.write(by, "", ("a.pdf", b"1"), ("b.pdf", b"2"), subject=str(number))
    bare = drafts.create(by, at=clock.now())
    desk.attach(bare, "seul.pdf", b"1")
    with django_assert_max_num_queries(4):
        lines = listing.draft_lines(by)
    assert sorted(line.content.subject for line in lines if line.content) == ["", "0", "1", "2", "3", "4"]
    assert sorted(line.documents for line in lines) == [1, 2, 2, 2, 2, 2]
    assert listing.draft_count(by) == 6

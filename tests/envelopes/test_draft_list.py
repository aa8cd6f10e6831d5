"""Drafts: the last saved first, every one of them within reach."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from sceau.core import clock
from sceau.envelopes import draft_list, drafts
from sceau.envelopes.models import Draft
from tests import people
from tests.envelopes import desk
from tests.people import Member

AT = clock.now()


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
        lines = draft_list.page(by).lines
    assert sorted(line.content.subject for line in lines if line.content) == ["", "0", "1", "2", "3", "4"]
    assert sorted(line.documents for line in lines) == [1, 2, 2, 2, 2, 2]
    assert draft_list.count(by) == 6


def test_every_draft_can_be_reached_both_ways(claire: Member) -> None:
    by = people.actor(claire)
    made = [desk.write(by, "", subject=str(number)) for number in range(120)]
    for number, draft in enumerate(made):  # two of them saved in the same millisecond
        Draft.objects.filter(id=draft.id).update(saved_at=AT + timedelta(seconds=number - number % 2))
    page = draft_list.page(by)
    assert page.newer is None
    pages = [page]
    while page.older:
        page = draft_list.page(by, before=page.older)
        pages.append(page)
    seen = [line.draft.id for page in pages for line in page.lines]
    assert (len(pages), len(seen), len(set(seen))) == (3, 120, 120)
    while page.newer:
        page = draft_list.page(by, after=page.newer)
        pages.append(page)
    assert [[line.draft.id for line in page.lines] for page in pages[3:]] == [seen[50:100], seen[:50]]
    assert page.older is not None


@pytest.mark.attack(28)
def test_drafts_of_others_are_no_way_in(claire: Member, chloe: Member) -> None:
    foreign = desk.write(people.actor(claire), "")
    own = desk.write(people.actor(chloe), "")
    page = draft_list.page(people.actor(chloe), before=foreign.id)
    assert [line.draft.id for line in page.lines] == [own.id]
    assert draft_list.count(people.actor(chloe)) == 1

"""queries.py: what a prepared query gives is what its queryset gives."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from sceau.core import clock, ids
from sceau.database.queries import PreparedQuery
from sceau.vault.models import Grant, MailboxEpoch, Principal

pytestmark = pytest.mark.django_db

AT = clock.now()


def asked(mailbox: UUID, before: datetime) -> "QuerySet[MailboxEpoch, tuple[Any, ...]]":
    rows = MailboxEpoch.objects.filter(mailbox=mailbox, not_before__lte=before).order_by("-number")
    return rows.values_list("id", "mailbox", "number", "public_key", "not_before")[:2]


@pytest.fixture
def mailboxes() -> list[UUID]:
    found = [ids.new(), ids.new()]
    for mailbox in found:
        for number in (1, 2, 3):
            MailboxEpoch.objects.create(
                mailbox=mailbox, number=number, public_key=b"k", statement=b"", signature=b"", not_before=AT
            )
    return found


def test_it_gives_what_the_queryset_gives_for_each_value(mailboxes: list[UUID]) -> None:
    statement = PreparedQuery(asked, mailbox=UUID, before=datetime)
    for mailbox in (*mailboxes, ids.new()):
        given = statement.rows(mailbox=mailbox, before=AT)
        assert [(*row[:3], bytes(row[3]), row[4]) for row in given] == [
            (*row[:3], bytes(row[3]), row[4]) for row in asked(mailbox, AT)
        ]
    assert [row[2] for row in statement.rows(mailbox=mailboxes[0], before=AT)] == [3, 2]
    assert statement.rows(mailbox=mailboxes[0], before=datetime.fromisoformat("2020-01-01T00:00:00Z")) == []


def test_a_run_is_one_query(mailboxes: list[UUID], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    statement = PreparedQuery(asked, mailbox=UUID, before=datetime)
    with django_assert_num_queries(1):
        statement.rows(mailbox=mailboxes[0], before=AT)


def test_a_value_that_the_queryset_does_not_use_is_a_mistake() -> None:
    def careless(mailbox: UUID, other: UUID) -> "QuerySet[MailboxEpoch, tuple[Any, ...]]":
        return MailboxEpoch.objects.filter(mailbox=mailbox).values_list("id")

    with pytest.raises(ValueError, match="does not occur"):
        PreparedQuery(careless, mailbox=UUID, other=UUID).rows(mailbox=ids.new(), other=ids.new())


def test_its_objects_are_those_of_the_queryset_with_what_stands_behind_them(
    mailboxes: list[UUID], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def granted(key: bytes, mailbox: UUID) -> "QuerySet[Grant]":
        return Grant.objects.filter(epoch__public_key=key, epoch__mailbox=mailbox).select_related("epoch")

    principal = Principal.objects.create(subject=ids.new(), public_key=b"", statement=b"", signature=b"", created_at=AT)
    for epoch in MailboxEpoch.objects.order_by("mailbox", "number"):
        Grant.objects.create(epoch=epoch, principal=principal, rights=1, sealed_seed=b"s", since=AT)
    query = PreparedQuery(granted, key=bytes, mailbox=UUID)
    for mailbox in mailboxes:
        with django_assert_num_queries(1):
            found = query.objects(key=b"k", mailbox=mailbox)
            assert {grant.epoch.number for grant in found} == {1, 2, 3}
            assert {grant.epoch.mailbox for grant in found} == {mailbox}
        assert found == list(granted(b"k", mailbox))
        assert [grant.since for grant in found] == [AT] * 3
    assert query.objects(key=b"another", mailbox=mailboxes[0]) == []


@pytest.mark.parametrize("many", [0, 1, 2, 16, 17])
def test_a_list_of_values_gives_what_the_queryset_gives(mailboxes: list[UUID], many: int) -> None:
    def among(numbers: list[int], mailboxes: list[UUID]) -> "QuerySet[MailboxEpoch]":
        return MailboxEpoch.objects.filter(mailbox__in=mailboxes, number__in=numbers)

    query = PreparedQuery(among, numbers=[int], mailboxes=[UUID])
    asked = [*mailboxes, *(ids.new() for _ in range(15))][:many]
    for numbers in ([1, 3], [2]):
        found = query.objects(numbers=numbers, mailboxes=asked)
        assert {(epoch.mailbox, epoch.number) for epoch in found} == {
            (mailbox, number) for mailbox in mailboxes[:many] for number in numbers
        }


def test_it_deletes_what_it_would_give_in_one_query(
    mailboxes: list[UUID], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def numbered(mailbox: UUID, number: int) -> "QuerySet[MailboxEpoch]":
        return MailboxEpoch.objects.filter(mailbox=mailbox, number__gt=number)

    query = PreparedQuery(numbered, mailbox=UUID, number=int)
    assert len(query.objects(mailbox=mailboxes[0], number=1)) == 2
    with django_assert_num_queries(2):
        assert query.delete(mailbox=mailboxes[0], number=1) == 2
        assert query.delete(mailbox=mailboxes[0], number=1) == 0
    assert len(query.objects(mailbox=mailboxes[0], number=0)) == 1
    assert len(query.objects(mailbox=mailboxes[1], number=0)) == 3

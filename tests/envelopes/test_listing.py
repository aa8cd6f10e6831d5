"""Lists: what a row shows, in a fixed number of queries."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import folders, lines, listing, retention, sending
from sceau.envelopes.listing import Filters
from sceau.envelopes.models import Copy, Envelope
from sceau.envelopes.summaries import Party, Summary
from tests import people
from tests.envelopes import desk
from tests.people import Member

Folder = Copy.Folder
AT = clock.now()


def test_an_unopened_row_says_who_when_what_and_how_many(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", b"x"), at=AT)
    (line,) = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
    assert (line.envelope, line.sort_at, line.opened_at, line.documents) == (envelope.id, AT, None, 1)
    assert line.is_unopened(AT)
    assert line.card is not None
    assert (line.card.sender.name, line.card.subject) == (claire.mailbox.name, "Avis")
    assert line.card.files == ("Écho.pdf",)


def test_a_sent_row_says_how_many_recipients_opened(claire: Member, marc: Member, lea: Member) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address), cc=str(lea.address))
    desk.open_copy(envelope, lea)
    (line,) = listing.page(Folder.SENT, by=by).lines
    assert line.state == (2, 1, 0)


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
        seen += [line.id for line in page.lines]
        if page.older is None:
            break
        cursor = page.older
    assert len(seen) == len(set(seen)) == len(many)
    assert [len(page.lines), page.newer is not None] == [20, True]
    while page.newer is not None:
        page = listing.page(Folder.RECEIVED, by=by, after=page.newer)
        backwards += [[line.id for line in page.lines]]
    assert backwards == [seen[50:100], seen[:50]]
    assert listing.page(Folder.RECEIVED, by=by).newer is None


def test_a_page_costs_the_same_queries_however_full(
    many: list[Envelope], claire: Member, marc: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for member, folder in ((marc, Folder.RECEIVED), (claire, Folder.SENT)):
        first = listing.page(folder, by=people.actor(member))
        for most in (7, 5):  # lines made, lines read
            by = people.actor(member)
            with django_assert_max_num_queries(most):
                lines = listing.page(folder, by=by, before=first.older).lines
            assert len(lines) == 50
            assert all(line.card for line in lines)
    reader = people.actor(marc)
    with django_assert_max_num_queries(1):
        assert listing.unopened(reader) == 120


def test_what_time_destroyed_stays_as_a_line_without_words(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    desk.send(by, str(marc.address), at=AT)
    retention.sweep(at=AT + timedelta(days=92))
    (line,) = listing.page(Folder.SENT, by=by).lines
    assert line.card is None
    assert line.names == (marc.mailbox.name,)
    (line,) = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
    assert line.sender == claire.mailbox.name
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
    assert [line.card is None for line in lines] == [False, True]


@pytest.mark.attack(28)
def test_lists_show_one_s_own_mailbox_only(many: list[Envelope], chloe: Member) -> None:
    by = people.actor(chloe)
    foreign = Copy.objects.filter(envelope=many[0]).first()
    assert foreign is not None
    for folder in Folder:
        assert listing.page(folder, by=by, before=foreign.id).lines == ()


class TestLines:
    """What is kept of a copy for the next listing."""

    def test_a_second_listing_opens_no_seal_and_reads_no_summary(self, claire: Member, marc: Member) -> None:
        envelope = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", b"x"), label="report")
        first = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
        Copy.objects.filter(envelope=envelope).update(seal=b"")
        Envelope.objects.filter(id=envelope.id).update(summary=b"")
        assert listing.page(Folder.RECEIVED, by=people.actor(marc)).lines == first
        assert first[0].card == lines.Card(
            sender=Party(claire.mailbox.name, str(claire.address)),
            to=(Party(marc.mailbox.name, str(marc.address)),),
            others=0,
            subject="Avis",
            label="report",
            files=("Écho.pdf",),
        )

    def test_it_tells_the_database_nothing(self, claire: Member, marc: Member) -> None:
        desk.send(people.actor(claire), str(marc.address), subject="Cardiomyopathie")
        listing.page(Folder.RECEIVED, by=people.actor(marc))
        (line,) = Copy.objects.filter(mailbox=marc.mailbox).values_list("line", flat=True)
        assert line
        assert not any(word in bytes(line) for word in (b"Cardiomyopathie", b"Claire", b"subject"))

    @pytest.mark.attack(31)
    def test_lines_exchanged_between_rows_show_each_row_s_own_truth(self, claire: Member, marc: Member) -> None:
        for subject in ("Un", "Deux"):
            desk.send(people.actor(claire), str(marc.address), subject=subject)
        truth = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
        one, other = (bytes(Copy.objects.get(id=line.id).line or b"") for line in truth)
        Copy.objects.filter(id=truth[0].id).update(line=other)
        Copy.objects.filter(id=truth[1].id).update(line=one)
        assert listing.page(Folder.RECEIVED, by=people.actor(marc)).lines == truth
        Copy.objects.filter(id=truth[0].id).update(line=other, seal=b"")  # the seal gone as well: nothing is shown
        assert [line.card is None for line in listing.page(Folder.RECEIVED, by=people.actor(marc)).lines] == [
            True,
            False,
        ]

    @pytest.mark.attack(31)
    def test_a_line_is_bound_to_its_envelope_too(self, claire: Member, marc: Member) -> None:
        one, other = (desk.send(people.actor(claire), str(marc.address), subject=subject) for subject in ("Un", "Deux"))
        listing.page(Folder.RECEIVED, by=people.actor(marc))
        Copy.objects.filter(envelope=other, mailbox=marc.mailbox).delete()
        Copy.objects.filter(envelope=one, mailbox=marc.mailbox).update(envelope=other)
        (line,) = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
        assert line.card is None

    @pytest.mark.attack(40)
    def test_destruction_takes_it_away(self, claire: Member, marc: Member) -> None:
        desk.send(people.actor(claire), str(marc.address), at=AT)
        for member, folder in ((claire, Folder.SENT), (marc, Folder.RECEIVED)):
            listing.page(folder, by=people.actor(member))
        assert Copy.objects.exclude(line=None).count() == 2
        retention.sweep(at=AT + timedelta(days=92))
        assert Copy.objects.exclude(line=None).count() == 0

    def test_a_line_is_not_written_over_a_destruction(
        self, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The copy is destroyed between its being read and its line being written: the line holds the content key."""
        envelope = desk.send(people.actor(claire), str(marc.address), at=AT)
        keep = lines._keep

        def after_the_sweep(copies: list[Copy]) -> None:
            retention.sweep(at=AT + timedelta(days=92))
            keep(copies)

        monkeypatch.setattr(lines, "_keep", after_the_sweep)
        listing.page(Folder.RECEIVED, by=people.actor(marc))
        assert Copy.objects.get(envelope=envelope, mailbox=marc.mailbox).line is None

    def test_many_recipients_are_counted_rather_than_named(self, claire: Member) -> None:
        to = tuple(Party(f"Dr {number}", f"dr{number}@cabinet.example") for number in range(lines.NAMED + 3))
        summary = Summary(to[0], to, (), "", "", "<1@sceau>", (), ())
        card = lines.Card.of(summary)
        assert (len(card.to), card.others) == (lines.NAMED, 3)


class TestFilters:
    @pytest.fixture
    def mail(self, claire: Member, marc: Member) -> Actor:
        """Five received: what differs is named by its subject."""
        by = people.actor(claire)
        for number, (subject, more) in enumerate(
            {"plain": {}, "report": {"label": "report"}, "opened": {}, "two": {"label": "report"}}.items()
        ):
            desk.send(by, str(marc.address), subject=subject, at=AT + timedelta(minutes=number), **more)
        desk.send(by, str(marc.address), ("a.pdf", b"1"), subject="documents", at=AT + timedelta(minutes=9))
        desk.open_copy(Envelope.objects.get(sealed_at=AT + timedelta(minutes=2)), marc)
        return people.actor(marc)

    @pytest.mark.parametrize(
        ("filters", "subjects"),
        [
            (Filters(), ["documents", "two", "opened", "report", "plain"]),
            (Filters(unopened=True), ["documents", "two", "report", "plain"]),
            (Filters(documents=True), ["documents"]),
            (Filters(label="report"), ["two", "report"]),
            (Filters(who="vass CLAI"), ["documents", "two", "opened", "report", "plain"]),
            (Filters(who="marc"), []),
            (Filters(since=AT + timedelta(minutes=1), until=AT + timedelta(minutes=3)), ["opened", "report"]),
            (Filters(unopened=True, label="report", since=AT + timedelta(minutes=2)), ["two"]),
        ],
        ids=["none", "unopened", "documents", "label", "who", "nobody", "period", "several"],
    )
    def test_each_narrows_the_list(self, mail: Actor, filters: Filters, subjects: list[str]) -> None:
        lines = listing.page(Folder.RECEIVED, by=mail, filters=filters).lines
        assert [line.card.subject for line in lines if line.card] == subjects

    def test_a_page_looks_through_some_lines_and_goes_on_where_it_stopped(
        self, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(10):
            desk.send(people.actor(claire), str(marc.address))
        monkeypatch.setattr(listing, "_CHUNK", 2)
        monkeypatch.setattr(listing, "SCAN", 4)
        by, seen, cursor, pages = people.actor(marc), 0, None, 0
        while pages == 0 or cursor:
            page = listing.page(Folder.RECEIVED, by=by, before=cursor, filters=Filters(who="claire"))
            seen, cursor, pages = seen + len(page.lines), page.older, pages + 1
        assert (seen, pages) == (10, 3)
        assert listing.page(Folder.RECEIVED, by=by, filters=Filters(who="personne")).older is not None


class TestThreads:
    def test_an_exchange_is_read_from_its_beginning(self, claire: Member, marc: Member) -> None:
        first = desk.send(people.actor(claire), str(marc.address), subject="Question", at=AT)
        desk.open_copy(first, marc)
        answer = desk.write(people.actor(marc), str(claire.address), reply_to=first.id, subject="Re : Question")
        sending.seal(answer, by=people.actor(marc), at=AT + timedelta(hours=1))
        desk.send(people.actor(claire), str(marc.address), subject="Autre chose")
        for member in (claire, marc):
            by = people.actor(member)
            exchange = listing.thread(first.thread, by=by)
            assert [line.card.subject for line in exchange if line.card] == ["Question", "Re : Question"]
            assert {line.in_thread for line in exchange} == {2}
        (other, _question) = listing.page(Folder.RECEIVED, by=people.actor(marc)).lines
        assert other.in_thread == 1

    @pytest.mark.attack(28)
    def test_somebody_else_s_exchange_is_empty(self, claire: Member, marc: Member, chloe: Member) -> None:
        first = desk.send(people.actor(claire), str(marc.address))
        assert listing.thread(first.thread, by=people.actor(chloe)) == ()

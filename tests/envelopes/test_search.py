"""Search: everything that may be read is found, and nothing else."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from pytest_django import DjangoAssertNumQueries

from sceau.core import clock
from sceau.envelopes import folders, retention, search, search_index, search_segment, withdrawal
from sceau.envelopes.models import Copy, Envelope, Segment
from sceau.envelopes.search import Results
from sceau.vault import epochs
from tests import people
from tests.envelopes import desk
from tests.people import Member

AT = clock.now()
MINUTE = timedelta(minutes=1)


def find(text: str, member: Member, *, at: datetime = AT, **more: object) -> Results:
    return search.find(text, by=people.actor(member), at=at, **more)  # type: ignore[arg-type]


def subjects(results: Results) -> list[str]:
    return [hit.line.card.subject for hit in results.hits if hit.line.card]


@pytest.fixture
def mail(claire: Member, marc: Member) -> dict[str, Envelope]:
    """What Claire sent to Marc; he opened the first."""
    by, to = people.actor(claire), str(marc.address)
    sent = {
        "échographie": desk.send(
            by, to, ("ECG-12.png", b"1"), subject="Échographie", text="Fraction conservée.", at=AT
        ),
        "zona": desk.send(by, to, subject="Avis demandé", text="Un zona débutant.", label="report", at=AT + MINUTE),
    }
    desk.open_copy(sent["échographie"], marc)
    return sent


@pytest.mark.req("V4")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("echo", ["Échographie"]),
        ("ÉCHOGRAPHIE", ["Échographie"]),
        ("ecg", ["Échographie"]),
        ("png 12", ["Échographie"]),
        ("conserv", ["Échographie"]),
        ("conserv echo", ["Échographie"]),
        ("avis", ["Avis demandé"]),
        ("vasseur", ["Avis demandé", "Échographie"]),
        ("claire.vasseur@tilleuls.example", ["Avis demandé", "Échographie"]),
        ("compte rendu", ["Avis demandé"]),
        ("vasseur echo", ["Échographie"]),
        ("echo avis", []),
        ("graphie", []),
        ("", []),
        ("?!", []),
    ],
)
def test_every_word_begins_a_word_of_what_is_found(
    mail: dict[str, Envelope], marc: Member, typed: str, found: list[str]
) -> None:
    assert subjects(find(typed, marc)) == found


@pytest.mark.req("V4")
def test_a_letter_is_searched_once_it_was_opened(mail: dict[str, Envelope], claire: Member, marc: Member) -> None:
    assert subjects(find("zona", claire)) == ["Avis demandé"]  # she wrote it
    assert subjects(find("zona", marc)) == []
    desk.open_copy(mail["zona"], marc)
    (hit,) = find("zona", marc).hits
    assert hit.excerpt == "Un zona débutant."


@pytest.mark.req("V4")
def test_no_line_of_an_unopened_letter_is_shown(mail: dict[str, Envelope], marc: Member) -> None:
    """Whatever the index says: here a piece that knows too much, as an opening that was rolled back would leave it."""
    desk.open_copy(mail["zona"], marc)
    find("zona", marc)
    Copy.objects.filter(envelope=mail["zona"], mailbox=marc.mailbox).update(opened_at=None)
    assert [hit.excerpt for hit in find("zona", marc).hits] == [""]


def test_what_matched_is_told(mail: dict[str, Envelope], marc: Member) -> None:
    (hit,) = find("ecg fract", marc).hits
    assert (hit.files, hit.parties, hit.excerpt) == (("ECG-12.png",), (), "Fraction conservée.")
    for typed in ("tilleuls", "vasseur"):
        assert {party.address for hit in find(typed, marc).hits for party in hit.parties} == {
            "claire.vasseur@tilleuls.example"
        }


def test_an_excerpt_is_cut_between_words_around_what_was_found(claire: Member, marc: Member) -> None:
    text = "Cher confrère,\n\n" + "avant " * 40 + "la dyspnée persiste " + "après " * 40
    desk.send(people.actor(claire), str(marc.address), text=text)
    (hit,) = find("dyspnee", claire).hits
    assert hit.excerpt.startswith("… avant ")
    assert hit.excerpt.endswith(" après …")
    assert "la dyspnée persiste" in hit.excerpt
    assert len(hit.excerpt) < 160


def test_newest_first_a_page_at_a_time(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    for number in range(60):
        desk.send(by, str(marc.address), subject=f"Bilan {number}", at=AT + number * MINUTE)
    at = AT + timedelta(hours=2)
    first = find("bilan", marc, at=at)
    second = find("bilan", marc, at=at, before=first.older)
    assert subjects(first) + subjects(second) == [f"Bilan {number}" for number in reversed(range(60))]
    assert (len(first.hits), second.older) == (50, None)


def test_a_place_narrows_the_search(mail: dict[str, Envelope], claire: Member, marc: Member) -> None:
    folders.trash(desk.copy_of(mail["zona"], marc))
    assert subjects(find("vasseur", marc, place=Copy.Folder.RECEIVED)) == ["Échographie"]
    assert subjects(find("vasseur", marc, place=Copy.Folder.TRASH)) == ["Avis demandé"]


@pytest.mark.attack(28)
def test_nobody_finds_another_mailbox_s_mail(mail: dict[str, Envelope], marc: Member, chloe: Member) -> None:
    find("echo", marc)
    Segment.objects.update(mailbox=chloe.mailbox)  # and not even when the tables say that the pieces are his
    assert find("echo", chloe).hits == ()
    assert subjects(find("echo", marc)) == ["Échographie"]  # what opened for nobody is built anew


def test_nothing_is_told_to_the_database(mail: dict[str, Envelope], marc: Member) -> None:
    find("echo", marc)
    for segment in Segment.objects.all():
        assert not any(word in bytes(segment.sealed) for word in (b"echographie", b"vasseur"))


class TestBuilding:
    def test_it_goes_on_where_it_stopped(self, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_index, "_AT_ONCE", 2)
        monkeypatch.setattr(search, "PATIENCE", timedelta(0))
        for number in range(5):
            desk.send(people.actor(claire), str(marc.address), subject=f"Bilan {number}", at=AT + number * MINUTE)
        by = people.actor(marc)
        turns = [search.find("bilan", by=by, at=AT + 9 * MINUTE)]
        assert (turns[0].indexed, turns[0].total, turns[0].is_complete) == (0, 5, False)
        monkeypatch.setattr(search, "PATIENCE", timedelta(seconds=9))
        done = search.find("bilan", by=by, at=AT + 9 * MINUTE)
        assert done.is_complete
        assert len(done.hits) == 5

    def test_it_takes_a_bit_more_at_each_turn(
        self, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search_index, "_AT_ONCE", 2)
        for _ in range(5):
            desk.send(people.actor(claire), str(marc.address))
        by = people.actor(marc)
        left: list[int] = []
        while not left or left[-1]:
            looks = iter([False])
            left.append(search_index.build(by, at=AT, until=partial(next, looks, True)))
        assert left == [3, 1, 0]
        assert Segment.objects.count() == 1

    def test_a_full_piece_is_left_alone(self, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_segment, "MOST", 2)
        for number in range(5):
            desk.send(people.actor(claire), str(marc.address), subject=f"Bilan {number}")
        assert len(find("bilan", marc).hits) == 5
        assert sorted(row.copies.count() for row in Segment.objects.all()) == [1, 2, 2]

    def test_a_warm_search_reads_nothing_again(
        self, mail: dict[str, Envelope], marc: Member, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        find("echo", marc)
        by = people.actor(marc)
        with django_assert_max_num_queries(6):
            assert len(search.find("ecg", by=by, at=AT).hits) == 1

    def test_each_epoch_has_its_own_pieces(self, claire: Member, marc: Member) -> None:
        desk.send(people.actor(claire), str(marc.address), subject="Ancienne")
        epochs.open_next(marc.mailbox.id, [str(marc.address)], [marc.person.principal], at=AT)
        desk.send(people.actor(claire), str(marc.address), subject="Nouvelle")
        assert sorted(subjects(find("claire", marc))) == ["Ancienne", "Nouvelle"]
        assert sorted(Segment.objects.values_list("epoch", flat=True)) == [1, 2]

    def test_two_tabs_index_a_copy_once(
        self, mail: dict[str, Envelope], marc: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write, other = search_index._write, people.actor(marc)

        def after_the_other_tab(*args: object) -> bool:
            monkeypatch.setattr(search_index, "_write", write)
            search_index.build(other, at=AT, until=lambda: False)
            return write(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(search_index, "_write", after_the_other_tab)
        assert search_index.build(people.actor(marc), at=AT, until=lambda: False) == 0
        assert Segment.objects.count() == 1
        assert len(find("vasseur", marc).hits) == 2

    @pytest.mark.attack(31)
    @pytest.mark.parametrize("change", [{"sealed": b""}, {"revision": 7}], ids=str)
    def test_a_piece_that_was_tampered_with_is_built_anew(
        self, mail: dict[str, Envelope], marc: Member, change: dict[str, object]
    ) -> None:
        find("echo", marc)
        Segment.objects.update(**change)
        find("echo", marc)
        assert subjects(find("echo", marc)) == ["Échographie"]

    @pytest.mark.attack(31)
    def test_an_older_revision_does_not_open_as_the_newest(self, mail: dict[str, Envelope], marc: Member) -> None:
        find("echo", marc)
        older = Segment.objects.get().sealed
        desk.open_copy(mail["zona"], marc)
        find("zona", marc)
        Segment.objects.update(sealed=older)
        assert list(search_index.pieces(people.actor(marc))) == []


@pytest.mark.attack(40)
class TestForgetting:
    """What is destroyed is not found, and its words are in no piece."""

    @pytest.fixture
    def indexed(self, mail: dict[str, Envelope], claire: Member, marc: Member) -> dict[str, Envelope]:
        for member in (claire, marc):
            assert len(find("vasseur", member).hits) == 2
        return mail

    def words(self, member: Member) -> set[bytes]:
        return {word for stored in search_index.pieces(people.actor(member)) for word in stored.piece._words}

    def test_deleted_for_good(self, indexed: dict[str, Envelope], claire: Member, marc: Member) -> None:
        copy, by = desk.copy_of(indexed["échographie"], marc), people.actor(marc)
        folders.delete(copy, by=by, at=AT)
        assert not {b"echographie", b"conservee", b"ecg"} & self.words(marc)
        assert {b"avis", b"demande"} <= self.words(marc)  # the piece was written anew, not dropped
        assert subjects(find("vasseur", marc)) == ["Avis demandé"]
        assert subjects(find("echo", claire)) == ["Échographie"]  # hers stays

    def test_its_time_over(self, indexed: dict[str, Envelope], claire: Member, marc: Member) -> None:
        end = AT + timedelta(days=92)
        assert find("echo", marc, at=end).hits == ()  # its hour has come, the sweep has not
        retention.sweep(at=end)
        for member in (claire, marc):
            assert not {b"echographie", b"zona"} & self.words(member)
            assert find("vasseur", member, at=end + MINUTE).hits == ()

    def test_by_a_worker_that_has_no_keys_the_others_are_found_again(
        self, indexed: dict[str, Envelope], claire: Member, marc: Member
    ) -> None:
        Copy.objects.filter(envelope=indexed["zona"]).update(destroy_at=AT + timedelta(days=200))
        retention.sweep(at=AT + timedelta(days=92))
        assert Segment.objects.count() == 0
        assert subjects(find("vasseur", marc)) == ["Avis demandé"]

    def test_withdrawn_by_its_sender(self, indexed: dict[str, Envelope], claire: Member, marc: Member) -> None:
        by = people.actor(claire)
        withdrawal.withdraw(desk.own_copy(indexed["zona"], by), by=by, at=AT)
        assert b"demande" not in self.words(marc)
        assert subjects(find("vasseur", marc)) == ["Échographie"]

    def test_an_older_piece_put_back_finds_nothing_that_is_gone(
        self, indexed: dict[str, Envelope], marc: Member
    ) -> None:
        """Whoever writes to the tables may put back a revision with its number: it opens."""
        older = Segment.objects.filter(mailbox=marc.mailbox).values("sealed", "revision").get()
        folders.delete(desk.copy_of(indexed["échographie"], marc), by=people.actor(marc), at=AT)
        Segment.objects.filter(mailbox=marc.mailbox).update(**older)
        assert b"echographie" in self.words(marc)
        assert find("echo", marc).hits == ()

    def test_a_destruction_between_reading_and_writing_wins(
        self, mail: dict[str, Envelope], marc: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write, copy, by = search_index._write, desk.copy_of(mail["échographie"], marc), people.actor(marc)

        def too_late(*args: object) -> bool:
            monkeypatch.setattr(search_index, "_write", write)
            folders.delete(copy, by=by, at=AT)
            return write(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(search_index, "_write", too_late)
        find("echo", marc)
        assert not {b"echographie", b"conservee"} & self.words(marc)
        assert subjects(find("vasseur", marc)) == ["Avis demandé"]

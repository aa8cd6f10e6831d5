"""Folders of one's own: nested, named under seal, and what is filed in them."""

import pytest

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import NotFound, Refused
from sceau.envelopes import access, filing, folders, opening
from sceau.envelopes.filing import BadName, InsideItself, NameTaken, Node, TooDeep, TooManyFolders
from sceau.envelopes.models import Copy, Folder
from tests import people
from tests.envelopes import desk
from tests.people import Member

SECRET = "Madame Aurillac"


@pytest.fixture
def by(marc: Member) -> Actor:
    return people.actor(marc)


def create(name: str, parent: Folder | None = None, *, by: Actor) -> Folder:
    return filing.create(name, parent, by=by, at=clock.now())


def shown(nodes: tuple[Node, ...]) -> list[object]:
    """Names, and what each holds below it."""
    return [(node.name, shown(node.children)) if node.children else node.name for node in nodes]


def received(claire: Member, marc: Member, subject: str = "Avis") -> Copy:
    return desk.copy_of(desk.send(people.actor(claire), str(marc.address), subject=subject), marc)


def place(copy: Copy) -> tuple[str, object]:
    copy.refresh_from_db()
    return copy.folder, copy.filed_in_id


class TestTheTree:
    def test_folders_are_nested_and_read_in_the_order_of_a_french_index(self, by: Actor) -> None:
        biology = create("Biologie", by=by)
        create("Échographies", by=by)
        create("Zona", by=by)
        create("2026", biology, by=by)
        create("2025", biology, by=by)
        assert shown(filing.tree(by)) == [("Biologie", ["2025", "2026"]), "Échographies", "Zona"]

    @pytest.mark.req("V12")
    def test_a_name_is_nowhere_in_clear(self, by: Actor) -> None:
        row = create(SECRET, by=by)
        assert SECRET.encode() not in bytes(Folder.objects.get(id=row.id).sealed_name)
        assert filing.name(row, by=by) == SECRET

    def test_a_sealed_name_belongs_to_one_folder(self, by: Actor) -> None:
        """Whoever writes in the tables cannot give one folder another one's name (attack 32)."""
        one, other = create("Une", by=by), create("Autre", by=by)
        Folder.objects.filter(id=one.id).update(sealed_name=other.sealed_name)
        assert sorted(node.name for node in filing.tree(by)) == ["", "Autre"]

    def test_nobody_sees_another_one_s_folders(self, by: Actor, claire: Member) -> None:
        row = create(SECRET, by=by)
        other = people.actor(claire)
        assert filing.tree(other) == ()
        with pytest.raises(NotFound):
            access.folder(row.id, for_=other)
        with pytest.raises(NotFound):
            filing.create("Dedans", row, by=other, at=clock.now())

    def test_it_costs_two_queries_however_many_there_are(
        self, by: Actor, django_assert_num_queries: object, claire: Member, marc: Member
    ) -> None:
        rows = [create(f"Dossier {number}", by=by) for number in range(20)]
        filing.file([received(claire, marc)], rows[3], by=by)
        fresh = people.actor(marc)
        filing.tree(fresh)  # the mailbox's key is opened once a request
        with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's fixture
            filing.tree(fresh)


class TestNames:
    @pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Bio\nlogie", "Bio\x00logie", "Bio\u202elogie"])
    def test_what_is_no_name_is_refused(self, by: Actor, name: str) -> None:
        with pytest.raises(BadName):
            create(name, by=by)
        row = create("Biologie", by=by)
        with pytest.raises(BadName):
            filing.rename(row, name, by=by)

    def test_spaces_around_it_go(self, by: Actor) -> None:
        assert filing.name(create("  Comptes   rendus ", by=by), by=by) == "Comptes rendus"

    def test_two_neighbours_cannot_have_one_name(self, by: Actor) -> None:
        parent = create("Imagerie", by=by)
        create("2026", parent, by=by)
        create("2026", by=by)  # elsewhere it may
        for name in ("imagerie", "IMAGERIE", "Imagerie "):
            with pytest.raises(NameTaken):
                create(name, by=by)
        other = create("Radios", by=by)
        with pytest.raises(NameTaken):
            filing.rename(other, "Imagerie", by=by)
        filing.rename(parent, "IMAGERIE", by=by)  # its own name is not taken
        assert shown(filing.tree(by)) == ["2026", ("IMAGERIE", ["2026"]), "Radios"]


class TestLimits:
    def test_five_folders_deep_and_no_deeper(self, by: Actor) -> None:
        parent: Folder | None = None
        for depth in range(filing.DEPTH):
            parent = create(f"n{depth}", parent, by=by)
        with pytest.raises(TooDeep):
            create("trop", parent, by=by)
        pair = create("haut", by=by)
        create("bas", pair, by=by)
        assert parent
        assert parent.parent
        with pytest.raises(TooDeep):
            filing.move_folder(pair, parent.parent, by=by)
        filing.move_folder(pair, parent.parent.parent, by=by)

    def test_no_more_than_the_limit(self, by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(filing, "MOST", 3)
        for number in range(3):
            create(str(number), by=by)
        with pytest.raises(TooManyFolders):
            create("de trop", by=by)

    def test_a_folder_does_not_go_into_itself(self, by: Actor) -> None:
        parent = create("Parent", by=by)
        child = create("Enfant", parent, by=by)
        for target in (parent, child):
            with pytest.raises(InsideItself):
                filing.move_folder(parent, target, by=by)
        filing.move_folder(child, None, by=by)
        filing.move_folder(parent, child, by=by)
        assert shown(filing.tree(by)) == [("Enfant", ["Parent"])]

    def test_a_move_does_not_make_twins(self, by: Actor) -> None:
        parent = create("Parent", by=by)
        inner = create("Bilans", parent, by=by)
        create("bilans", by=by)
        with pytest.raises(NameTaken):
            filing.move_folder(inner, None, by=by)


class TestFiling:
    def test_a_copy_goes_into_a_folder_and_back_to_where_it_first_was(
        self, by: Actor, claire: Member, marc: Member
    ) -> None:
        row, copy = create("Biologie", by=by), received(claire, marc)
        assert filing.file([copy], row, by=by) == 1
        assert place(copy) == ("filed", row.id)
        assert filing.file([copy], None, by=by) == 1
        assert place(copy) == ("received", None)

    def test_a_sent_one_goes_back_to_the_sent_ones(self, by: Actor, claire: Member) -> None:
        own = desk.own_copy(desk.send(by, str(claire.address)), by)
        filing.file([own], create("Biologie", by=by), by=by)
        filing.file([own], None, by=by)
        assert place(own) == ("sent", None)

    def test_only_one_s_own_copies_move(self, by: Actor, claire: Member, marc: Member) -> None:
        row, copy = create("Biologie", by=by), received(claire, marc)
        (own,) = Copy.objects.filter(role="from")
        assert filing.file([own, copy], row, by=by) == 1
        assert place(own) == ("sent", None)

    def test_a_folder_that_was_deleted_meanwhile_takes_nothing(self, by: Actor, claire: Member, marc: Member) -> None:
        row, copy = create("Biologie", by=by), received(claire, marc)
        filing.remove(access.folder(row.id, for_=by), by=by)
        with pytest.raises(NotFound):
            filing.file([copy], row, by=by)
        assert place(copy) == ("received", None)

    def test_the_rail_counts_what_is_unopened(self, by: Actor, claire: Member, marc: Member) -> None:
        row = create("Biologie", by=by)
        copies = [received(claire, marc) for _ in range(3)]
        sent = desk.own_copy(desk.send(by, str(claire.address)), by)
        opening.open(copies[0], by=by, at=clock.now())
        filing.file([*copies, sent], row, by=by)
        (node,) = filing.tree(by)
        assert node.unopened == 2
        assert filing.size(row, by=by) == 4

    def test_the_trash_remembers_the_folder(self, by: Actor, claire: Member, marc: Member) -> None:
        row, copy = create("Biologie", by=by), received(claire, marc)
        filing.file([copy], row, by=by)
        assert folders.trash(copy) == 1
        assert place(copy) == ("trash", row.id)
        assert filing.tree(by)[0].unopened == 0
        assert folders.restore(copy) == 1
        assert place(copy) == ("filed", row.id)
        assert folders.restore(copy) == 0  # what is not in the trash stays where it is

    def test_many_go_and_come_back_each_to_its_own_place(self, by: Actor, claire: Member, marc: Member) -> None:
        row = create("Biologie", by=by)
        filed, plain, sent = received(claire, marc), received(claire, marc), desk.own_copy(
            desk.send(by, str(claire.address)), by
        )  # fmt: skip
        filing.file([filed], row, by=by)
        folders.trash(filed, plain, sent)
        folders.restore(filed, plain, sent)
        assert [place(copy)[0] for copy in (filed, plain, sent)] == ["filed", "received", "sent"]


class TestRemoving:
    def test_what_it_held_goes_back_to_where_it_first_was(self, by: Actor, claire: Member, marc: Member) -> None:
        parent = create("Parent", by=by)
        child = create("Enfant", parent, by=by)
        deep, thrown = received(claire, marc), received(claire, marc)
        sent = desk.own_copy(desk.send(by, str(claire.address)), by)
        filing.file([deep, thrown], child, by=by)
        filing.file([sent], parent, by=by)
        folders.trash(thrown)
        assert filing.remove(parent, by=by) == 2
        assert filing.tree(by) == ()
        assert [place(copy) for copy in (deep, sent, thrown)] == [("received", None), ("sent", None), ("trash", None)]
        folders.restore(thrown)
        assert place(thrown) == ("received", None)

    def test_the_others_stay(self, by: Actor) -> None:
        create("Reste", by=by)
        filing.remove(create("Part", by=by), by=by)
        assert shown(filing.tree(by)) == ["Reste"]


def test_every_refusal_has_its_code() -> None:
    refusals = (BadName, NameTaken, TooDeep, TooManyFolders, InsideItself)
    assert len({refusal.code for refusal in refusals} | {Refused.code}) == 6

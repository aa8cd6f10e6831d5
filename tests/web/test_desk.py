"""The desk: panes that are addresses, letters put beside their list, folders, many at once, and taking back."""

import gzip
from typing import Any

import pytest
from django.test import Client

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import filing, folders, sending
from sceau.envelopes.models import Copy, Folder, Handover, Opening
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

HTMX = {"HX-Request": "true"}
SECRET = "la biopsie est normale"


@pytest.fixture
def browser(marc: Member) -> Client:
    return sign_in(marc)


@pytest.fixture
def by(marc: Member) -> Actor:
    return people.actor(marc)


@pytest.fixture
def copies(claire: Member, marc: Member) -> list[Copy]:
    """Three that Marc received, oldest first."""
    sent = [desk.send(people.actor(claire), str(marc.address), subject=f"n° {n}", text=SECRET) for n in range(3)]
    return [desk.copy_of(envelope, marc) for envelope in sent]


@pytest.fixture
def folder(by: Actor) -> Folder:
    return filing.create("Biologie", by=by, at=clock.now())


def subjects(answer: Any) -> list[str]:  # the test client's own type of answer
    return [row.subject for row in answer.context["pane"].rows]


def choose(browser: Client, act: str, *copies: Copy, **more: str) -> Any:
    return browser.post("/selection", {"acte": act, "copie": [str(copy.id) for copy in copies], **more})


def places(*copies: Copy) -> list[str]:
    return [Copy.objects.get(id=copy.id).folder for copy in copies]


class TestALetterBesideItsList:
    def test_htmx_gets_the_letter_alone(self, browser: Client, copies: list[Copy]) -> None:
        whole = browser.get(f"/enveloppes/{copies[0].id}")
        part = browser.get(f"/enveloppes/{copies[0].id}", headers=HTMX)
        assert "<html" in whole.content.decode()
        assert "<html" not in part.content.decode()
        assert "n° 0" in part.content.decode()
        assert "n° 1" not in part.content.decode()
        for answer in (whole, part):
            assert "HX-Request" in answer["Vary"]
            assert answer["Cache-Control"] == "no-store"

    def test_going_back_gets_the_whole_page(self, browser: Client, copies: list[Copy]) -> None:
        headers = {**HTMX, "HX-History-Restore-Request": "true"}
        assert "<html" in browser.get(f"/enveloppes/{copies[0].id}", headers=headers).content.decode()

    @pytest.mark.attack(25)
    def test_looking_at_it_so_opens_nothing(self, browser: Client, copies: list[Copy]) -> None:
        assert SECRET not in browser.get(f"/enveloppes/{copies[0].id}", headers=HTMX).content.decode()
        assert not Opening.objects.exists()

    def test_opening_it_there_shows_the_letter_its_row_and_what_is_left(
        self, browser: Client, copies: list[Copy]
    ) -> None:
        answer = browser.post(f"/enveloppes/{copies[0].id}/ouvrir", headers=HTMX)
        shown = answer.getvalue().decode()
        assert SECRET in shown
        assert f'id="e-{copies[0].id}"' in shown
        assert 'data-unopened="2"' in shown
        assert "2 à ouvrir" in shown
        assert Handover.objects.get().part == "1"

    @pytest.mark.req("V7")
    def test_a_locked_session_sends_the_whole_window_to_the_lock(self, browser: Client, copies: list[Copy]) -> None:
        sessions.lock(Session.objects.get())
        place = f"/enveloppes/{copies[0].id}"
        answer = browser.get(f"{place}?avant={copies[1].id}", headers=HTMX)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["HX-Redirect"] == f"/verrou?next=%2Fenveloppes%2F{copies[0].id}%3Favant%3D{copies[1].id}"
        origin = {"Referer": f"http://testserver{place}"}
        answer = browser.post(f"{place}/ouvrir", headers={**HTMX, **origin})
        assert answer["HX-Redirect"] == f"/verrou?next=%2Fenveloppes%2F{copies[0].id}"
        assert not Opening.objects.exists()

    def test_who_is_not_signed_in_is_led_to_the_way_in(self, copies: list[Copy]) -> None:
        answer = Client().get(f"/enveloppes/{copies[0].id}", headers=HTMX)
        assert answer["HX-Redirect"].startswith("/connexion?next=")

    def test_an_error_is_said_in_place(self, browser: Client) -> None:
        answer = browser.get("/enveloppes/01a20427-f2a6-75b0-ab82-3277b2920d4d", headers=HTMX)
        assert answer.status_code == 404
        assert "<html" not in answer.content.decode()
        assert "Rien à cette adresse" in text_of(answer)

    def test_the_letter_travels_compressed_and_its_handover_counts(self, browser: Client, copies: list[Copy]) -> None:
        browser.post(f"/enveloppes/{copies[0].id}/ouvrir")
        answer = browser.get(f"/enveloppes/{copies[0].id}", headers={"Accept-Encoding": "gzip"})
        body = answer.getvalue()
        assert answer["Content-Length"] == str(len(body))
        assert SECRET in gzip.decompress(body).decode()
        assert Handover.objects.count() == 1


class TestAddresses:
    def test_a_letter_s_address_keeps_the_list_it_was_chosen_from(self, browser: Client, copies: list[Copy]) -> None:
        browser.post(f"/enveloppes/{copies[1].id}/ouvrir")
        narrowed = browser.get("/recues?a-ouvrir=oui")
        assert subjects(narrowed) == ["n° 2", "n° 0"]
        letter = browser.get(narrowed.context["pane"].rows[1].href)
        assert subjects(letter) == subjects(narrowed)
        assert [row.current for row in letter.context["pane"].rows] == [False, True]
        assert 'href="/recues?a-ouvrir=oui"' in letter.content.decode()

    def test_filters_narrow_and_come_off(self, browser: Client, claire: Member, marc: Member) -> None:
        by = people.actor(claire)
        desk.send(by, str(marc.address), ("a.pdf", b"1"), subject="avec")
        desk.send(by, str(marc.address), subject="sans", label="report")
        assert subjects(browser.get("/recues?documents=oui")) == ["avec"]
        assert subjects(browser.get("/recues?etiquette=report")) == ["sans"]
        assert subjects(browser.get("/recues?documents=oui&etiquette=report")) == []
        assert subjects(browser.get("/recues?du=2999-01-01")) == []
        assert subjects(browser.get("/recues?au=2999-01-01")) == ["sans", "avec"]
        for nonsense in ("etiquette=x", "du=hier", "au=9999-12-31", "du=0001-01-01", "a-ouvrir=peut-être"):
            assert len(subjects(browser.get(f"/recues?{nonsense}"))) == 2
        (on,) = [found for found in browser.get("/recues?documents=oui").context["pane"].filters if found.current]
        assert (on.text, on.href) == ("Avec documents", "/recues")

    def test_a_list_that_a_filter_empties_says_so(self, browser: Client, copies: list[Copy]) -> None:
        assert "Rien ne correspond" in text_of(browser.get("/recues?documents=oui"))
        assert "Rien ne vous attend" not in text_of(browser.get("/recues?documents=oui"))

    def test_the_letters_of_an_exchange_stand_around_it(self, claire: Member, marc: Member) -> None:
        first = desk.send(people.actor(claire), str(marc.address), subject="Question")
        desk.open_copy(first, marc)
        answer = desk.write(
            people.actor(marc), str(claire.address), subject="Réponse", reply_to=desk.copy_of(first, marc).envelope_id
        )
        sending.seal(answer, by=people.actor(marc), at=clock.now())
        shown = sign_in(marc).get(f"/enveloppes/{desk.copy_of(first, marc).id}").context["exchange"]
        assert (shown.earlier, [row.who for row in shown.later]) == ((), ["Vous, à Dr Claire Vasseur"])


class TestFolders:
    def test_making_one_shows_it_everywhere(self, browser: Client) -> None:
        made = browser.post("/dossiers", {"nom": "Biologie", "dans": ""})
        assert made.status_code == 303
        assert "Biologie" in text_of(browser.get("/recues"))
        inner = browser.post("/dossiers", {"nom": "2026", "dans": made["Location"].rpartition("/")[2]})
        shown = browser.get(inner["Location"])
        assert [(link.name, link.depth, link.current) for link in shown.context["nav"].folders] == [
            ("Biologie", 1, False),
            ("2026", 2, True),
        ]

    @pytest.mark.parametrize(("name", "said"), [("", "1 à 80"), ("x" * 81, "1 à 80"), ("BIOLOGIE", "déjà")])
    def test_a_name_that_cannot_be_is_refused_kindly(
        self, browser: Client, folder: Folder, name: str, said: str
    ) -> None:
        answer = browser.post("/dossiers", {"nom": name})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert f'value="{name}"' in answer.content.decode()
        assert Folder.objects.count() == 1

    def test_it_is_renamed_and_moved_by_one_form(self, browser: Client, folder: Folder, by: Actor) -> None:
        other = filing.create("Imagerie", by=by, at=clock.now())
        page = f"/dossiers/{folder.id}/modifier"
        offered = browser.get(page).context["places"]
        assert [link.name for link in offered] == ["Imagerie"]
        assert browser.post(page, {"nom": "Bilans", "dans": str(other.id)})["Location"] == f"/dossiers/{folder.id}"
        (node,) = filing.tree(by)
        assert (node.name, [child.name for child in node.children]) == ("Imagerie", ["Bilans"])

    def test_deleting_one_asks_first_and_loses_nothing(
        self, browser: Client, folder: Folder, by: Actor, copies: list[Copy]
    ) -> None:
        filing.file(copies[:2], folder, by=by)
        page = f"/dossiers/{folder.id}/supprimer"
        assert "2 enveloppes" in text_of(browser.get(page))
        assert Folder.objects.count() == 1
        answer = browser.post(page)
        assert "2 enveloppes sont revenues" in text_of(browser.get(answer["Location"]))
        assert places(*copies) == ["received"] * 3

    def test_another_one_s_folder_is_nowhere(self, folder: Folder, claire: Member, copies: list[Copy]) -> None:
        stranger = sign_in(claire)
        for page in (f"/dossiers/{folder.id}", f"/dossiers/{folder.id}/modifier", f"/dossiers/{folder.id}/supprimer"):
            assert stranger.get(page).status_code == 404
        assert stranger.post("/dossiers", {"nom": "Dedans", "dans": str(folder.id)}).status_code == 404
        (own,) = Copy.objects.filter(role="from", envelope=copies[0].envelope)
        assert choose(stranger, "classer", own, vers=str(folder.id)).status_code == 404
        assert places(own) == ["sent"]


class TestMany:
    def test_filing_and_taking_it_back(self, browser: Client, folder: Folder, copies: list[Copy]) -> None:
        answer = choose(browser, "classer", *copies[:2], vers=str(folder.id), retour="/recues?a-ouvrir=oui")
        assert answer["Location"] == "/recues?a-ouvrir=oui"
        assert places(*copies) == ["filed", "filed", "received"]
        shown = browser.get("/recues")
        assert "2 enveloppes classées" in text_of(shown)
        undo = shown.context["flash"].undo
        assert browser.post(undo, headers={"Referer": "http://testserver/recues"})["Location"] == "/recues"
        assert places(*copies) == ["received"] * 3

    def test_throwing_away_and_taking_it_back_each_to_its_place(
        self, browser: Client, folder: Folder, by: Actor, copies: list[Copy]
    ) -> None:
        filing.file(copies[:1], folder, by=by)
        choose(browser, "corbeille", *copies)
        assert places(*copies) == ["trash"] * 3
        browser.post(browser.get("/recues").context["flash"].undo)
        assert places(*copies) == ["filed", "received", "received"]

    def test_restoring_and_taking_it_back(self, browser: Client, copies: list[Copy]) -> None:
        folders.trash(*copies)
        choose(browser, "restaurer", *copies[1:])
        assert places(*copies) == ["trash", "received", "received"]
        browser.post(browser.get("/recues").context["flash"].undo)
        assert places(*copies) == ["trash"] * 3

    def test_destroying_asks_first_and_touches_what_is_in_the_trash_alone(
        self, browser: Client, copies: list[Copy]
    ) -> None:
        folders.trash(*copies[:2])
        asked = choose(browser, "detruire", *copies, retour="/corbeille")
        assert "Détruire 3 enveloppes ?" in text_of(asked).replace("\xa0", " ")
        assert not Copy.objects.exclude(destroyed_at=None).exists()
        fields = {field.name: field.value for field in asked.context["confirm"].hidden if field.name != "copie"}
        answer = choose(browser, fields.pop("acte"), *copies, **fields)
        assert answer["Location"] == "/corbeille"
        assert Copy.objects.exclude(destroyed_at=None).count() == 2
        assert places(*copies) == ["trash", "trash", "received"]

    def test_nothing_chosen_is_said(self, browser: Client, copies: list[Copy]) -> None:
        answer = choose(browser, "corbeille")
        assert answer["Location"] == "/"
        assert "Aucune enveloppe n’est choisie" in text_of(browser.get("/recues"))

    @pytest.mark.attack(28)
    def test_another_one_s_copies_are_passed_over(self, claire: Member, copies: list[Copy]) -> None:
        stranger = sign_in(claire)
        for act in ("corbeille", "classer", "restaurer", "detruire"):
            choose(stranger, act, *copies, vers="origine", oui="oui")
        stranger.post(f"/selection/annuler?vers=trash&copies={copies[0].id.hex}")
        assert places(*copies) == ["received"] * 3
        assert not Copy.objects.exclude(destroyed_at=None).exists()

    @pytest.mark.parametrize("act", ["", "inconnu"])
    def test_an_unknown_act_is_refused(self, browser: Client, copies: list[Copy], act: str) -> None:
        assert choose(browser, act, *copies).status_code == 400
        assert browser.post("/selection", {"acte": "corbeille", "copie": "x"}).status_code == 400
        assert browser.post("/selection/annuler?vers=x&copies=").status_code == 400

    @pytest.mark.attack(29)
    def test_one_goes_on_to_a_page_of_this_site_alone(self, browser: Client, copies: list[Copy]) -> None:
        answer = choose(browser, "corbeille", copies[0], retour="https://voleur.example/")
        assert answer["Location"] == "/"

    def test_a_page_full_of_them_still_has_its_way_back(
        self, browser: Client, claire: Member, marc: Member, folder: Folder
    ) -> None:
        by = people.actor(claire)
        many = [desk.copy_of(desk.send(by, str(marc.address)), marc) for _ in range(50)]
        answer = choose(browser, "classer", *many, vers=str(folder.id))
        assert len(answer.cookies["__Host-flash"].value) < 4000  # browsers keep 4,096 octets of a cookie
        browser.post(browser.get("/recues").context["flash"].undo)
        assert places(*many) == ["received"] * 50


def test_the_shortcuts_can_be_read_without_any_script(browser: Client) -> None:
    shown = text_of(browser.get("/aide/raccourcis"))
    for words in ("enveloppe suivante", "mettre à la corbeille", "annuler ce qui vient d’être fait"):
        assert words in shown

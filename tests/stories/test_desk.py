"""A morning at the desk, in a real browser: by key alone, by mouse, without scripts, on a phone."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from sceau.core import clock
from sceau.envelopes import filing, folders
from sceau.envelopes.models import Copy
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

pytestmark = [pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
SUBJECTS = ("Bilan", "Radiographie", "Ordonnance", "Avis")
ALL = SUBJECTS[::-1]  # as a list shows them


@pytest.fixture
def marcs(chromium: Browser, live_server: LiveServer, claire: Member, marc: Member) -> Iterator[Open]:
    """Marc's browser, signed in: four letters from Claire, newest « Avis », and a folder « Biologie »."""
    for subject in SUBJECTS:
        desk.send(people.actor(claire), str(marc.address), subject=subject, text=f"Lettre : {subject}")
    filing.create("Biologie", by=people.actor(marc), at=clock.now())
    cookie = sign_in(marc).cookies[sessions.COOKIE].value
    windows = []

    def open_(path: str = "/recues", **more: Any) -> Page:  # Playwright's own options
        options = {"viewport": {"width": 1440, "height": 800}, "locale": "fr-FR", **more}
        window = chromium.new_context(base_url=live_server.url, **options)
        # Set as if by https, which the prefix of its name asks for; a browser trusts localhost without.
        window.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": "https://localhost/", "secure": True}])
        windows.append(window)
        page = window.new_page()
        page.goto(path)
        return page

    yield open_
    for window in windows:
        window.close()


def title(page: Page, words: str) -> None:
    """The letter beside the list is this one."""
    expect(page.locator("#lecture h1")).to_have_text(words)


def focused(page: Page, words: str) -> None:
    """The focus comes to what says this: a page puts it there once its scripts ran."""
    expect(page.locator(":focus")).to_contain_text(words)


def rows(page: Page, *subjects: str) -> None:
    """The list comes to show these letters."""
    expect(page.locator(".row .subj")).to_have_text(list(subjects))


def press(page: Page, *keys: str) -> None:
    """Keys, once the page hears them: those pressed before its scripts ran are lost."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def test_letters_are_read_one_after_the_other_without_the_mouse(marcs: Open) -> None:
    page = marcs()
    page.evaluate("window.same = true")
    press(page, "j")
    title(page, "Avis")
    press(page, "j", "j")
    title(page, "Radiographie")
    press(page, "k")
    title(page, "Ordonnance")
    expect(page).to_have_url(re.compile("/enveloppes/"))
    focused(page, "Ordonnance")
    press(page, "Enter")
    expect(page.locator("h1:focus")).to_have_text("Ordonnance")
    press(page, "u")
    expect(page.locator(".row[aria-current]")).to_be_focused()
    assert page.evaluate("window.same") is True
    assert not Copy.objects.exclude(opened_at=None).exists()


def test_opening_beside_the_list_changes_the_row_and_the_counts(marcs: Open) -> None:
    page = marcs()
    press(page, "j")
    title(page, "Avis")
    page.get_by_role("button", name="Ouvrir l’enveloppe").click()
    expect(page.locator("#lecture .letter")).to_contain_text("Lettre : Avis")
    expect(page.locator(".row").first).not_to_contain_text("à ouvrir")
    expect(page.locator("#n-received")).to_contain_text("3")
    expect(page.locator("#n-list")).to_have_text("3 à ouvrir")
    expect(page.locator("h1:focus")).to_have_text("Avis")


def test_back_reload_and_a_shared_address_show_the_same_panes(marcs: Open) -> None:
    page = marcs("/recues?a-ouvrir=oui")
    press(page, "j")
    title(page, "Avis")
    press(page, "j")
    title(page, "Ordonnance")
    page.reload()
    title(page, "Ordonnance")
    expect(page.locator(".row[aria-current]")).to_contain_text("Ordonnance")
    page.go_back()
    title(page, "Avis")
    page.wait_for_load_state()  # who goes back again before that is not heard
    page.go_back()
    expect(page.locator("#lecture h1")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/recues\?a-ouvrir=oui$"))


def test_nothing_of_a_letter_stays_in_the_browser_s_stores(marcs: Open) -> None:
    page = marcs()
    for _ in SUBJECTS:
        press(page, "j")
    title(page, "Bilan")
    page.goto("/envoyees")
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert not [subject for subject in SUBJECTS if subject in stored]


def test_a_letter_is_thrown_away_and_brought_back_by_key(marcs: Open) -> None:
    page = marcs()
    press(page, "j")
    title(page, "Avis")
    press(page, "e")
    expect(page.get_by_text("1 enveloppe mise à la corbeille.")).to_be_visible()
    rows(page, "Ordonnance", "Radiographie", "Bilan")
    focused(page, "Ordonnance")
    press(page, "z")
    expect(page.get_by_text("tout est revenu à sa place")).to_be_visible()
    rows(page, *ALL)
    focused(page, "Ordonnance")


def test_chosen_letters_are_filed_by_key(marcs: Open) -> None:
    page = marcs()
    press(page, "j", "x", "j", "x")
    expect(page.locator("[data-chosen]")).to_have_text("2 choisies")
    press(page, "v")
    expect(page.locator("#ranger")).to_be_focused()
    page.select_option("#ranger", label="Biologie")
    press(page, "Tab", "Enter")
    expect(page.get_by_text("2 enveloppes classées.")).to_be_visible()
    rows(page, "Radiographie", "Bilan")
    expect(page.locator(".tree .nav")).to_contain_text("2")
    page.get_by_role("link", name="Biologie").click()
    rows(page, "Avis", "Ordonnance")


def test_keys_are_left_to_who_writes(marcs: Open) -> None:
    page = marcs()
    press(page, "/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("je")
    assert page.locator("[data-search]").input_value() == "je"
    expect(page.locator("#lecture h1")).to_have_count(0)
    assert page.evaluate("document.querySelector('dialog[open]')") is None
    page.locator("[data-search]").fill("")
    press(page, "Escape")
    focused(page, "Avis")


def test_the_shortcuts_open_over_the_page_and_give_the_focus_back(marcs: Open) -> None:
    page = marcs()
    press(page, "j")
    title(page, "Avis")
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Raccourcis")
    expect(dialog).to_contain_text("enveloppe suivante")
    press(page, "j", "e")
    rows(page, *ALL)
    press(page, "Escape")
    expect(dialog).to_have_count(0)
    focused(page, "Avis")


def test_a_key_pressed_in_a_letter_counts_once(marcs: Open, claire: Member, marc: Member) -> None:
    html = '<p>Lettre</p><table bgcolor="#eeeeee"><tr><td>avec un tableau</td></tr></table>'
    desk.send(people.actor(claire), str(marc.address), subject="Tableau", text="Lettre", html=html)
    page = marcs()
    press(page, "j")
    title(page, "Tableau")
    page.get_by_role("button", name="Ouvrir l’enveloppe").click()
    frame = page.locator("iframe.fitted")
    expect(frame).to_be_visible()
    # As where the sheet was there before its frame said so: both were heard.
    frame.dispatch_event("load")
    page.frame_locator("iframe.fitted").locator("body").click()
    page.evaluate("window.heard = 0; addEventListener('keydown', () => window.heard++)")
    press(page, "Escape")
    assert page.evaluate("window.heard") == 1
    expect(page.locator("dialog[data-veil]")).not_to_be_visible()


def test_rows_are_chosen_from_one_to_another_and_dropped_on_a_folder(marcs: Open) -> None:
    page = marcs()
    boxes = page.locator("[data-rows] input[name=copie]")
    boxes.nth(0).check()
    expect(page.locator("[data-chosen]")).to_have_text("1 choisie")
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-chosen]")).to_have_text("3 choisies")
    # As a hand does: a browser lets drop what has first moved over the place. A still hand is told of again and again,
    # this driver's only when it moves: the move over the folder waits until the desk knows what is dragged.
    page.locator(".row").nth(1).hover()
    page.mouse.down()
    folder = page.locator(".tree .nav").bounding_box()
    assert folder
    page.mouse.move(folder["x"] + 20, folder["y"] + 10, steps=12)
    expect(page.locator("body.dragging")).to_be_visible()
    page.mouse.move(folder["x"] + 30, folder["y"] + 12, steps=4)
    expect(page.locator(".tree .nav.over")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text("3 enveloppes classées.")).to_be_visible()
    rows(page, "Bilan")
    page.get_by_role("button", name="Annuler").click()
    rows(page, *ALL)


def test_everything_works_without_scripts(marcs: Open) -> None:
    page = marcs(java_script_enabled=False)
    page.locator("[data-rows] input[name=copie]").nth(1).check()
    page.locator("#choix summary").click()
    page.select_option("#ranger", label="Biologie")
    page.locator("#choix button[value=classer]").click()
    rows(page, "Avis", "Radiographie", "Bilan")
    page.get_by_role("button", name="Annuler").click()
    rows(page, *ALL)
    page.locator(".row").first.click()
    page.get_by_role("button", name="Ouvrir l’enveloppe").click()
    expect(page.locator(".letter")).to_contain_text("Lettre : Avis")
    page.goto("/dossiers")
    page.fill("[name=nom]", "Imagerie")
    page.get_by_role("button", name="Créer le dossier").click()
    expect(page.locator("main h1")).to_contain_text("Imagerie")


def test_on_a_phone_a_letter_is_a_page_and_its_bar_is_under_the_thumb(marcs: Open) -> None:
    page = marcs(viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator(".row").nth(1).click()
    page.wait_for_url("**/enveloppes/*")
    title(page, "Ordonnance")
    bar = page.locator(".bar").bounding_box()
    assert bar
    assert bar["y"] + bar["height"] == 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Liste").click()
    page.wait_for_url("**/recues")
    rows(page, *ALL)


@pytest.mark.parametrize("place", ["received", "trash"])
def test_on_a_phone_every_act_on_a_letter_is_on_the_screen_and_wide_enough(
    marcs: Open, claire: Member, chloe: Member, marc: Member, place: str
) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), subject="À tous", cc=str(chloe.address))
    desk.open_copy(envelope, marc)
    copy = desk.copy_of(envelope, marc)
    if place == "trash":
        folders.trash(copy)
    page = marcs(f"/enveloppes/{copy.id}", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    boxes = [act.bounding_box() for act in page.locator(".bar .b:visible").all()]
    assert len(boxes) == 6
    for box in filter(None, boxes):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert min(box["width"], box["height"]) >= 44


def test_drafts_are_met_by_the_mouse_and_by_key_without_an_error(marcs: Open, marc: Member) -> None:
    """There is nothing to choose among them."""
    desk.write(people.actor(marc), "claire@tilleuls.example", subject="Commencé", text="Bonjour.")
    page = marcs("/brouillons")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.locator(".row").hover()
    press(page, "j", "e", "x")
    page.locator(".row").click()
    page.wait_for_url("**/brouillons/*")
    assert errors == []


@pytest.mark.req("V7")
def test_a_locked_screen_is_not_put_into_a_pane(marcs: Open) -> None:
    page = marcs()
    press(page, "j")
    title(page, "Avis")
    sessions.lock(Session.objects.get())
    press(page, "j")
    page.wait_for_url("**/verrou?next=*")
    expect(page.locator("h1")).to_have_text("Session verrouillée")


def test_a_line_that_breaks_is_said_in_place(marcs: Open) -> None:
    page = marcs()
    page.route("**/enveloppes/*", lambda route: route.abort())
    press(page, "j")
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est perdu")
    rows(page, *ALL)


def test_one_row_is_a_stop_of_the_tab_key_and_arrows_move(marcs: Open) -> None:
    page = marcs()
    page.locator(".row").first.focus()
    press(page, "ArrowDown", "ArrowDown")
    title(page, "Radiographie")
    press(page, "Tab")
    expect(page.locator("[data-rows] :focus")).to_have_count(0)
    press(page, "Shift+Tab")
    focused(page, "Radiographie")
    press(page, "Shift+Tab")
    expect(page.locator(":focus")).to_have_attribute("type", "checkbox")

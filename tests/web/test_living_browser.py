"""A desk that stays open all day, in a real browser: arrivals, a cut line, the covered screen, the idle lock."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from sceau.accounts.models import Person
from sceau.core import clock
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import parts, people
from tests.envelopes import desk
from tests.people import Member, sign_in

pytestmark = [pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

SOON = 5_000  # milliseconds, as promised, of the page's own clock: a loaded machine is slow, not wrong
HEAR = """() => {
  window.news = new BroadcastChannel("sceau-news");
  let heard = 0;
  window.news.onmessage = () => { document.documentElement.dataset.heard = ++heard; };
}"""
TEXT = "Ligne de la lettre.\n" * 120


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with parts.chromium() as browser:
        yield browser


class Desk:
    """Marc's browser, in which he is signed in."""

    def __init__(self, context: BrowserContext, url: str, client: Client) -> None:
        self.context, self.url = context, url
        cookie = client.cookies[sessions.COOKIE].value
        # Set as if by https, which the prefix of its name asks for; a browser trusts localhost without.
        context.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": "https://localhost/", "secure": True}])
        context.clock.install()

    def stop_the_clock(self) -> None:
        """Pages that are opened from now on see time pass when a test says so."""
        self.context.clock.pause_at(clock.now() + timedelta(seconds=30))

    def tab(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.url + path)
        return page

    def patient_tab(self, path: str, patience: int, asked: list[Page]) -> Page:
        """A tab that waits so many seconds longer than it must; it notes what it asks, and how often it hears one."""
        self.context.add_init_script(f"Math.random = () => {patience / 0.4}")  # chance counts for 0.4 s
        page = self.tab(path)
        page.on("request", lambda request: asked.append(page) if "nouvelles" in request.url else None)
        page.evaluate(HEAR)
        return page


@pytest.fixture
def marcs(browser: Browser, live_server: LiveServer, marc: Member) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1440, "height": 800}, locale="fr-FR")
    yield Desk(context, live_server.url, sign_in(marc))
    context.close()


def letter(claire: Member, marc: Member, subject: str, *, opened: bool = False) -> str:
    """The path of what Claire sends."""
    envelope = desk.send(people.actor(claire), str(marc.address), subject=subject, text=TEXT)
    if opened:
        desk.open_copy(envelope, marc)
    return f"/enveloppes/{desk.copy_of(envelope, marc).id}"


def top(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.read').scrollTop"))


def is_locked(page: Page, words: str) -> None:
    page.wait_for_url("**/verrou?*")
    expect(page.locator("h1")).to_have_text("Session verrouillée")
    expect(page.locator("body")).not_to_contain_text(words)


class TestArrivals:
    def test_they_slide_in_and_move_nothing_that_is_read(self, marcs: Desk, claire: Member, marc: Member) -> None:
        marcs.stop_the_clock()
        page = marcs.tab(letter(claire, marc, "Ancienne", opened=True))
        page.evaluate("document.querySelector('.read').scrollTop = 400")
        page.mouse.move(1000, 500)
        letter(claire, marc, "Nouvelle")
        page.clock.run_for(SOON)
        expect(page.locator(".rows li").first).to_contain_text("Nouvelle")
        assert top(page) == 400
        expect(page.locator("[data-unopened]").first).to_have_text("1 à ouvrir", use_inner_text=False)
        expect(page.locator("#n-list")).to_have_text("1 à ouvrir")
        assert page.title().startswith("(1) ")
        expect(page.locator("[data-news]")).to_have_text("1 nouvelle enveloppe")

    def test_who_points_at_the_list_is_told_and_the_list_stays(self, marcs: Desk, claire: Member, marc: Member) -> None:
        letter(claire, marc, "Ancienne", opened=True)
        marcs.stop_the_clock()
        page = marcs.tab("/recues")
        page.hover(".rows li")
        letter(claire, marc, "Nouvelle")
        page.clock.run_for(SOON)
        expect(page.locator("[data-pill]")).to_have_text("1 nouvelle enveloppe")
        assert page.locator(".rows li").count() == 1
        page.click("[data-pill]")
        expect(page.locator(".rows li").first).to_contain_text("Nouvelle")

    def test_one_tab_asks_for_all(self, marcs: Desk, claire: Member, marc: Member) -> None:
        letter(claire, marc, "Ancienne", opened=True)
        marcs.stop_the_clock()
        asked: list[Page] = []
        # The clocks of three pages never run quite together: two turns and more lie between one patience and the next.
        tabs = [marcs.patient_tab("/recues", patience, asked) for patience in (0, 10, 20)]
        for turn in ("1", "2", "3"):
            tabs[0].clock.run_for(4_050)
            for other in tabs[1:]:
                expect(other.locator("html")).to_have_attribute("data-heard", turn)
        assert asked == tabs[:1] * 3
        tabs[0].close()
        with tabs[1].expect_request("**/nouvelles"):  # the next one goes on
            tabs[1].clock.run_for(14_050)

    def test_a_server_that_comes_back_is_found_again(self, marcs: Desk, claire: Member, marc: Member) -> None:
        letter(claire, marc, "Ancienne", opened=True)
        page = marcs.tab("/recues")
        page.mouse.move(1000, 500)
        page.route("**/nouvelles", lambda route: route.abort())
        expect(page.locator("[data-offline]")).to_be_visible()
        page.unroute("**/nouvelles")
        letter(claire, marc, "Entre-temps")
        expect(page.locator(".rows li").first).to_contain_text("Entre-temps")
        expect(page.locator("[data-offline]")).to_be_hidden()

    def test_what_was_lost_on_its_way_is_brought_all_the_same(self, marcs: Desk, claire: Member, marc: Member) -> None:
        letter(claire, marc, "Ancienne", opened=True)
        page = marcs.tab("/recues")
        page.mouse.move(1000, 500)
        page.route("**/recues", lambda route: route.abort(), times=1)
        with page.expect_event("requestfailed"):
            letter(claire, marc, "Nouvelle")
        expect(page.locator(".rows li").first).to_contain_text("Nouvelle")


@pytest.mark.req("V7")
class TestLock:
    def test_the_whole_desk_is_empty_after_half_an_hour_and_comes_back_where_it_was(
        self, marcs: Desk, claire: Member, marc: Member
    ) -> None:
        path = letter(claire, marc, "Secret de Claire", opened=True)
        reading, other = marcs.tab(path), marcs.tab("/envoyees")
        other.goto(f"{marcs.url}/recues?jours=7")
        reading.evaluate("document.querySelector('.read').scrollTop = 300")
        marcs.context.clock.run_for("30:05")
        for page in (reading, other):
            is_locked(page, "Secret de Claire")
        session = Session.objects.get()
        assert (session.state, session.wrapped_key) == (Session.State.LOCKED, None)
        other.go_back()
        is_locked(other, "Secret de Claire")
        reading.fill("[name=password]", marc.password)
        reading.press("[name=password]", "Enter")
        reading.wait_for_url(f"**{path}")
        assert top(reading) == 300
        other.wait_for_url(re.compile("/(envoyees|recues)"))  # whichever of the two it had gone back to

    def test_a_session_closed_elsewhere_empties_the_screen(self, marcs: Desk, claire: Member, marc: Member) -> None:
        marcs.stop_the_clock()
        page = marcs.tab(letter(claire, marc, "Secret de Claire", opened=True))
        Session.objects.all().delete()
        page.clock.run_for(SOON)
        page.wait_for_url("**/connexion?*")
        assert "Secret de Claire" not in page.content()

    def test_the_covered_screen_comes_back_by_one_press(self, marcs: Desk, claire: Member, marc: Member) -> None:
        page = marcs.tab(letter(claire, marc, "Secret de Claire", opened=True))
        title = page.title()
        page.clock.pause_at(clock.now() + timedelta(seconds=30))  # the two presses are close, however slow the machine
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        assert page.title() == "Sceau"
        seen = "document.elementFromPoint({}, {}).closest('[data-veil]') !== null"
        assert all(page.evaluate(seen.format(x, y)) for x in (5, 700, 1400) for y in (5, 400, 790))
        page.keyboard.press("Enter")
        assert page.title() == title
        assert page.evaluate(seen.format(700, 400)) is False

    def test_a_screen_that_stays_covered_is_locked(self, marcs: Desk, claire: Member, marc: Member) -> None:
        page = marcs.tab(letter(claire, marc, "Secret de Claire", opened=True))
        page.click("[data-cover]")
        marcs.context.clock.run_for("02:02")
        is_locked(page, "Secret de Claire")


def test_theme_and_size_are_the_account_s_without_scripts(
    browser: Browser, live_server: LiveServer, marc: Member
) -> None:
    Person.objects.filter(id=marc.person.id).update(theme="dark", text_size="larger")
    context = browser.new_context(color_scheme="light", java_script_enabled=False)
    page = Desk(context, live_server.url, sign_in(marc)).tab("/recues")
    colour = page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    assert colour == "rgb(16, 21, 27)"
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).zoom") == "1.3"
    context.close()


class TestWaiting:
    def test_a_page_that_takes_longer_than_a_second_says_that_it_comes(self, marcs: Desk) -> None:
        page = marcs.tab("/recues")
        page.route("**/envoyees", lambda route: route.fulfill(status=204))  # so that one stays, and sees it
        page.click("a[href='/envoyees']")
        expect(page.locator("html")).to_have_class("slow")

    def test_settings_that_were_not_saved_are_not_lost_by_a_slip(self, marcs: Desk, marc: Member) -> None:
        page = marcs.tab("/compte")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.fill("[name=city]", "Embrun")
        page.goto(f"{marcs.url}/recues")
        assert asked == ["beforeunload"]
        page.goto(f"{marcs.url}/compte")
        page.fill("[name=city]", "Embrun")
        page.click("form[data-unsaved] button.primary")
        expect(page.locator(".flash")).to_contain_text("C’est enregistré.")
        assert asked == ["beforeunload"]
        assert Person.objects.get(id=marc.person.id).city == "Embrun"
